# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Positions, and stretches of them: where in a document does a condition hold?

Spans are kept in the order of their ends, then of their beginnings, each once.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport qsort
from libc.string cimport memcpy

from searchkit.kernels.cursors cimport (
    BLOCK_SIZE, ENTRY_SIZE, HEADER_SIZE, Cursor, decode_frequencies, find_document
)
from searchkit.kernels.packing cimport Buffer, load32, packed_size, reserve
from searchkit.kernels.postings cimport decode_frames

cdef enum:
    # The bit of a frame's first byte that tells of exceptions.
    EXCEPTIONS = 128
    MOST_SPANS = 65536

cdef struct Span:
    uint32_t start  # the first position
    uint32_t end    # the last


cdef inline void find_places(Cursor* cursor) noexcept nogil:
    """Finds where the positions of what is decoded are."""
    cdef const uint8_t* data = cursor.extent
    cdef uint32_t block = cursor.block - 1, i
    cdef uint64_t total = 0
    decode_frequencies(cursor)
    for i in range(cursor.size):
        cursor.starts[i] = total
        total += cursor.frequencies[i]
    cursor.starts[cursor.size] = total
    if block < cursor.full_blocks:
        data += load32(data + HEADER_SIZE + <size_t>block * ENTRY_SIZE + 8)
    elif cursor.full_blocks:
        data += load32(data + 16)
    else:
        data = cursor.after_tail
    cursor.frames = data
    cursor.frame = 0
    cursor.unpacked = False
    cursor.placed = True


cdef inline const uint8_t* after_frame(const uint8_t* data, size_t count) noexcept nogil:
    """The end of a frame of so many gaps."""
    cdef unsigned width = data[0], exceptions = 0
    data += 1
    if width & EXCEPTIONS:
        width &= EXCEPTIONS - 1
        exceptions = data[0]
        data += 1
    data += packed_size(count, width)
    while exceptions:
        data += 1
        while data[0] & 0x80:
            data += 1
        data += 1
        exceptions -= 1
    return data


cdef inline void enter_frame(Cursor* cursor, uint64_t frame) noexcept nogil:
    """Unpacks a frame of the block, the one before or a later one; those between are passed."""
    cdef uint64_t total = cursor.starts[cursor.size]
    if cursor.unpacked and frame == cursor.frame - 1:
        return
    while cursor.frame < frame:
        cursor.frames = after_frame(cursor.frames, BLOCK_SIZE)
        cursor.frame += 1
    cursor.frames = decode_frames(
        cursor.frames, min(total - frame * BLOCK_SIZE, <uint64_t>BLOCK_SIZE), cursor.gaps
    )
    cursor.frame += 1
    cursor.unpacked = True


cdef inline bint spans_of_term(Cursor* cursor, uint32_t document, Buffer* spans) noexcept nogil:
    """Puts the term's positions in a document; False when there is no memory."""
    cdef uint64_t i
    cdef uint32_t position = 0
    cdef Span* span
    if not find_document(cursor, document):
        return True
    if not cursor.placed:
        find_places(cursor)
    if not reserve(spans, <size_t>cursor.frequencies[cursor.at] * sizeof(Span)):
        return False
    span = <Span*>(spans.data + spans.size)
    for i in range(cursor.starts[cursor.at], cursor.starts[cursor.at + 1]):
        enter_frame(cursor, i // BLOCK_SIZE)
        position += cursor.gaps[i % BLOCK_SIZE]
        span[0].start = span[0].end = position
        span += 1
        position += 1
    spans.size += <size_t>cursor.frequencies[cursor.at] * sizeof(Span)
    return True


cdef inline bint begin_phrase(Cursor* cursor, uint32_t place, Buffer* starts) noexcept nogil:
    """Puts where phrases begin (u32) that have the term, at the document where the cursor is, as
    the word of that place, counted from 0; False when there is no memory.
    """
    cdef uint64_t i
    cdef uint32_t position = 0
    cdef uint32_t* start
    if not cursor.placed:
        find_places(cursor)
    if not reserve(starts, <size_t>cursor.frequencies[cursor.at] * 4):
        return False
    start = <uint32_t*>starts.data
    for i in range(cursor.starts[cursor.at], cursor.starts[cursor.at + 1]):
        enter_frame(cursor, i // BLOCK_SIZE)
        position += cursor.gaps[i % BLOCK_SIZE]
        start[0] = position - place
        # What would begin before the text is no phrase.
        start += position >= place
        position += 1
    starts.size = <uint8_t*>start - starts.data
    return True


cdef inline void go_on_with_phrase(
    Cursor* cursor, uint32_t place, Buffer* starts
) noexcept nogil:
    """Leaves those beginnings of phrases that have the term as the word of that place, at the
    document where the cursor is.
    """
    cdef uint32_t* start = <uint32_t*>starts.data
    cdef size_t count = starts.size // 4, kept = 0, next_one = 0
    cdef uint64_t i
    cdef uint32_t position = 0
    if not cursor.placed:
        find_places(cursor)
    for i in range(cursor.starts[cursor.at], cursor.starts[cursor.at + 1]):
        enter_frame(cursor, i // BLOCK_SIZE)
        position += cursor.gaps[i % BLOCK_SIZE]
        while next_one < count and start[next_one] + place < position:
            next_one += 1
        if next_one == count:
            break
        if start[next_one] + place == position:
            start[kept] = start[next_one]
            kept += 1
        position += 1
    starts.size = kept * 4


cdef inline uint32_t phrases_of(const Buffer* starts, uint32_t length) noexcept nogil:
    """How many phrases of so many words there are that do not overlap, from the left."""
    cdef const uint32_t* start = <const uint32_t*>starts.data
    cdef size_t i
    cdef uint64_t free_from = 0
    cdef uint32_t count = 0
    for i in range(starts.size // 4):
        if start[i] >= free_from:
            count += 1
            free_from = <uint64_t>start[i] + length
    return count


cdef inline bint any_pair(
    const Buffer* before, const Buffer* after, uint32_t least, uint64_t most
) noexcept nogil:
    """Whether a position of the second is from `least` to `most` after one of the first; all
    spans are of one position.
    """
    cdef const Span* one = <const Span*>before.data
    cdef const Span* other = <const Span*>after.data
    cdef size_t i = 0, j = 0, count = before.size // sizeof(Span)
    for j in range(after.size // sizeof(Span)):
        while i < count and <uint64_t>one[i].start + most < other[j].start:
            i += 1
        if i == count:
            return False
        if <uint64_t>one[i].start + least <= other[j].start:
            return True
    return False


cdef inline bint put_span(Buffer* spans, uint32_t start, uint32_t end) noexcept nogil:
    cdef Span* span
    if not reserve(spans, sizeof(Span)):
        return False
    span = <Span*>(spans.data + spans.size)
    span.start = start
    span.end = end
    spans.size += sizeof(Span)
    return True


cdef inline bint put_spans(Buffer* spans, const Buffer* others) noexcept nogil:
    if not reserve(spans, others.size):
        return False
    if others.size:
        memcpy(spans.data + spans.size, others.data, others.size)
    spans.size += others.size
    return True


cdef inline int order_of_spans(const void* first, const void* second) noexcept nogil:
    cdef const Span* one = <const Span*>first
    cdef const Span* other = <const Span*>second
    if one.end != other.end:
        return 1 if one.end > other.end else -1
    return (one.start > other.start) - (one.start < other.start)


cdef inline void arrange(Buffer* spans) noexcept nogil:
    """Puts them in order, each once."""
    cdef Span* span = <Span*>spans.data
    cdef size_t count = spans.size // sizeof(Span), kept = 0, i
    if count < 2:
        return
    qsort(span, count, sizeof(Span), order_of_spans)
    for i in range(count):
        if i == 0 or span[i].start != span[kept - 1].start or span[i].end != span[kept - 1].end:
            span[kept] = span[i]
            kept += 1
    spans.size = kept * sizeof(Span)


cdef inline uint32_t matches_of(const Buffer* spans) noexcept nogil:
    """How many spans there are that do not overlap, counted from the left by their ends."""
    cdef const Span* span = <const Span*>spans.data
    cdef size_t i
    cdef int64_t last = -1
    cdef uint32_t count = 0
    for i in range(spans.size // sizeof(Span)):
        if <int64_t>span[i].start > last:
            count += 1
            last = span[i].end
    return count


cdef inline int64_t gap_between(const Span* first, const Span* second) noexcept nogil:
    """From the end of one to the beginning of the other, whichever comes first; 0 and less
    when they overlap.
    """
    if second.start > first.end:
        return <int64_t>second.start - first.end
    return <int64_t>first.start - second.end


cdef inline uint32_t longest_of(const Buffer* spans) noexcept nogil:
    """The longest distance from a beginning to its end."""
    cdef const Span* span = <const Span*>spans.data
    cdef size_t i
    cdef uint32_t longest = 0
    for i in range(spans.size // sizeof(Span)):
        longest = max(longest, span[i].end - span[i].start)
    return longest


cdef inline bint join(
    const Buffer* before, const Buffer* after, uint32_t distance, bint ordered, Buffer* out
) noexcept nogil:
    """Puts pairs of spans that are near enough, as one span each, MOST_SPANS at most; False
    when there is no memory.
    """
    cdef const Span* one = <const Span*>before.data
    cdef const Span* other = <const Span*>after.data
    cdef size_t i, j, first = 0, count = before.size // sizeof(Span)
    cdef uint32_t longest = longest_of(after), longest_before = longest_of(before)
    cdef int64_t gap
    for j in range(after.size // sizeof(Span)):
        # Those before it end too early for this one and all that follow, which end later.
        while first < count and (
            <int64_t>one[first].end + distance + longest < <int64_t>other[j].end
        ):
            first += 1
        for i in range(first, count):
            if ordered and one[i].end >= other[j].start:
                break
            if <int64_t>one[i].end - longest_before > <int64_t>other[j].end + distance:
                break
            gap = gap_between(&one[i], &other[j])
            if not 0 < gap <= <int64_t>distance:
                continue
            if out.size == MOST_SPANS * sizeof(Span):
                arrange(out)
                return True
            if not put_span(
                out, min(one[i].start, other[j].start), max(one[i].end, other[j].end)
            ):
                return False
    arrange(out)
    return True


cdef inline bint leave_lonely(
    const Buffer* wanted, const Buffer* unwanted, uint32_t distance, Buffer* out
) noexcept nogil:
    """Puts the wanted spans that have no unwanted one near; False when there is no memory."""
    cdef const Span* one = <const Span*>wanted.data
    cdef const Span* other = <const Span*>unwanted.data
    cdef size_t i, j, first = 0, count = unwanted.size // sizeof(Span)
    cdef uint32_t longest = longest_of(wanted), longest_unwanted = longest_of(unwanted)
    cdef bint lonely
    for i in range(wanted.size // sizeof(Span)):
        while first < count and (
            <int64_t>other[first].end + distance + longest < <int64_t>one[i].end
        ):
            first += 1
        lonely = True
        for j in range(first, count):
            if <int64_t>other[j].end - longest_unwanted > <int64_t>one[i].end + distance:
                break
            if gap_between(&one[i], &other[j]) <= <int64_t>distance:
                lonely = False
                break
        if lonely and not put_span(out, one[i].start, one[i].end):
            return False
    return True

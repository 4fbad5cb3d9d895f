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
from searchkit.kernels.packing cimport Buffer, load32, reserve
from searchkit.kernels.postings cimport decode_frames

cdef enum:
    MOST_SPANS = 65536

cdef struct Span:
    uint32_t start  # the first position
    uint32_t end    # the last


cdef inline bint place(Cursor* cursor) noexcept nogil:
    """Decodes the positions of what is decoded; False when there is no memory."""
    cdef const uint8_t* data = cursor.extent
    cdef uint32_t block = cursor.block - 1, i, j, position
    cdef uint64_t total = 0
    cdef uint32_t* out
    decode_frequencies(cursor)
    for i in range(cursor.size):
        cursor.starts[i] = <uint32_t>total
        total += cursor.frequencies[i]
    cursor.starts[cursor.size] = <uint32_t>total
    cursor.positions.size = 0
    # 2**32 positions would be 16 GiB.
    if total >> 32 != 0 or not reserve(&cursor.positions, total * 4):
        return False
    out = <uint32_t*>cursor.positions.data
    if block < cursor.full_blocks:
        data += load32(data + HEADER_SIZE + <size_t>block * ENTRY_SIZE + 8)
    elif cursor.full_blocks:
        data += load32(data + 16)
    else:
        data = cursor.after_tail
    decode_frames(data, total, out)
    for i in range(cursor.size):
        position = 0
        for j in range(cursor.starts[i], cursor.starts[i + 1]):
            position += out[j]
            out[j] = position
            position += 1
    cursor.placed = True
    return True


cdef inline bint spans_of_term(Cursor* cursor, uint32_t document, Buffer* spans) noexcept nogil:
    """Puts the term's positions in a document; False when there is no memory."""
    cdef const uint32_t* positions
    cdef uint32_t i, first, count
    cdef Span* span
    if not find_document(cursor, document):
        return True
    if not cursor.placed and not place(cursor):
        return False
    positions = <const uint32_t*>cursor.positions.data
    first = cursor.starts[cursor.at]
    count = cursor.starts[cursor.at + 1] - first
    if not reserve(spans, count * sizeof(Span)):
        return False
    span = <Span*>(spans.data + spans.size)
    for i in range(count):
        span[i].start = span[i].end = positions[first + i]
    spans.size += count * sizeof(Span)
    return True


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

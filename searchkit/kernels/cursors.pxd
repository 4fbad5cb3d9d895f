# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""A place in a posting list that goes forward only: which documents have the term?

The format of a list is specified in docs/index-format.md, "Postings". Documents are asked for a
window at a time, as bits of 32 machine words, the lowest of the first for the window's first
document; of blocks that hold none that is wanted, nothing is decoded, and frequencies only of
those where something is scored.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from searchkit.kernels.packing cimport load32, unpack, unpack_ascending
from searchkit.kernels.postings cimport decode_tail

cdef extern from *:
    int lowest_bit "__builtin_ctzll"(uint64_t word) noexcept nogil

cdef enum:
    BLOCK_SIZE = 128
    HEADER_SIZE = 20
    ENTRY_SIZE = 16
    WINDOW = 2048
    WORDS = 32
    # With fewer wanted documents in a block each is searched for; measured to be even at 12.
    FEW = 12
    # Documents with a larger distance on average are put one by one; measured to be even at 3.
    SPARSE = 3
    NO_DOCUMENT = 0xFFFFFFFF

# What an occurrence in a text field counts: norms[length], or by the formula for long texts.
cdef enum:
    NORMS = 1024

cdef struct Field:
    const uint8_t* lengths
    unsigned width
    double base   # a norm is weight / (base + slope * length)
    double slope
    double weight
    const double* norms

# What is before `block` has been passed; begins with `open_list`.
cdef struct Cursor:
    const uint8_t* extent
    uint32_t count
    uint32_t full_blocks
    uint32_t blocks
    bint positional
    int field
    uint32_t block   # the next to decode
    uint32_t at      # in what is decoded
    uint32_t size
    uint32_t[BLOCK_SIZE] documents
    uint32_t[BLOCK_SIZE] frequencies
    const uint8_t* packed  # frequencies not decoded yet, or NULL
    unsigned packed_width
    const uint8_t* after_tail
    bint placed      # whether what follows is known of what is decoded
    uint64_t[BLOCK_SIZE + 1] starts  # of each document's positions among those of the block
    const uint8_t* frames            # those from `frame` on
    uint64_t frame
    bint unpacked                    # whether `gaps` are those of the frame before
    uint32_t[BLOCK_SIZE] gaps


cdef inline uint32_t bits_in(uint64_t word) noexcept nogil:
    """How many bits are set. A compiler that has to serve old machines calls a function for it,
    which took 3 % of all time.
    """
    return <uint32_t>(bits_of_bytes(word) * <uint64_t>0x0101010101010101 >> 56)


cdef inline uint64_t bits_of_bytes(uint64_t word) noexcept nogil:
    """How many are set in each of its bytes."""
    word -= (word >> 1) & <uint64_t>0x5555555555555555
    word = (word & <uint64_t>0x3333333333333333) + ((word >> 2) & <uint64_t>0x3333333333333333)
    return (word + (word >> 4)) & <uint64_t>0x0F0F0F0F0F0F0F0F


cdef inline uint32_t bits_in_window(const uint64_t* bits) noexcept nogil:
    """How many bits are set in a window; both halves add up to 128 in a byte at most."""
    cdef uint64_t low = 0, high = 0
    cdef int word
    for word in range(WORDS // 2):
        low += bits_of_bytes(bits[word])
        high += bits_of_bytes(bits[word + WORDS // 2])
    low = (low & <uint64_t>0x00FF00FF00FF00FF) + (low >> 8 & <uint64_t>0x00FF00FF00FF00FF)
    high = (high & <uint64_t>0x00FF00FF00FF00FF) + (high >> 8 & <uint64_t>0x00FF00FF00FF00FF)
    return <uint32_t>((low + high) * <uint64_t>0x0001000100010001 >> 48)


cdef inline void open_list(
    Cursor* cursor, const uint8_t* extent, uint32_t count, bint positional, int field
) noexcept nogil:
    """Before the first document of a list."""
    cursor.extent = extent
    cursor.count = count
    cursor.full_blocks = count // BLOCK_SIZE
    cursor.blocks = (count + BLOCK_SIZE - 1) // BLOCK_SIZE
    cursor.positional = positional
    cursor.field = field
    cursor.block = 0
    cursor.at = 0
    cursor.size = 0
    cursor.packed = NULL
    cursor.placed = False


cdef inline uint32_t last_of(const Cursor* cursor, uint32_t block) noexcept nogil:
    """The last document of a full block."""
    return load32(cursor.extent + HEADER_SIZE + <size_t>block * ENTRY_SIZE)


cdef inline int64_t before_block(const Cursor* cursor, uint32_t block) noexcept nogil:
    """The last document before a block, or -1."""
    return last_of(cursor, block - 1) if block else -1


cdef inline void decode_frequencies(Cursor* cursor) noexcept nogil:
    """Decodes the frequencies of the block, once."""
    cdef int i
    if cursor.packed != NULL:
        unpack(cursor.packed, BLOCK_SIZE, cursor.packed_width, cursor.frequencies)
        for i in range(BLOCK_SIZE):
            cursor.frequencies[i] += 1
        cursor.packed = NULL


cdef inline void decode(Cursor* cursor) noexcept nogil:
    """Decodes the next block."""
    cdef uint32_t block = cursor.block
    cdef const uint8_t* data = cursor.extent
    cdef int64_t before = before_block(cursor, block)
    cdef int i
    cursor.at = 0
    cursor.placed = False
    cursor.block = block + 1
    if block < cursor.full_blocks:
        data += load32(cursor.extent + HEADER_SIZE + <size_t>block * ENTRY_SIZE + 4)
        cursor.size = BLOCK_SIZE
        if cursor.positional:
            cursor.packed_width = data[1]
            cursor.packed = unpack_ascending(
                data + 2, BLOCK_SIZE, data[0], <uint32_t>(before + 1), cursor.documents
            )
            return
        unpack_ascending(data + 1, BLOCK_SIZE, data[0], <uint32_t>(before + 1), cursor.documents)
        cursor.packed = NULL
        for i in range(BLOCK_SIZE):
            cursor.frequencies[i] = 1
        return
    cursor.packed = NULL
    cursor.size = cursor.count % BLOCK_SIZE
    if cursor.full_blocks:
        data += load32(cursor.extent + 12)
    cursor.after_tail = decode_tail(
        data, cursor.size, before, cursor.positional, cursor.documents, cursor.frequencies
    )


cdef inline uint32_t block_of(const Cursor* cursor, uint32_t low, uint32_t document) noexcept nogil:
    """The first block from `low` on that may have the document or a later one."""
    cdef uint32_t step = 1, high = low, middle
    while high < cursor.full_blocks and last_of(cursor, high) < document:
        low = high + 1
        high += step
        step *= 2
    high = min(high, cursor.full_blocks)
    while low < high:
        middle = (low + high) // 2
        if last_of(cursor, middle) < document:
            low = middle + 1
        else:
            high = middle
    return low


cdef inline uint32_t next_document(const Cursor* cursor) noexcept nogil:
    """No document before this one is still to come."""
    if cursor.at < cursor.size:
        return cursor.documents[cursor.at]
    if cursor.block >= cursor.blocks:
        return NO_DOCUMENT
    return <uint32_t>(before_block(cursor, cursor.block) + 1)


cdef inline uint32_t bits_between(
    const uint64_t* bits, uint32_t first, uint32_t last
) noexcept nogil:
    """How many bits there are from `first` to `last`, both included; more than FEW may be
    counted short.
    """
    cdef uint32_t word = first >> 6, end = last >> 6, count = 0
    cdef uint64_t found = bits[word] & (~<uint64_t>0 << (first & 63))
    while word < end:
        if found:
            count += bits_in(found)
            if count > FEW:
                return count
        word += 1
        found = bits[word]
    return count + bits_in(found & (~<uint64_t>0 >> (63 - (last & 63))))


cdef inline bint any_between(
    const uint64_t* bits, uint32_t first, uint32_t last
) noexcept nogil:
    """Whether there is a bit from `first` to `last` (both included)."""
    cdef uint32_t word = first >> 6, end = last >> 6
    cdef uint64_t found = bits[word] & (~<uint64_t>0 << (first & 63))
    while word < end:
        if found:
            return True
        word += 1
        found = bits[word]
    return found & (~<uint64_t>0 >> (63 - (last & 63))) != 0


cdef inline uint32_t place_of(
    const uint32_t* documents, uint32_t low, uint32_t high, uint32_t document
) noexcept nogil:
    """The first place from `low` on, below `high`, with this document or a later one."""
    cdef uint32_t middle
    while low < high:
        middle = (low + high) >> 1
        if documents[middle] < document:
            low = middle + 1
        else:
            high = middle
    return low


cdef inline bint advance_to(
    Cursor* cursor, uint32_t base, uint32_t end, const uint64_t* wanted
) noexcept nogil:
    """Goes to the next document from `base` on, decoding its block unless that is known to
    hold none that is wanted; False when there is none below `end`.
    """
    cdef int64_t before
    cdef uint32_t last
    while True:
        if cursor.at < cursor.size and cursor.documents[cursor.at] < base:
            cursor.at = place_of(cursor.documents, cursor.at + 1, cursor.size, base)
        if cursor.at < cursor.size:
            return cursor.documents[cursor.at] < end
        if cursor.block < cursor.full_blocks and last_of(cursor, cursor.block) < base:
            cursor.block = block_of(cursor, cursor.block, base)
        if cursor.block >= cursor.blocks:
            return False
        before = before_block(cursor, cursor.block)
        if before + 1 >= <int64_t>end:
            return False
        if cursor.block < cursor.full_blocks:
            last = last_of(cursor, cursor.block)
            if last < end and not any_between(
                wanted, <uint32_t>(before + 1 - base) if before + 1 > <int64_t>base else 0,
                last - base
            ):
                cursor.block += 1
                continue
        decode(cursor)


cdef inline bint find_document(Cursor* cursor, uint32_t document) noexcept nogil:
    """Goes forward to a document; whether it is there."""
    if cursor.at >= cursor.size or cursor.documents[cursor.size - 1] < document:
        if cursor.block < cursor.full_blocks and last_of(cursor, cursor.block) < document:
            cursor.block = block_of(cursor, cursor.block, document)
        if cursor.block >= cursor.blocks:
            cursor.at = cursor.size
            return False
        decode(cursor)
    cursor.at = place_of(cursor.documents, cursor.at, cursor.size, document)
    return cursor.at < cursor.size and cursor.documents[cursor.at] == document


cdef inline uint32_t length_of(const Field* field, uint32_t document) noexcept nogil:
    """The tokens of a document in a text field."""
    cdef uint16_t short_length
    if field.width == 1:
        return field.lengths[document]
    if field.width == 2:
        memcpy(&short_length, field.lengths + 2 * <size_t>document, 2)
        return short_length
    return load32(field.lengths + 4 * <size_t>document)


cdef inline double norm_of(const Field* field, uint32_t document) noexcept nogil:
    """What an occurrence in this field of a document counts."""
    cdef uint32_t length = length_of(field, document)
    if length < NORMS:
        return field.norms[length]
    return field.weight / (field.base + field.slope * length)


cdef inline uint32_t end_of_window(const Cursor* cursor, uint32_t end) noexcept nogil:
    """Where the documents below `end` stop in what is decoded."""
    if cursor.documents[cursor.size - 1] < end:
        return cursor.size
    return place_of(cursor.documents, cursor.at + 1, cursor.size, end)


cdef inline void put_bits(
    const uint32_t* documents, uint32_t at, uint32_t stop, uint32_t base, uint64_t* bits
) noexcept nogil:
    """Sets the bits of documents, from the place `at` to before `stop`."""
    cdef uint32_t place, word = (documents[at] - base) >> 6
    cdef uint64_t gathered = 0
    if documents[stop - 1] - documents[at] > SPARSE * (stop - at):
        while at < stop:
            place = documents[at] - base
            bits[place >> 6] |= <uint64_t>1 << (place & 63)
            at += 1
        return
    # Where many are of one machine word it is in memory once; where it ends is hard to foretell.
    while at < stop:
        place = documents[at] - base
        if place >> 6 != word:
            bits[word] |= gathered
            word = place >> 6
            gathered = 0
        gathered |= <uint64_t>1 << (place & 63)
        at += 1
    bits[word] |= gathered


cdef inline void add_amounts(
    const Cursor* cursor, const Field* field, uint32_t at, uint32_t stop, uint32_t base,
    double* amounts
) noexcept nogil:
    """Adds what the occurrences in these documents amount to. A loop for each width of lengths:
    3 % of all time.
    """
    cdef uint32_t document
    cdef const double* norms = field.norms
    cdef const uint8_t* lengths = field.lengths
    cdef uint16_t length
    if field.width == 1:
        while at < stop:
            document = cursor.documents[at]
            amounts[document - base] += cursor.frequencies[at] * norms[lengths[document]]
            at += 1
        return
    if field.width == 2:
        while at < stop:
            document = cursor.documents[at]
            memcpy(&length, lengths + 2 * <size_t>document, 2)
            amounts[document - base] += cursor.frequencies[at] * (
                norms[length] if length < NORMS else norm_of(field, document)
            )
            at += 1
        return
    while at < stop:
        document = cursor.documents[at]
        amounts[document - base] += cursor.frequencies[at] * norm_of(field, document)
        at += 1


cdef inline void gather(
    Cursor* cursor, uint32_t base, uint32_t end, const uint64_t* wanted, uint64_t* bits
) noexcept nogil:
    """Sets the bits of the documents of a window that the list has: of all that are wanted, and
    perhaps of others.
    """
    cdef uint32_t at
    while advance_to(cursor, base, end, wanted):
        at = cursor.at
        cursor.at = end_of_window(cursor, end)
        put_bits(cursor.documents, at, cursor.at, base, bits)
        if cursor.at < cursor.size:
            return


cdef inline void gather_amounts(
    Cursor* cursor, const Field* field, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored, uint64_t* bits, double* amounts, uint32_t* occurrences
) noexcept nogil:
    """The same; and adds what their occurrences amount to, and how many there are, unless these
    are NULL: for all in `scored`, which are wanted ones, and perhaps for others whose bit is set.
    """
    cdef uint32_t at, stop, first, last, few, i
    cdef const uint64_t* sought
    while advance_to(cursor, base, end, wanted):
        at = cursor.at
        stop = end_of_window(cursor, end)
        cursor.at = stop
        first = cursor.documents[at] - base
        last = cursor.documents[stop - 1] - base
        sought = wanted
        few = bits_between(wanted, first, last)
        if few > FEW or stop - at <= 2 * FEW:
            put_bits(cursor.documents, at, stop, base, bits)
            sought = scored
            few = bits_between(scored, first, last)
        if few <= FEW and stop - at > 2 * FEW:
            gather_few(
                cursor, field, at, stop, base, few, sought, scored, bits, amounts, occurrences
            )
        elif few:
            decode_frequencies(cursor)
            if amounts != NULL:
                add_amounts(cursor, field, at, stop, base, amounts)
            for i in range(at, stop if occurrences != NULL else 0):
                occurrences[cursor.documents[i] - base] += cursor.frequencies[i]
        if stop < cursor.size:
            return


cdef inline void gather_few(
    Cursor* cursor, const Field* field, uint32_t at, uint32_t stop, uint32_t base, uint32_t few,
    const uint64_t* sought, const uint64_t* scored, uint64_t* bits, double* amounts,
    uint32_t* occurrences
) noexcept nogil:
    """Does that for documents from the place `at` to before `stop` which are in `sought`, of
    which there are `few` between these.
    """
    cdef uint32_t first = cursor.documents[at] - base, word = first >> 6, place
    cdef uint64_t rest = sought[word] & (~<uint64_t>0 << (first & 63))
    while few:
        while not rest:
            word += 1
            rest = sought[word]
        place = 64 * word + lowest_bit(rest)
        rest &= rest - 1
        few -= 1
        at = place_of(cursor.documents, at, stop, base + place)
        if cursor.documents[at] != base + place:
            continue
        bits[word] |= <uint64_t>1 << (place & 63)
        if scored[word] >> (place & 63) & 1:
            decode_frequencies(cursor)
            if amounts != NULL:
                amounts[place] += cursor.frequencies[at] * norm_of(field, base + place)
            if occurrences != NULL:
                occurrences[place] += cursor.frequencies[at]


cdef inline double most_of(
    Cursor* cursor, const Field* field, uint32_t base, uint32_t end
) noexcept nogil:
    """At least what the occurrences in one document of a window amount to."""
    cdef const uint8_t* entry
    cdef uint32_t block, frequency, i
    cdef uint16_t most, shortest
    cdef double found = 0
    if cursor.full_blocks == 0:
        if cursor.block == 0:
            decode(cursor)
        for i in range(cursor.at, cursor.size):
            if cursor.documents[i] >= end:
                break
            found = max(found, cursor.frequencies[i] * norm_of(field, cursor.documents[i]))
        return found
    block = cursor.block
    # What is decoded but not yet passed belongs to the block before.
    if cursor.at < cursor.size and block:
        block -= 1
    while True:
        if block >= cursor.blocks or before_block(cursor, block) + 1 >= <int64_t>end:
            return found
        if block < cursor.full_blocks and last_of(cursor, block) < base:
            block = block_of(cursor, block, base)
            continue
        if block < cursor.full_blocks:
            entry = cursor.extent + HEADER_SIZE + <size_t>block * ENTRY_SIZE
            memcpy(&most, entry + 12, 2)
            memcpy(&shortest, entry + 14, 2)
            frequency = load32(cursor.extent) if most == 0xFFFF else most
            found = max(found, frequency * shortest_norm(field, shortest))
        else:
            found = max(
                found,
                load32(cursor.extent) * shortest_norm(field, load32(cursor.extent + 4))
            )
        block += 1


cdef inline double shortest_norm(const Field* field, uint32_t length) noexcept nogil:
    """The norm of a length."""
    if length < NORMS:
        return field.norms[length]
    return field.weight / (field.base + field.slope * length)

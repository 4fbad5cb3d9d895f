# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""One term's postings: encoded as an extent of bytes, decoded a block at a time.

The format is specified in docs/index-format.md, "Postings".
"""

from cpython cimport array
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

from searchkit.kernels.packing cimport (
    Buffer,
    bits_of,
    get_varint,
    load32,
    pack,
    packed_size,
    put_varint,
    reserve,
    unpack,
    unpack_ascending,
)

from array import array as make_array

from searchkit.kernels import BLOCK, BLOCK_ENTRY, LIST_HEADER

cdef enum:
    BLOCK_SIZE = 128
    HEADER_SIZE = 20
    ENTRY_SIZE = 16
    EXCEPTIONS = 0x80

assert (BLOCK_SIZE, HEADER_SIZE, ENTRY_SIZE) == (BLOCK, LIST_HEADER, BLOCK_ENTRY)


cdef bint grow_list(List* postings, size_t documents, size_t positions) noexcept nogil:
    """Makes room for so many more; False when there is no memory."""
    cdef size_t capacity
    cdef void* grown
    if postings.capacity - postings.count < documents:
        capacity = postings.capacity * 2 + documents
        grown = realloc(postings.documents, capacity * 4)
        if grown == NULL:
            return False
        postings.documents = <uint32_t*>grown
        grown = realloc(postings.frequencies, capacity * 4)
        if grown == NULL:
            return False
        postings.frequencies = <uint32_t*>grown
        postings.capacity = capacity
    if postings.position_capacity - postings.position_count < positions:
        capacity = postings.position_capacity * 2 + positions
        grown = realloc(postings.positions, capacity * 4)
        if grown == NULL:
            return False
        postings.positions = <uint32_t*>grown
        postings.position_capacity = capacity
    return True


cdef void free_list(List* postings) noexcept nogil:
    free(postings.documents)
    free(postings.frequencies)
    free(postings.positions)
    memset(postings, 0, sizeof(List))


# -- encoding


cdef bint encode_list(
    const List* postings, const uint32_t* lengths, bint positions, Buffer* out
) noexcept nogil:
    """Appends the extent of a list to `out`; False when there is no memory.

    `lengths` has the field's length for each document.
    """
    cdef size_t blocks = postings.count // BLOCK_SIZE
    cdef size_t tail = postings.count % BLOCK_SIZE
    cdef size_t start = out.size
    cdef size_t table = start + HEADER_SIZE
    cdef size_t b, done
    cdef int64_t previous = -1
    # Enough for any list: packed values never take more than they do unpacked.
    cdef size_t most = (
        HEADER_SIZE + blocks * (ENTRY_SIZE + 2) + postings.count * 10
        + postings.position_count * 5 + (postings.position_count // BLOCK_SIZE + blocks + 2) * 2 + 8
    )
    if not reserve(out, most):
        return False
    if blocks:
        out.size = table + blocks * ENTRY_SIZE
        _write_header(postings, lengths, out.data + start)
    for b in range(blocks):
        done = b * BLOCK_SIZE
        _write_entry(
            postings, done, lengths, <uint32_t>(out.size - start),
            out.data + table + b * ENTRY_SIZE
        )
        _encode_block(postings, done, previous, positions, out)
        previous = postings.documents[done + BLOCK_SIZE - 1]
    if blocks:
        _store32(out.data + start + 12, <uint32_t>(out.size - start))
    _encode_tail(postings, blocks * BLOCK_SIZE, previous, positions, out)
    if not positions:
        return True
    done = 0
    for b in range(blocks):
        _store32(out.data + table + b * ENTRY_SIZE + 8, <uint32_t>(out.size - start))
        done += _encode_frames(postings, b * BLOCK_SIZE, BLOCK_SIZE, done, out)
    if blocks:
        _store32(out.data + start + 16, <uint32_t>(out.size - start))
    if tail:
        _encode_frames(postings, blocks * BLOCK_SIZE, tail, done, out)
    return True


cdef inline void _store32(uint8_t* out, uint32_t value) noexcept nogil:
    memcpy(out, &value, 4)


cdef inline void _store16(uint8_t* out, uint32_t value) noexcept nogil:
    """Numbers too large for 16 bits are the largest."""
    cdef uint16_t stored = <uint16_t>(value if value < 0xFFFF else 0xFFFF)
    memcpy(out, &stored, 2)


cdef void _write_header(
    const List* postings, const uint32_t* lengths, uint8_t* out
) noexcept nogil:
    cdef uint32_t frequency = 0, shortest = 0xFFFFFFFF, longest = 0, length
    cdef size_t i
    for i in range(postings.count):
        frequency = max(frequency, postings.frequencies[i])
        length = lengths[postings.documents[i]]
        shortest = min(shortest, length)
        longest = max(longest, length)
    _store32(out, frequency)
    _store32(out + 4, shortest)
    _store32(out + 8, longest)
    memset(out + 12, 0, 8)


cdef void _write_entry(
    const List* postings, size_t first, const uint32_t* lengths, uint32_t offset, uint8_t* out
) noexcept nogil:
    cdef uint32_t frequency = 0, shortest = 0xFFFFFFFF
    cdef size_t i
    for i in range(first, first + BLOCK_SIZE):
        frequency = max(frequency, postings.frequencies[i])
        shortest = min(shortest, lengths[postings.documents[i]])
    _store32(out, postings.documents[first + BLOCK_SIZE - 1])
    _store32(out + 4, offset)
    _store32(out + 8, 0)
    _store16(out + 12, frequency)
    _store16(out + 14, shortest)


cdef void _encode_block(
    const List* postings, size_t first, int64_t previous, bint positions, Buffer* out
) noexcept nogil:
    cdef uint32_t[BLOCK_SIZE] gaps
    cdef uint32_t[BLOCK_SIZE] extra
    cdef uint32_t all_gaps = 0, all_extra = 0
    cdef size_t i
    cdef unsigned gap_width, extra_width
    cdef uint8_t* end
    for i in range(BLOCK_SIZE):
        gaps[i] = <uint32_t>(postings.documents[first + i] - previous - 1)
        previous = postings.documents[first + i]
        all_gaps |= gaps[i]
        extra[i] = postings.frequencies[first + i] - 1
        all_extra |= extra[i]
    gap_width = bits_of(all_gaps)
    extra_width = bits_of(all_extra)
    end = out.data + out.size
    end[0] = <uint8_t>gap_width
    end += 1
    if positions:
        end[0] = <uint8_t>extra_width
        end += 1
    end = pack(gaps, BLOCK_SIZE, gap_width, end)
    if positions:
        end = pack(extra, BLOCK_SIZE, extra_width, end)
    out.size = end - out.data


cdef void _encode_tail(
    const List* postings, size_t first, int64_t previous, bint positions, Buffer* out
) noexcept nogil:
    cdef uint8_t* end = out.data + out.size
    cdef uint64_t gap
    cdef uint32_t frequency
    cdef size_t i
    for i in range(first, postings.count):
        gap = <uint64_t>(postings.documents[i] - previous - 1)
        previous = postings.documents[i]
        if not positions:
            end = put_varint(end, gap)
            continue
        frequency = postings.frequencies[i]
        end = put_varint(end, gap << 1 | (frequency == 1))
        if frequency != 1:
            end = put_varint(end, frequency - 2)
    out.size = end - out.data


cdef size_t _encode_frames(
    const List* postings, size_t first, size_t documents, size_t position, Buffer* out
) noexcept nogil:
    """The positions of some documents, from the `position`th on; returns how many they are."""
    cdef size_t total = 0
    cdef size_t i, done, count
    for i in range(first, first + documents):
        total += postings.frequencies[i]
    done = 0
    while done < total:
        count = min(<size_t>BLOCK_SIZE, total - done)
        _encode_frame(postings.positions + position + done, count, out)
        done += count
    return total


cdef void _encode_frame(const uint32_t* values, size_t count, Buffer* out) noexcept nogil:
    """Packed in the width at which the few that do not fit it cost least beside."""
    cdef unsigned[33] bits
    cdef uint32_t[BLOCK_SIZE] low
    cdef unsigned width, best_width = 0, widest = 0, exceptions = 0, best_exceptions = 0
    cdef size_t cost, best, i
    cdef uint32_t mask
    cdef uint8_t* end
    memset(bits, 0, sizeof(bits))
    for i in range(count):
        bits[bits_of(values[i])] += 1
    for width in range(33):
        if bits[width]:
            widest = width
    best = packed_size(count, widest)
    best_width = widest
    width = widest
    while width > 0:
        exceptions += bits[width]
        width -= 1
        # An exception is one byte for its index and one or more for its high bits.
        cost = packed_size(count, width) + 1 + exceptions * (1 + (widest - width + 6) // 7)
        if cost < best:
            best = cost
            best_width = width
            best_exceptions = exceptions
    end = out.data + out.size
    end[0] = <uint8_t>(best_width | (EXCEPTIONS if best_exceptions else 0))
    end += 1
    if not best_exceptions:
        end = pack(values, count, best_width, end)
    else:
        mask = (<uint32_t>1 << best_width) - 1
        for i in range(count):
            low[i] = values[i] & mask
        end[0] = <uint8_t>best_exceptions
        end = pack(low, count, best_width, end + 1)
        for i in range(count):
            if values[i] > mask:
                end[0] = <uint8_t>i
                end = put_varint(end + 1, values[i] >> best_width)
    out.size = end - out.data


# -- decoding


cdef const uint8_t* decode_block(
    const uint8_t* data, int64_t previous, bint positions,
    uint32_t* documents, uint32_t* frequencies
) noexcept nogil:
    """A full block; `previous` is the document before it. Returns the end of its bytes."""
    cdef unsigned gap_width = data[0]
    cdef unsigned extra_width = 0
    cdef size_t i
    data += 1
    if positions:
        extra_width = data[0]
        data += 1
    data = unpack_ascending(data, BLOCK_SIZE, gap_width, <uint32_t>(previous + 1), documents)
    data = unpack(data, BLOCK_SIZE, extra_width, frequencies)
    for i in range(BLOCK_SIZE):
        frequencies[i] += 1
    return data


cdef const uint8_t* decode_tail(
    const uint8_t* data, size_t count, int64_t previous, bint positions,
    uint32_t* documents, uint32_t* frequencies
) noexcept nogil:
    """The last, partial block; as `decode_block`."""
    cdef uint64_t value
    cdef uint32_t document = <uint32_t>(previous + 1)
    cdef size_t i
    for i in range(count):
        data = get_varint(data, &value)
        frequencies[i] = 1
        if positions:
            if not value & 1:
                data = _frequency(data, frequencies + i)
            value >>= 1
        document += <uint32_t>value
        documents[i] = document
        document += 1
    return data


cdef inline const uint8_t* _frequency(const uint8_t* data, uint32_t* frequency) noexcept nogil:
    cdef uint64_t value
    data = get_varint(data, &value)
    frequency[0] = <uint32_t>value + 2
    return data


cdef const uint8_t* decode_frames(
    const uint8_t* data, size_t count, uint32_t* gaps
) noexcept nogil:
    """`count` position gaps; returns the end of their bytes."""
    cdef unsigned width, exceptions, i
    cdef size_t size
    while count:
        size = min(count, <size_t>BLOCK_SIZE)
        width = data[0]
        exceptions = 0
        data += 1
        if width & EXCEPTIONS:
            width &= EXCEPTIONS - 1
            exceptions = data[0]
            data += 1
        data = unpack(data, size, width, gaps)
        for i in range(exceptions):
            data = _exception(data, width, gaps)
        gaps += size
        count -= size
    return data


cdef inline const uint8_t* _exception(
    const uint8_t* data, unsigned width, uint32_t* gaps
) noexcept nogil:
    cdef uint64_t high
    cdef uint8_t index = data[0]
    data = get_varint(data + 1, &high)
    gaps[index] |= <uint32_t>(high << width)
    return data


cdef bint decode_list(
    const uint8_t* extent, size_t count, size_t occurrences, bint positions, List* out
) noexcept nogil:
    """Appends a whole list to `out`; False when there is no memory."""
    cdef size_t blocks = count // BLOCK_SIZE
    cdef const uint8_t* data = extent
    cdef int64_t previous = -1
    cdef size_t b, i, block_positions
    cdef uint32_t* documents
    cdef uint32_t* frequencies
    if not grow_list(out, count, occurrences if positions else 0):
        return False
    if blocks:
        data = extent + HEADER_SIZE + blocks * ENTRY_SIZE
    for b in range(blocks):
        documents = out.documents + out.count
        data = decode_block(data, previous, positions, documents, out.frequencies + out.count)
        previous = documents[BLOCK_SIZE - 1]
        out.count += BLOCK_SIZE
    i = count % BLOCK_SIZE
    data = decode_tail(
        data, i, previous, positions, out.documents + out.count, out.frequencies + out.count
    )
    out.count += i
    if positions:
        # Frames begin anew with every block of documents.
        frequencies = out.frequencies + out.count - count
        while count:
            block_positions = 0
            i = min(count, <size_t>BLOCK_SIZE)
            for b in range(i):
                block_positions += frequencies[b]
            data = decode_frames(data, block_positions, out.positions + out.position_count)
            out.position_count += block_positions
            frequencies += i
            count -= i
    return True


# -- for Python


cdef uint32_t* _room(array.array values, Py_ssize_t count) except? NULL:
    """The items of an array('I') that is made `count` long."""
    array.resize(values, count)
    return values.data.as_uints


cdef class Encoder:
    """Encodes lists one after the other into one buffer of extents."""

    cdef Buffer out

    def __dealloc__(self):
        free(self.out.data)

    def add(
        self, const uint32_t[::1] documents, const uint32_t[::1] frequencies,
        const uint32_t[::1] gaps, const uint32_t[::1] lengths, bint positions
    ):
        """The extent of one list as bytes.

        `documents` ascend; `gaps` are those of all positions (none without `positions`),
        `lengths` the field's length of each document.
        """
        cdef List postings
        cdef bint fine
        memset(&postings, 0, sizeof(postings))
        postings.count = documents.shape[0]
        postings.position_count = gaps.shape[0]
        if postings.count:
            postings.documents = <uint32_t*>&documents[0]
            postings.frequencies = <uint32_t*>&frequencies[0]
        if postings.position_count:
            postings.positions = <uint32_t*>&gaps[0]
        self.out.size = 0
        with nogil:
            fine = encode_list(&postings, &lengths[0], positions, &self.out)
        if not fine:
            raise MemoryError
        return self.out.data[:self.out.size]


cdef class PostingList:
    """One term's postings in a section: where its blocks are, and what is in them.

    `section` begins `offset` bytes before the extent and goes on for 8 bytes after it at
    least; `count` documents have the term, `occurrences` times together. The last block may
    have fewer than BLOCK postings.
    """

    cdef const uint8_t[::1] section
    cdef const uint8_t* extent
    cdef readonly Py_ssize_t count
    cdef readonly Py_ssize_t occurrences
    cdef readonly bint positional
    cdef readonly Py_ssize_t full_blocks
    cdef readonly Py_ssize_t blocks

    def __init__(
        self, const uint8_t[::1] section, Py_ssize_t offset, Py_ssize_t count,
        Py_ssize_t occurrences, bint positional
    ):
        self.section = section
        self.extent = &section[0] + offset
        self.count = count
        self.occurrences = occurrences
        self.positional = positional
        self.full_blocks = count // BLOCK_SIZE
        self.blocks = (count + BLOCK_SIZE - 1) // BLOCK_SIZE

    def header(self):
        """(largest frequency, shortest length, longest length) of the documents; None for a
        list of less than a block, which has none.
        """
        if not self.full_blocks:
            return None
        return load32(self.extent), load32(self.extent + 4), load32(self.extent + 8)

    def bounds(self, Py_ssize_t block):
        """(largest frequency, shortest length) in a full block: at least and at most so much."""
        cdef uint16_t frequency, length
        cdef const uint8_t* entry = self._entry(block)
        memcpy(&frequency, entry + 12, 2)
        memcpy(&length, entry + 14, 2)
        return (load32(self.extent) if frequency == 0xFFFF else frequency), length

    def find(self, Py_ssize_t block, int64_t document):
        """The first block from `block` on that may have `document` or a later one."""
        cdef Py_ssize_t low = block
        cdef Py_ssize_t high = self.full_blocks
        cdef Py_ssize_t middle
        while low < high:
            middle = (low + high) // 2
            if load32(self._entry(middle)) < document:
                low = middle + 1
            else:
                high = middle
        return low

    def block(self, Py_ssize_t block):
        """The documents of a block in order and their frequencies, as two array('I')."""
        cdef array.array documents = make_array("I")
        cdef array.array frequencies = make_array("I")
        cdef int64_t previous = -1
        cdef Py_ssize_t size = min(BLOCK_SIZE, self.count - block * BLOCK_SIZE)
        cdef uint32_t* out = _room(documents, size)
        cdef uint32_t* counts = _room(frequencies, size)
        cdef const uint8_t* data = self.extent
        if block:
            previous = load32(self._entry(block - 1))
        if block < self.full_blocks:
            data += load32(self._entry(block) + 4)
            decode_block(data, previous, self.positional, out, counts)
        else:
            if self.full_blocks:
                data += load32(self.extent + 12)
            decode_tail(data, size, previous, self.positional, out, counts)
        return documents, frequencies

    def positions(self, Py_ssize_t block, const uint32_t[::1] frequencies):
        """The positions of a block, those of each document one after the other, as array('I').

        `frequencies` are those that `block` gave.
        """
        cdef array.array places = make_array("I")
        cdef const uint8_t* data = self.extent
        cdef Py_ssize_t total = 0
        cdef Py_ssize_t i, j
        cdef uint32_t position
        cdef uint32_t* out
        cdef array.array documents, counts
        for i in range(frequencies.shape[0]):
            total += frequencies[i]
        out = _room(places, total)
        if block < self.full_blocks:
            data += load32(self._entry(block) + 8)
        elif self.full_blocks:
            data += load32(self.extent + 16)
        else:
            # The frames of a short list follow its documents.
            documents, counts = make_array("I"), make_array("I")
            data = decode_tail(
                data, self.count, -1, True, _room(documents, self.count),
                _room(counts, self.count)
            )
        decode_frames(data, total, out)
        for i in range(frequencies.shape[0]):
            position = 0
            for j in range(frequencies[i]):
                position += out[j]
                out[j] = position
                position += 1
            out += frequencies[i]
        return places

    cdef const uint8_t* _entry(self, Py_ssize_t block):
        return self.extent + HEADER_SIZE + block * ENTRY_SIZE

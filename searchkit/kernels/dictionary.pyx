# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""One field's terms in the order of their bytes: found exactly, by prefix, in order.

The format is specified in docs/index-format.md, "Terms": blocks of DICTIONARY_BLOCK terms,
each term without what it shares with the one before; at the end an index of the blocks.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcmp, memcpy, memset

from searchkit.kernels.packing cimport Buffer, get_varint, load32, put_varint, reserve

from searchkit.kernels import DICTIONARY_BLOCK

cdef enum:
    BLOCK_TERMS = 32
    TRAILER = 8

assert BLOCK_TERMS == DICTIONARY_BLOCK


# -- writing


cdef bint add_term(
    Builder* builder, const uint8_t* term, size_t size, uint32_t count, uint64_t occurrences,
    uint64_t length, bint positional
) noexcept nogil:
    """Appends a term, larger than the one before; False when there is no memory.

    `length` is that of its extent in bytes; extents follow each other without gaps.
    """
    cdef size_t shared = 0
    cdef uint32_t start
    cdef uint8_t* end
    if not (reserve(&builder.out, size + 60) and reserve(&builder.last, size)):
        return False
    end = builder.out.data + builder.out.size
    if builder.terms % BLOCK_TERMS == 0:
        if not reserve(&builder.index, 4):
            return False
        start = <uint32_t>builder.out.size
        memcpy(builder.index.data + builder.index.size, &start, 4)
        builder.index.size += 4
        end = put_varint(end, builder.offset)
    else:
        while (
            shared < size and shared < builder.last.size
            and builder.last.data[shared] == term[shared]
        ):
            shared += 1
        end = put_varint(end, shared)
    end = put_varint(end, size - shared)
    memcpy(end, term + shared, size - shared)
    end = put_varint(end + size - shared, count)
    if positional:
        end = put_varint(end, occurrences - count)
    end = put_varint(end, length)
    builder.out.size = end - builder.out.data
    memcpy(builder.last.data, term, size)
    builder.last.size = size
    builder.offset += length
    builder.terms += 1
    return True


cdef bint finish(Builder* builder) noexcept nogil:
    """Appends the index of blocks and the trailer; False when there is no memory."""
    cdef uint32_t blocks = <uint32_t>(builder.index.size // 4)
    if not reserve(&builder.out, builder.index.size + TRAILER):
        return False
    memcpy(builder.out.data + builder.out.size, builder.index.data, builder.index.size)
    builder.out.size += builder.index.size
    memcpy(builder.out.data + builder.out.size, &builder.terms, 4)
    memcpy(builder.out.data + builder.out.size + 4, &blocks, 4)
    builder.out.size += TRAILER
    return True


cdef void free_builder(Builder* builder) noexcept nogil:
    free(builder.out.data)
    free(builder.last.data)
    free(builder.index.data)
    memset(builder, 0, sizeof(Builder))


# -- reading


cdef bint open_cursor(
    Cursor* cursor, const uint8_t* section, size_t size, bint positional
) noexcept nogil:
    """Places the cursor on the first term, if there is one; False when there is no memory."""
    memset(cursor, 0, sizeof(Cursor))
    cursor.section = section
    cursor.positional = positional
    cursor.terms = load32(section + size - TRAILER)
    cursor.blocks = load32(section + size - 4)
    cursor.index = section + size - TRAILER - <size_t>cursor.blocks * 4
    return _enter(cursor, 0)


cdef inline const uint8_t* _block(const Cursor* cursor, uint32_t block) noexcept nogil:
    return cursor.section + load32(cursor.index + <size_t>block * 4)


cdef bint _enter(Cursor* cursor, uint32_t block) noexcept nogil:
    """Places the cursor on the first term of a block."""
    cdef uint64_t offset
    cursor.ordinal = block * BLOCK_TERMS
    if block >= cursor.blocks:
        cursor.ordinal = cursor.terms
        return True
    cursor.next = get_varint(_block(cursor, block), &offset)
    cursor.offset = offset
    cursor.length = 0
    return _read(cursor, 0)


cdef bint _read(Cursor* cursor, size_t shared) noexcept nogil:
    """Reads the entry at `next`, after the number of bytes that it shares."""
    cdef uint64_t size, value
    cursor.next = get_varint(cursor.next, &size)
    cursor.term.size = shared
    if not reserve(&cursor.term, size):
        return False
    memcpy(cursor.term.data + shared, cursor.next, size)
    cursor.term.size = shared + size
    cursor.next = get_varint(cursor.next + size, &value)
    cursor.count = <uint32_t>value
    cursor.occurrences = value
    if cursor.positional:
        cursor.next = get_varint(cursor.next, &value)
        cursor.occurrences += value
    cursor.offset += cursor.length
    cursor.next = get_varint(cursor.next, &cursor.length)
    return True


cdef bint advance(Cursor* cursor) noexcept nogil:
    """Moves to the next term, or to the end (ordinal == terms); False without memory."""
    cdef uint64_t shared
    if cursor.ordinal + 1 >= cursor.terms:
        cursor.ordinal = cursor.terms
        return True
    if (cursor.ordinal + 1) % BLOCK_TERMS == 0:
        return _enter(cursor, (cursor.ordinal + 1) // BLOCK_TERMS)
    cursor.ordinal += 1
    cursor.next = get_varint(cursor.next, &shared)
    return _read(cursor, shared)


cdef inline int _compare(
    const uint8_t* a, size_t a_size, const uint8_t* b, size_t b_size
) noexcept nogil:
    cdef int order = memcmp(a, b, min(a_size, b_size))
    if order:
        return order
    return (a_size > b_size) - (a_size < b_size)


cdef bint seek(Cursor* cursor, const uint8_t* term, size_t size) noexcept nogil:
    """Moves to the first term that is not less than `term`; False without memory."""
    cdef uint32_t low = 0, high = cursor.blocks, middle
    cdef const uint8_t* head
    cdef uint64_t value
    # The last block whose first term is not greater.
    while low < high:
        middle = (low + high) // 2
        head = get_varint(_block(cursor, middle), &value)
        head = get_varint(head, &value)
        if _compare(head, value, term, size) <= 0:
            low = middle + 1
        else:
            high = middle
    if not _enter(cursor, low - 1 if low else 0):
        return False
    while (
        cursor.ordinal < cursor.terms
        and _compare(cursor.term.data, cursor.term.size, term, size) < 0
    ):
        if not advance(cursor):
            return False
    return True


# -- for Python


cdef class DictionaryBuilder:
    """Writes a dictionary; terms are added in the order of their bytes."""

    cdef Builder builder
    cdef bint positional

    def __init__(self, bint positional):
        self.positional = positional

    def __dealloc__(self):
        free_builder(&self.builder)

    def add(self, bytes term, uint32_t count, uint64_t occurrences, uint64_t length):
        """Appends a term that `count` documents have `occurrences` times, with the length of
        its extent in bytes.
        """
        if not add_term(
            &self.builder, term, len(term), count, occurrences, length, self.positional
        ):
            raise MemoryError

    def finish(self):
        """The dictionary's bytes."""
        if not finish(&self.builder):
            raise MemoryError
        return self.builder.out.data[:self.builder.out.size]


cdef class Dictionary:
    """A place in the dictionary in `section`, at first the first term.

    Not for several threads at once; make another one, it costs next to nothing.
    """

    cdef const uint8_t[::1] section
    cdef Cursor cursor

    def __init__(self, const uint8_t[::1] section, bint positional):
        self.section = section
        if not open_cursor(&self.cursor, &section[0], section.shape[0], positional):
            raise MemoryError

    def __dealloc__(self):
        free(self.cursor.term.data)

    def __len__(self):
        return self.cursor.terms

    def first(self):
        """Goes to the first term."""
        if not _enter(&self.cursor, 0):
            raise MemoryError

    def seek(self, bytes term):
        """Goes to the first term that is not less; whether it is this very term."""
        if not seek(&self.cursor, term, len(term)):
            raise MemoryError
        return (
            self.cursor.ordinal < self.cursor.terms
            and self.cursor.term.size == <size_t>len(term)
            and memcmp(self.cursor.term.data, <const char*>term, self.cursor.term.size) == 0
        )

    def next(self):
        """Goes to the next term; False, and no term, when there is none."""
        if not advance(&self.cursor):
            raise MemoryError
        return self.cursor.ordinal < self.cursor.terms

    @property
    def valid(self):
        """Whether there is a term here."""
        return self.cursor.ordinal < self.cursor.terms

    @property
    def term(self):
        """The term here as bytes."""
        return self.cursor.term.data[:self.cursor.term.size]

    @property
    def entry(self):
        """(documents, occurrences, offset and length of the extent) of the term here."""
        cdef Cursor* here = &self.cursor
        return here.count, here.occurrences, here.offset, here.length

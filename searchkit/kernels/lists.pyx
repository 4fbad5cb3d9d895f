# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""One segment as searches see it: which lists do these terms have in its fields?"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memset

from searchkit.kernels.cursors cimport Cursor, bits_in, decode, open_list
from searchkit.kernels.dictionary cimport open_cursor, seek

from searchkit.kernels import CHUNK

cdef enum:
    CHUNK_BITS = 16

assert 1 << CHUNK_BITS == CHUNK


cdef class SegmentView:
    """The fields of a segment of `documents` documents, and which of these are there.

    `live` has a bit for each document, the lowest of the first byte for document 0, and 8 bytes
    for each 64 documents begun, as every set of documents has. Nothing in it changes once all
    fields are there; finding needs the interpreter's lock, which is what keeps threads apart.
    """

    def __init__(self, uint32_t documents, const uint8_t[::1] live):
        self.documents = documents
        self.live = live
        self.held = []
        self.checks = []

    def __dealloc__(self):
        cdef uint32_t i
        for i in range(self.field_count):
            free(self.fields[i].terms.term.data)
        free(self.fields)

    def add_field(
        self, const uint8_t[::1] dictionary, const uint8_t[::1] postings,
        const uint8_t[::1] checked, check, bint positional, const uint8_t[::1] lengths,
        unsigned width
    ):
        """The next field; returns its number. Of `postings`, with 8 bytes more, only chunks of
        CHUNK bytes with a byte in `checked` are looked at: check(start, end) is called for others,
        and sets it or raises. `lengths`, of `width` bytes each, are empty where there are none.
        """
        cdef FieldView* field
        cdef void* grown = realloc(self.fields, (self.field_count + 1) * sizeof(FieldView))
        if grown == NULL:
            raise MemoryError
        self.fields = <FieldView*>grown
        field = &self.fields[self.field_count]
        memset(field, 0, sizeof(FieldView))
        field.dictionary = &dictionary[0]
        field.dictionary_size = dictionary.shape[0]
        field.postings = &postings[0]
        field.checked = &checked[0] if checked.shape[0] else NULL
        field.positional = positional
        field.lengths = &lengths[0] if lengths.shape[0] else NULL
        field.width = width
        if not open_cursor(&field.terms, field.dictionary, field.dictionary_size, positional):
            raise MemoryError
        self.field_count += 1
        self.held.append((dictionary, postings, checked, lengths))
        self.checks.append(check)
        return self.field_count - 1

    def find(self, terms, fields):
        """The lists of any of these terms, as bytes, in any of these fields, by number."""
        cdef Lists found = Lists(self)
        cdef FieldView* view
        cdef bytes term
        cdef int field
        for field in fields:
            view = &self.fields[field]
            for term in terms:
                if not seek(&view.terms, term, len(term)):
                    raise MemoryError
                if (
                    view.terms.ordinal < view.terms.terms
                    and view.terms.term.size == <size_t>len(term)
                    and memcmp(view.terms.term.data, <const char*>term, len(term)) == 0
                ):
                    self.put_here(found, field)
        return found

    cdef bint put_here(self, Lists found, int field) except False:
        """Puts the list of the term at which the field's cursor is."""
        cdef FieldView* view = &self.fields[field]
        cdef uint64_t start = view.terms.offset, end = start + view.terms.length, chunk
        cdef const uint8_t* extent = view.postings + start
        cdef uint32_t count = view.terms.count
        for chunk in range(start >> CHUNK_BITS, (end + (1 << CHUNK_BITS) - 1) >> CHUNK_BITS):
            if not view.checked[chunk]:
                self.checks[field](start, end)
                break
        return found.put(extent, count, field, view.positional)


cdef class Lists:
    """Lists of one segment, those of one field after those of the one before."""

    def __init__(self, SegmentView view not None):
        self.view = view

    def __dealloc__(self):
        free(self.entries)

    cdef bint put(
        self, const uint8_t* extent, uint32_t count, int field, bint positional
    ) except False:
        cdef void* grown
        cdef Entry* entry
        if self.count == self.capacity:
            self.capacity = 2 * self.capacity + 3
            grown = realloc(self.entries, self.capacity * sizeof(Entry))
            if grown == NULL:
                raise MemoryError
            self.entries = <Entry*>grown
        entry = &self.entries[self.count]
        entry.extent = extent
        entry.count = count
        entry.field = field
        entry.positional = positional
        self.count += 1
        return True

    def __len__(self):
        return self.count

    @property
    def postings(self):
        """The postings of all lists together."""
        cdef uint64_t total = 0
        cdef uint32_t i
        for i in range(self.count):
            total += self.entries[i].count
        return total

    @property
    def documents(self):
        """How many different documents there are in them."""
        cdef uint64_t* bits
        cdef uint64_t total = 0
        cdef size_t words = (<size_t>self.view.documents + 63) // 64, i
        if self.counted is not None:
            return self.counted
        if self.count == 1:
            return self.entries[0].count
        bits = <uint64_t*>calloc(words + 1, 8)
        if bits == NULL:
            raise MemoryError
        with nogil:
            for i in range(self.count):
                put_documents(&self.entries[i], bits)
            for i in range(words):
                total += bits_in(bits[i])
        free(bits)
        self.counted = total
        return total


cdef void put_documents(const Entry* entry, uint64_t* bits) noexcept nogil:
    """Sets the bit of each document of a list."""
    cdef Cursor cursor
    cdef uint32_t i, document
    open_list(&cursor, entry.extent, entry.count, entry.positional, entry.field)
    while cursor.block < cursor.blocks:
        decode(&cursor)
        for i in range(cursor.size):
            document = cursor.documents[i]
            bits[document >> 6] |= <uint64_t>1 << (document & 63)

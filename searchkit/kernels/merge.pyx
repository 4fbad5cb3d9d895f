# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Postings of several sources to one field's dictionary and extents.

`RunMerger` takes the runs of a memory full of batches, `SegmentMerger` fields of segments
that are on disk, with deletions dropped, and no text is looked at again. Both give the
extents piece by piece, so that memory holds the dictionary and one piece.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memcmp, memcpy, memset

from searchkit.kernels.dictionary cimport (
    Builder,
    Cursor,
    add_term,
    advance,
    finish,
    free_builder,
    open_cursor,
)
from searchkit.kernels.invert cimport Run
from searchkit.kernels.packing cimport Buffer, get_varint, prefetch
from searchkit.kernels.postings cimport List, decode_list, encode_list, free_list, grow_list

cdef enum:
    DELETED = 0xFFFFFFFF
    # Terms between fetching a term's entries from memory and decoding them.
    AHEAD = 4


cdef class FieldMerger:
    """What both mergers share: one field's dictionary and extents as they grow.

    `lengths` has the field's length for each new document, `positional` tells whether
    positions are kept.
    """

    cdef const uint32_t[::1] lengths
    cdef bint positional
    cdef bint too_large
    cdef Builder builder
    cdef Buffer out
    cdef List postings
    cdef readonly uint64_t occurrences

    def __init__(self, const uint32_t[::1] lengths, bint positional):
        self.lengths = lengths
        self.positional = positional

    def __dealloc__(self):
        free_builder(&self.builder)
        free(self.out.data)
        free_list(&self.postings)

    @property
    def terms(self):
        """Terms written so far."""
        return self.builder.terms

    @property
    def nbytes(self):
        """Bytes of memory held."""
        return (
            self.builder.out.capacity + self.builder.index.capacity + self.out.capacity
            + 8 * self.postings.capacity + 4 * self.postings.position_capacity
        )

    def extents(self, size_t limit):
        """The next extents, `limit` bytes and one extent at most; b"" after the last.

        Raises OverflowError when a term's extent, or the dictionary, exceeds 4 GiB.
        """
        cdef bint fine
        self.out.size = 0
        with nogil:
            fine = self._fill(limit)
        if self.too_large:
            raise OverflowError("more than 4 GiB of postings of one term, or of terms")
        if not fine:
            raise MemoryError
        return self.out.data[:self.out.size]

    def dictionary(self):
        """The bytes of the dictionary, once all extents are written."""
        if not finish(&self.builder):
            raise MemoryError
        return self.builder.out.data[:self.builder.out.size]

    cdef bint _fill(self, size_t limit) noexcept nogil:
        return True

    cdef bint _emit(self, const uint8_t* term, size_t size) noexcept nogil:
        """Encodes what is in `postings` as the list of a term, and empties it."""
        cdef size_t start = self.out.size
        cdef uint64_t occurrences = self.postings.count
        if self.positional:
            occurrences = self.postings.position_count
        if not encode_list(&self.postings, &self.lengths[0], self.positional, &self.out):
            return False
        if (
            self.out.size - start > <size_t>0xFFFFFFFF
            or self.builder.out.size + size > <size_t>0xFFFFFF00
        ):
            self.too_large = True
            return False
        self.occurrences += occurrences
        if not add_term(
            &self.builder, term, size, <uint32_t>self.postings.count, occurrences,
            self.out.size - start, self.positional
        ):
            return False
        self.postings.count = 0
        self.postings.position_count = 0
        return True


# -- runs


cdef struct Named:
    # A term in the order of bytes: its first eight, in the order of numbers, decide most.
    uint64_t prefix
    const uint8_t* data
    uint32_t size
    uint32_t number


cdef struct Entry:
    uint32_t run
    uint32_t place


cdef int _by_bytes(const void* a, const void* b) noexcept nogil:
    cdef const Named* x = <const Named*>a
    cdef const Named* y = <const Named*>b
    cdef int order
    if x.prefix != y.prefix:
        return -1 if x.prefix < y.prefix else 1
    order = memcmp(x.data, y.data, min(x.size, y.size))
    if order:
        return order
    return (x.size > y.size) - (x.size < y.size)


cdef class RunMerger(FieldMerger):
    """Merges the runs of one field, given in the order of their documents.

    `terms` are the terms by number, as UTF-8. Neither list may change before the last extent.
    """

    cdef list runs
    cdef list names
    cdef void** sources  # the runs, for use without the GIL
    cdef Named* order
    cdef size_t count
    cdef size_t next
    cdef Entry* entries
    cdef uint32_t* ends  # by term number: the end of its entries

    def __init__(
        self, list runs, list terms, const uint32_t[::1] lengths, bint positional
    ):
        FieldMerger.__init__(self, lengths, positional)
        cdef size_t known = len(terms)
        cdef size_t total = 0
        cdef size_t i, n
        cdef Run run
        self.runs = runs
        self.names = terms
        for run in runs:
            total += run.entries
        if total > <size_t>0xFFFFFFFF:
            raise OverflowError("more than 4 billion terms of batches")
        self.sources = <void**>malloc((len(runs) + 1) * sizeof(void*))
        self.entries = <Entry*>malloc((total + 1) * sizeof(Entry))
        self.ends = <uint32_t*>calloc(known + 1, 4)
        if self.sources == NULL or self.entries == NULL or self.ends == NULL:
            raise MemoryError
        for i, run in enumerate(runs):
            self.sources[i] = <void*>run
        self._gather(len(runs), known)
        for i in range(known):
            if self._entry_count(i):
                self.count += 1
        self.order = <Named*>malloc((self.count + 1) * sizeof(Named))
        if self.order == NULL:
            raise MemoryError
        n = 0
        for i in range(known):
            if self._entry_count(i):
                self._name(n, i, <bytes?>terms[i])
                n += 1
        with nogil:
            qsort(self.order, self.count, sizeof(Named), _by_bytes)

    def __dealloc__(self):
        free(self.sources)
        free(self.entries)
        free(self.ends)
        free(self.order)

    cdef inline size_t _entry_count(self, size_t term) noexcept nogil:
        return self.ends[term] - self._first_entry(term)

    cdef void _name(self, size_t place, uint32_t number, bytes term) noexcept:
        cdef Named* named = self.order + place
        cdef size_t i
        named.data = <const uint8_t*>PyBytes_AS_STRING(term)
        named.size = <uint32_t>PyBytes_GET_SIZE(term)
        named.number = number
        named.prefix = 0
        for i in range(8):
            named.prefix = named.prefix << 8 | (named.data[i] if i < named.size else 0)

    cdef void _gather(self, size_t runs, size_t known) noexcept nogil:
        """The entries of all runs, by term and then in the order of the runs."""
        cdef size_t r, e
        cdef uint32_t term, place = 0, count
        for r in range(runs):
            for e in range((<Run>self.sources[r]).entries):
                self.ends[(<Run>self.sources[r]).terms[e]] += 1
        for term in range(<uint32_t>known):
            count = self.ends[term]
            self.ends[term] = place
            place += count
        for r in range(runs):
            for e in range((<Run>self.sources[r]).entries):
                term = (<Run>self.sources[r]).terms[e]
                self.entries[self.ends[term]].run = <uint32_t>r
                self.entries[self.ends[term]].place = <uint32_t>e
                self.ends[term] += 1

    cdef bint _fill(self, size_t limit) noexcept nogil:
        cdef const Named* named
        cdef size_t e
        while self.next < self.count and self.out.size < limit:
            named = self.order + self.next
            self._fetch(self.next + AHEAD)
            self.next += 1
            for e in range(self._first_entry(named.number), self.ends[named.number]):
                if not self._decode(
                    <Run>self.sources[self.entries[e].run], self.entries[e].place
                ):
                    return False
            if not self._emit(named.data, named.size):
                return False
        return True

    cdef inline size_t _first_entry(self, size_t term) noexcept nogil:
        return self.ends[term - 1] if term else 0

    cdef inline void _fetch(self, size_t place) noexcept nogil:
        """Has the entries of a term that comes soon brought into the cache: they lie all over
        the memory, and most have a few bytes.
        """
        cdef size_t e
        cdef uint32_t number
        if place < self.count:
            number = self.order[place].number
            for e in range(self._first_entry(number), self.ends[number]):
                prefetch(
                    (<Run>self.sources[self.entries[e].run]).data.data
                    + (<Run>self.sources[self.entries[e].run]).offsets[self.entries[e].place]
                )

    cdef bint _decode(self, Run run, size_t place) noexcept nogil:
        """Appends the postings of one entry of a run."""
        cdef const uint8_t* data = run.data.data + run.offsets[place]
        cdef const uint8_t* end = run.data.data + run.offsets[place + 1]
        cdef List* out = &self.postings
        cdef uint32_t document = run.first_document
        cdef uint64_t value, frequency
        cdef size_t i
        # A posting takes a byte at least, and so does a position.
        if not grow_list(out, end - data, end - data if self.positional else 0):
            return False
        while data < end:
            data = get_varint(data, &value)
            document += <uint32_t>(value >> 1)
            frequency = 1
            if not value & 1:
                data = get_varint(data, &frequency)
                frequency += 2
            out.documents[out.count] = document
            # Without positions there are no frequencies in the extent: all count as 1.
            out.frequencies[out.count] = <uint32_t>frequency if self.positional else 1
            out.count += 1
            if self.positional:
                for i in range(frequency):
                    data = get_varint(data, &value)
                    out.positions[out.position_count] = <uint32_t>value
                    out.position_count += 1
        return True


# -- segments


cdef struct Source:
    Cursor cursor
    const uint8_t* extents
    const uint32_t* numbers  # new document of each old one, or DELETED


cdef class SegmentMerger(FieldMerger):
    """Merges one field of several segments.

    `sources` are (dictionary, extents, new document numbers) each: buffers of bytes, the
    extents with 8 bytes to spare, and of uint32, ascending, 0xFFFFFFFF for deleted ones.
    The new numbers of a source are larger than those of the one before.
    """

    cdef list held
    cdef Source* sources
    cdef size_t count

    def __init__(self, list sources, const uint32_t[::1] lengths, bint positional):
        FieldMerger.__init__(self, lengths, positional)
        cdef const uint8_t[::1] dictionary
        cdef const uint8_t[::1] extents
        cdef const uint32_t[::1] numbers
        cdef Source* source
        self.held = []
        self.sources = <Source*>calloc(len(sources) + 1, sizeof(Source))
        if self.sources == NULL:
            raise MemoryError
        for dictionary, extents, numbers in sources:
            if not numbers.shape[0]:
                continue
            self.held.append((dictionary, extents, numbers))
            source = self.sources + self.count
            self.count += 1
            source.extents = &extents[0]
            source.numbers = &numbers[0]
            if not open_cursor(
                &source.cursor, &dictionary[0], dictionary.shape[0], positional
            ):
                raise MemoryError

    def __dealloc__(self):
        cdef size_t i
        if self.sources != NULL:
            for i in range(self.count):
                free(self.sources[i].cursor.term.data)
        free(self.sources)

    cdef bint _fill(self, size_t limit) noexcept nogil:
        cdef size_t i
        cdef Cursor* least
        cdef Cursor* cursor
        while self.out.size < limit:
            least = NULL
            for i in range(self.count):
                cursor = &self.sources[i].cursor
                if cursor.ordinal < cursor.terms and (least == NULL or _order(cursor, least) < 0):
                    least = cursor
            if least == NULL:
                return True
            if not self._merge_term(least):
                return False
        return True

    cdef bint _merge_term(self, Cursor* least) noexcept nogil:
        """The postings of the term at `least` from it and from all later sources."""
        cdef size_t i
        cdef Cursor* cursor
        # `least` is the first source that has the term, and moves on last.
        for i in range(self.count):
            cursor = &self.sources[i].cursor
            if cursor.ordinal >= cursor.terms or _order(cursor, least) != 0:
                continue
            if not self._append(self.sources + i):
                return False
        if self.postings.count and not self._emit(least.term.data, least.term.size):
            return False
        for i in range(self.count):
            cursor = &self.sources[i].cursor
            if cursor == least or cursor.ordinal >= cursor.terms or _order(cursor, least) != 0:
                continue
            if not advance(cursor):
                return False
        return advance(least)

    cdef bint _append(self, const Source* source) noexcept nogil:
        """Appends the source's list, renumbered and without what is deleted."""
        cdef List* out = &self.postings
        cdef size_t first = out.count
        cdef size_t kept = first
        cdef size_t place = out.position_count
        cdef size_t kept_place = place
        cdef size_t i, frequency
        cdef uint32_t number
        if not decode_list(
            source.extents + source.cursor.offset, source.cursor.count,
            source.cursor.occurrences, self.positional, out
        ):
            return False
        for i in range(first, out.count):
            number = source.numbers[out.documents[i]]
            frequency = out.frequencies[i] if self.positional else 0
            if number != DELETED:
                out.documents[kept] = number
                out.frequencies[kept] = out.frequencies[i]
                kept += 1
                if kept_place != place:
                    _move(out.positions, kept_place, place, frequency)
                kept_place += frequency
            place += frequency
        out.count = kept
        out.position_count = kept_place
        return True


cdef inline void _move(uint32_t* values, size_t to, size_t origin, size_t count) noexcept nogil:
    cdef size_t i
    for i in range(count):
        values[to + i] = values[origin + i]


cdef inline int _order(const Cursor* a, const Cursor* b) noexcept nogil:
    cdef int order = memcmp(a.term.data, b.term.data, min(a.term.size, b.term.size))
    if order:
        return order
    return (a.term.size > b.term.size) - (a.term.size < b.term.size)

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""A batch of tokens to postings, by a counting sort over their terms.

Text gives tokens in the order of documents; an index wants them in the order of terms. Three
passes over the batch do that: count each term, give each its stretch, put each token there.
A batch is small enough to stay in the processor's caches while this goes on.
"""

from cpython cimport array
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from searchkit.kernels.packing cimport Buffer, put_varint, reserve

from array import array as make_array

cdef enum:
    MANY = 0x80000000
    # Fewer tokens take less than a millisecond; to have the interpreter's lock back may take
    # five, when another thread computes.
    WORTH_RELEASING = 50000


cdef class Run:
    """The postings of one field of one batch, by term number.

    Compact (about 2 bytes a token) and only ever read by `merge`: for each term that occurs
    its documents, as differences from `first_document` on, with their positions.
    """

    def __dealloc__(self):
        free(self.terms)
        free(self.offsets)
        free(self.data.data)

    def __len__(self):
        """How many terms occur."""
        return self.entries

    @property
    def nbytes(self):
        """Bytes of memory held."""
        return self.data.capacity + 8 * self.entries


cdef struct Placed:
    uint32_t document
    uint32_t position


cdef class Inverter:
    """Inverts one batch after the other; keeps its working memory between them."""

    cdef uint32_t* counts  # by term; all zero between batches
    cdef uint32_t* seen
    cdef size_t terms
    cdef Placed* placed
    cdef size_t capacity

    def __dealloc__(self):
        free(self.counts)
        free(self.seen)
        free(self.placed)

    @property
    def nbytes(self):
        """Bytes of memory held."""
        return self.terms * 8 + self.capacity * sizeof(Placed)

    def invert(
        self, const uint32_t[::1] tokens, const uint32_t[::1] ends,
        const uint32_t[::1] documents, const uint32_t[::1] single,
        const uint32_t[::1] multiple, Py_ssize_t first, Py_ssize_t last, Py_ssize_t terms,
        uint32_t gap, bint positional, uint32_t[::1] lengths
    ):
        """The run of the texts `first` to `last` (excluded), and where each text begins.

        `tokens` are surface numbers and `ends` each text's end among them; `documents` the
        document of each text, ascending. `single` and `multiple` give surfaces their terms,
        as `Vocabulary` has it, which knows `terms` of them; an empty `single` means that
        tokens are term numbers. Of several texts of one document each begins `gap` positions
        after the last position of the one before. Adds to `lengths`, unless that is empty, the
        tokens of each document; returns (Run, array('I') of each text's first position). The
        places of one term in an expansion must ascend. Raises MemoryError, also when a run
        exceeds 4 GiB.
        """
        cdef Run run = Run()
        cdef array.array starts = make_array("I", bytes(4 * max(0, last - first)))
        cdef uint32_t* start = starts.data.as_uints
        cdef size_t begin = ends[first - 1] if first > 0 else 0
        cdef size_t end = ends[last - 1] if last > 0 else 0
        cdef bint fine
        cdef const uint32_t* to_single = &single[0] if single.shape[0] else NULL
        cdef const uint32_t* to_multiple = &multiple[0] if multiple.shape[0] else NULL
        cdef uint32_t* length = &lengths[0] if lengths.shape[0] else NULL
        cdef const uint32_t* token = &tokens[0] if tokens.shape[0] else NULL
        if last <= first:
            return run, starts
        run.first_document = documents[first]
        run.positional = positional
        if not self._grow(terms):
            raise MemoryError
        if end - begin < WORTH_RELEASING:
            fine = self._invert(
                token, &ends[0], &documents[0], to_single, to_multiple, first, last, begin,
                end, gap, positional, length, start, run
            )
        else:
            with nogil:
                fine = self._invert(
                    token, &ends[0], &documents[0], to_single, to_multiple, first, last, begin,
                    end, gap, positional, length, start, run
                )
        if not fine:
            raise MemoryError
        return run, starts

    cdef bint _grow(self, size_t terms) noexcept:
        """Makes room to count so many terms; False when there is no memory."""
        cdef void* grown
        if terms > self.terms:
            terms += terms >> 1
            grown = realloc(self.counts, terms * 4)
            if grown == NULL:
                return False
            self.counts = <uint32_t*>grown
            memset(self.counts + self.terms, 0, (terms - self.terms) * 4)
            grown = realloc(self.seen, terms * 4)
            if grown == NULL:
                return False
            self.seen = <uint32_t*>grown
            self.terms = terms
        return True

    cdef bint _invert(
        self, const uint32_t* tokens, const uint32_t* ends, const uint32_t* documents,
        const uint32_t* single, const uint32_t* multiple, size_t first, size_t last,
        size_t begin, size_t end, uint32_t gap, bint positional, uint32_t* lengths,
        uint32_t* starts, Run run
    ) noexcept nogil:
        cdef size_t seen = self._count(tokens, begin, end, single, multiple)
        cdef size_t total = 0
        cdef size_t i
        cdef uint32_t count
        for i in range(seen):
            count = self.counts[self.seen[i]]
            self.counts[self.seen[i]] = <uint32_t>total
            total += count
        run.terms = <uint32_t*>malloc(seen * 4 + 4)
        run.offsets = <uint32_t*>malloc(seen * 4 + 4)
        if run.terms == NULL or run.offsets == NULL or not self._room(total):
            for i in range(seen):
                self.counts[self.seen[i]] = 0
            return False
        self._place(
            tokens, ends, documents, single, multiple, first, last, begin, gap, lengths, starts
        )
        # Now counts[term] is the end of its stretch.
        return _encode_run(self.placed, self.seen, self.counts, seen, total, positional, run)

    cdef size_t _count(
        self, const uint32_t* tokens, size_t begin, size_t end, const uint32_t* single,
        const uint32_t* multiple
    ) noexcept nogil:
        """Counts each term's occurrences; returns how many terms there are, in `seen`."""
        cdef size_t seen = 0
        cdef size_t i
        cdef uint32_t code, term, k
        cdef const uint32_t* expansion
        for i in range(begin, end):
            code = single[tokens[i]] if single != NULL else tokens[i]
            if not code & MANY:
                if self.counts[code] == 0:
                    self.seen[seen] = code
                    seen += 1
                self.counts[code] += 1
                continue
            expansion = multiple + (code & (MANY - 1))
            for k in range(expansion[0]):
                term = expansion[2 + 4 * k]
                if self.counts[term] == 0:
                    self.seen[seen] = term
                    seen += 1
                self.counts[term] += 1
        return seen

    cdef bint _room(self, size_t total) noexcept nogil:
        """Makes room to place so many occurrences; False when there is no memory."""
        if total > self.capacity:
            free(self.placed)
            self.capacity = total + (total >> 2)
            self.placed = <Placed*>malloc(self.capacity * sizeof(Placed))
            if self.placed == NULL:
                self.capacity = 0
                return False
        return True

    cdef void _place(
        self, const uint32_t* tokens, const uint32_t* ends, const uint32_t* documents,
        const uint32_t* single, const uint32_t* multiple, size_t first, size_t last,
        size_t begin, uint32_t gap, uint32_t* lengths, uint32_t* starts
    ) noexcept nogil:
        """Puts each occurrence where counts[term] says, and moves that on."""
        cdef uint32_t* counts = self.counts
        cdef Placed* placed = self.placed
        cdef size_t i, t
        cdef uint32_t base = 0, position = 0, document, code, term, k, place, occurrences
        cdef const uint32_t* expansion
        for t in range(first, last):
            document = documents[t]
            if t > first and documents[t - 1] == document:
                # `position` is one beyond the last, or the beginning of a text without any.
                base = (position - 1 if position > base else base) + gap
            else:
                base = 0
            position = base
            starts[t - first] = base
            occurrences = 0
            for i in range(begin, ends[t]):
                code = single[tokens[i]] if single != NULL else tokens[i]
                if not code & MANY:
                    place = counts[code]
                    counts[code] = place + 1
                    placed[place].document = document
                    placed[place].position = position
                    position += 1
                    occurrences += 1
                    continue
                expansion = multiple + (code & (MANY - 1))
                for k in range(expansion[0]):
                    term = expansion[2 + 4 * k]
                    place = counts[term]
                    counts[term] = place + 1
                    placed[place].document = document
                    placed[place].position = position + expansion[3 + 4 * k]
                position += expansion[1]
                occurrences += expansion[0]
            if lengths != NULL:
                lengths[document] += occurrences
            begin = ends[t]


cdef bint _encode_run(
    const Placed* placed, const uint32_t* seen, uint32_t* counts, size_t terms, size_t total,
    bint positional, Run run
) noexcept nogil:
    """For each term in the order of `seen`: for each document varint(gap << 1 | once), the
    frequency less 2 unless once, and the positions as gaps; clears `counts`.
    """
    cdef size_t begin = 0, end, i, j
    cdef uint32_t previous, document, last
    cdef uint8_t* out
    cdef bint fine = reserve(&run.data, total * (15 if positional else 10) // 4 + 1024)
    run.entries = terms
    for i in range(terms):
        run.terms[i] = seen[i]
        run.offsets[i] = <uint32_t>run.data.size
        end = counts[seen[i]]
        counts[seen[i]] = 0
        if not fine or not reserve(&run.data, (end - begin) * 15):
            fine = False
            continue
        out = run.data.data + run.data.size
        previous = run.first_document
        while begin < end:
            document = placed[begin].document
            j = begin + 1
            while j < end and placed[j].document == document:
                j += 1
            out = put_varint(out, <uint64_t>(document - previous) << 1 | (j == begin + 1))
            if j != begin + 1:
                out = put_varint(out, j - begin - 2)
            previous = document
            last = 0
            while begin < j:
                if positional:
                    out = put_varint(out, placed[begin].position - last)
                    last = placed[begin].position + 1
                begin += 1
        run.data.size = out - run.data.data
    run.offsets[terms] = <uint32_t>run.data.size
    _shrink(&run.data)
    return fine and run.data.size <= <size_t>0xFFFFFFFF


cdef void _shrink(Buffer* buffer) noexcept nogil:
    cdef void* data = realloc(buffer.data, buffer.size + 1)
    if data != NULL:
        buffer.data = <uint8_t*>data
        buffer.capacity = buffer.size + 1

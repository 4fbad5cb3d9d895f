# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What are documents worth, and which are the best so far?"""

from libc.math cimport exp2
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from searchkit.kernels.bits cimport WORDS, lowest_bit
from searchkit.kernels.conditions cimport ALL_OF, PREFERABLY, SOME_OF, WORD, Conditions, Node
from searchkit.kernels.cursors cimport (
    Cursor, Field, decode, decode_frequencies, most_of, norm_of, open_list
)
from searchkit.kernels.lists cimport Entry
from searchkit.kernels.packing cimport load64

cdef struct Hit:
    double score
    uint32_t document

# A heap with the worst on top.
cdef struct Best:
    Hit* hits
    uint32_t count
    uint32_t most


# How far newer documents are preferred: a `share` of the score is halved by an age of 1 / decay
# before `now`, in the unit of the column.
cdef struct Recency:
    const uint8_t* published  # NULL: not at all
    uint64_t now
    double decay
    double share


# -- of a window

cdef inline double bound_of(
    Conditions* self, uint32_t number, uint32_t base, uint32_t end
) noexcept nogil:
    """At least the score of any document of a window."""
    cdef Node* node = self.nodes[number]
    cdef double sum = 0
    cdef uint32_t i
    if node.kind == WORD:
        if node.weight == 0:
            return 0
        if node.set != NULL:
            sum = node.most_collected
        for i in range(node.count):
            if node.sources[i].cursor < 0:
                return node.weight
            sum += most_of(
                self.places.cursors[node.sources[i].cursor], &self.fields[node.sources[i].field],
                base, end
            )
        return node.weight * (sum / (self.saturation + sum)) if sum else 0
    if node.kind == ALL_OF or node.kind == SOME_OF or node.kind == PREFERABLY:
        for i in range(node.count):
            sum += bound_of(self, node.members[i], base, end)
    return sum


cdef inline void add_scores(
    const Conditions* self, uint32_t number, uint32_t base, const uint64_t* matching,
    double* scores
) noexcept nogil:
    """Adds what a node gives to the scores of the documents that match it and all that it
    is a part of.
    """
    cdef Node* node = self.nodes[number]
    cdef Node* member
    cdef uint64_t[WORDS] both
    cdef const double* amounts = node.amounts
    cdef uint64_t rest
    cdef uint32_t i, place
    cdef double weight = node.weight, saturation = self.saturation
    cdef int word
    if node.kind == WORD:
        if weight == 0:
            return
        if node.set != NULL:
            amounts = node.collected + base
        for word in range(WORDS):
            rest = matching[word]
            while rest:
                place = 64 * word + lowest_bit(rest)
                rest &= rest - 1
                scores[place] += weight * (
                    amounts[place] / (saturation + amounts[place])
                )
        return
    if node.kind == ALL_OF:
        # All of these match its members.
        for i in range(node.count):
            add_scores(self, node.members[i], base, matching, scores)
    elif node.kind == SOME_OF or node.kind == PREFERABLY:
        for i in range(node.count):
            member = self.nodes[node.members[i]]
            rest = 0
            for word in range(WORDS):
                both[word] = matching[word] & member.bits[word]
                rest |= both[word]
            if rest:
                add_scores(self, node.members[i], base, both, scores)


# -- of a segment

cdef inline void add_list(
    const Entry* entry, const Field* field, uint64_t* bits, double* amounts
) noexcept nogil:
    """Sets the bit of each document of a list, and adds what its occurrences amount to."""
    cdef Cursor cursor
    cdef uint32_t i, document
    open_list(&cursor, entry.extent, entry.count, entry.positional, entry.field)
    while cursor.block < cursor.blocks:
        decode(&cursor)
        if amounts != NULL:
            decode_frequencies(&cursor)
        for i in range(cursor.size):
            document = cursor.documents[i]
            bits[document >> 6] |= <uint64_t>1 << (document & 63)
            if amounts != NULL:
                amounts[document] += cursor.frequencies[i] * norm_of(field, document)


cdef inline double factor_of(const Recency* self, uint32_t document) noexcept nogil:
    """What a document's score is multiplied by."""
    cdef uint64_t moment = load64(self.published + 8 * <size_t>document)
    if moment == <uint64_t>0xFFFFFFFFFFFFFFFF:
        return 1 - self.share
    if moment >= self.now:
        return 1
    return 1 - self.share + self.share * exp2(-<double>(self.now - moment) * self.decay)


# -- the best

cdef inline void offer(Best* self, double score, uint32_t document) noexcept nogil:
    """Keeps a document if it is among the best."""
    cdef Hit* hits = self.hits
    cdef Hit hit
    cdef uint32_t place, child
    hit.score = score
    hit.document = document
    if self.count < self.most:
        place = self.count
        self.count += 1
        while place and is_worse(&hit, &hits[(place - 1) // 2]):
            hits[place] = hits[(place - 1) // 2]
            place = (place - 1) // 2
        hits[place] = hit
        return
    if not is_worse(&hits[0], &hit):
        return
    place = 0
    while True:
        child = 2 * place + 1
        if child >= self.most:
            break
        if child + 1 < self.most and is_worse(&hits[child + 1], &hits[child]):
            child += 1
        if not is_worse(&hits[child], &hit):
            break
        hits[place] = hits[child]
        place = child
    hits[place] = hit


cdef inline bint is_worse(const Hit* one, const Hit* other) noexcept nogil:
    if one.score != other.score:
        return one.score < other.score
    return one.document > other.document


cdef inline int order_of_hits(const void* first, const void* second) noexcept nogil:
    cdef const Hit* one = <const Hit*>first
    cdef const Hit* other = <const Hit*>second
    if one.score != other.score:
        return 1 if one.score < other.score else -1
    return (one.document > other.document) - (one.document < other.document)

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Expressions on positions: which documents may have one, and where in a document is it?

Documents are asked for a window at a time; where all that an expression needs is there, its
members' spans (`spans.pxd`) are put together in one document after the other.
"""

from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcpy, memset

from searchkit.kernels.bits cimport WORDS
from searchkit.kernels.cursors cimport NO_DOCUMENT, Cursor, gather, next_document
from searchkit.kernels.lists cimport Entry
from searchkit.kernels.packing cimport Buffer
from searchkit.kernels.spans cimport (
    any_pair, arrange, begin_phrase, go_on_with_phrase, join, leave_lonely, phrases_of, put_spans,
    spans_of_term
)

cdef enum Sort:
    TERM
    ANY
    NEAR
    NOT_NEAR

# A condition on positions: two cursors for a term, members for the others.
cdef struct Expression:
    Sort sort
    const Entry* entry
    int cursor    # which passes through the windows
    int places    # which follows with positions
    uint32_t* members
    uint32_t count
    uint32_t distance
    bint ordered
    uint32_t* order  # the places of members of a NEAR, the rarest first
    bint simple      # whether all of them are terms, or any of some terms
    bint walked      # whether their lists are walked together, by one cursor each
    Buffer spans
    Buffer spare
    uint64_t[WORDS] bits

cdef struct Expressions:
    Cursor** cursors
    uint32_t cursor_count
    Expression** expressions
    uint32_t expression_count


cdef inline uint32_t next_place(Expressions* self, uint32_t number) noexcept nogil:
    cdef Expression* expression = self.expressions[number]
    cdef uint32_t found, i
    if expression.sort == TERM:
        return next_document(self.cursors[expression.cursor])
    found = next_place(self, expression.members[0]) if expression.count else NO_DOCUMENT
    if expression.sort == NOT_NEAR:
        return found
    for i in range(1, expression.count):
        if expression.sort == ANY:
            found = min(found, next_place(self, expression.members[i]))
        else:
            found = max(found, next_place(self, expression.members[i]))
    return found


cdef inline Cursor* member_cursor(
    const Expressions* self, const Expression* expression, uint32_t place
) noexcept nogil:
    """That of the list of a term, the rarest first."""
    return self.cursors[
        self.expressions[expression.members[expression.order[place]]].places
    ]


cdef inline bint find_phrase(
    Expressions* self, Expression* expression, uint32_t* matches
) noexcept nogil:
    """Counts words next to each other in the document where all cursors are, the rarest word
    first; False when there is no memory.
    """
    cdef uint32_t i
    if not begin_phrase(
        member_cursor(self, expression, 0), expression.order[0], &expression.spare
    ):
        return False
    for i in range(1, expression.count):
        if expression.spare.size:
            go_on_with_phrase(
                member_cursor(self, expression, i), expression.order[i], &expression.spare
            )
    matches[0] = phrases_of(&expression.spare, expression.count)
    return True


cdef inline void find_candidates(
    Expressions* self, uint32_t number, uint32_t base, uint32_t end, const uint64_t* wanted
) noexcept nogil:
    """Sets the expression's bits to wanted documents, all that may have it among them."""
    cdef Expression* expression = self.expressions[number]
    cdef const uint64_t* candidates = wanted
    cdef uint32_t i, member
    cdef int word
    memset(expression.bits, 0, sizeof(expression.bits))
    if expression.sort == TERM:
        gather(self.cursors[expression.cursor], base, end, wanted, expression.bits)
        for word in range(WORDS):
            expression.bits[word] &= wanted[word]
        return
    if expression.sort == NEAR:
        for i in range(expression.count):
            member = expression.members[expression.order[i]]
            find_candidates(self, member, base, end, candidates)
            candidates = self.expressions[member].bits
        memcpy(expression.bits, candidates, sizeof(expression.bits))
        return
    for i in range(1 if expression.sort == NOT_NEAR else expression.count):
        find_candidates(self, expression.members[i], base, end, wanted)
        for word in range(WORDS):
            expression.bits[word] |= self.expressions[expression.members[i]].bits[word]


cdef inline bint find_spans(
    Expressions* self, uint32_t number, uint32_t document
) noexcept nogil:
    """Finds the expression's spans in a document; False when there is no memory."""
    cdef Expression* expression = self.expressions[number]
    cdef uint32_t i
    expression.spans.size = 0
    if expression.sort == TERM:
        return spans_of_term(self.cursors[expression.places], document, &expression.spans)
    if expression.sort == NEAR:
        return find_near(self, expression, document)
    for i in range(expression.count):
        if not find_spans(self, expression.members[i], document):
            return False
    if expression.sort == ANY:
        for i in range(expression.count):
            if not put_spans(
                &expression.spans, &self.expressions[expression.members[i]].spans
            ):
                return False
        arrange(&expression.spans)
        return True
    return leave_lonely(
        &self.expressions[expression.members[0]].spans,
        &self.expressions[expression.members[1]].spans,
        expression.distance, &expression.spans
    )


cdef inline bint find_near(
    Expressions* self, Expression* expression, uint32_t document
) noexcept nogil:
    """Follows the members one after the other; False when there is no memory."""
    cdef const Buffer* rarest
    cdef Buffer* spans
    cdef uint32_t i, place, first
    cdef uint64_t most
    cdef bint found
    first = expression.order[0]
    rarest = &self.expressions[expression.members[first]].spans
    for i in range(expression.count):
        place = expression.order[i]
        if not find_spans(self, expression.members[place], document):
            return False
        spans = &self.expressions[expression.members[place]].spans
        if spans.size == 0:
            return True
        if i == 0 or not (expression.ordered and expression.simple):
            continue
        # As many members are from one to the other, of a position each, so far are they apart.
        if place > first:
            most = <uint64_t>(place - first) * expression.distance
            found = any_pair(rarest, spans, place - first, most)
        else:
            most = <uint64_t>(first - place) * expression.distance
            found = any_pair(spans, rarest, first - place, most)
        if not found:
            return True
    if not put_spans(&expression.spans, &self.expressions[expression.members[0]].spans):
        return False
    for i in range(1, expression.count):
        expression.spare.size = 0
        if not join(
            &expression.spans, &self.expressions[expression.members[i]].spans,
            expression.distance, expression.ordered, &expression.spare
        ):
            return False
        expression.spans, expression.spare = expression.spare, expression.spans
    return True


cdef inline uint64_t count_of(const Expressions* self, uint32_t number) noexcept nogil:
    """About how many documents have an expression."""
    cdef const Expression* expression = self.expressions[number]
    cdef uint64_t count = 0, each
    cdef uint32_t i
    if expression.sort == TERM:
        return expression.entry.count
    for i in range(1 if expression.sort == NOT_NEAR else expression.count):
        each = count_of(self, expression.members[i])
        if expression.sort == NEAR:
            count = min(count, each) if i else each
        else:
            count += each
    return count


cdef inline bint is_simple(const Expressions* self, uint32_t number) noexcept nogil:
    """Whether all spans of an expression are of one position."""
    cdef const Expression* expression = self.expressions[number]
    cdef uint32_t i
    if expression.sort != ANY:
        return expression.sort == TERM
    for i in range(expression.count):
        if not is_simple(self, expression.members[i]):
            return False
    return True


cdef inline bint walk(Expressions* self, Expression* expression) noexcept nogil:
    """Has terms near each other walked together, if that is what it is."""
    cdef uint32_t i
    if expression.sort != NEAR:
        return False
    for i in range(expression.count):
        if self.expressions[expression.members[i]].sort != TERM:
            return False
    expression.walked = True
    for i in range(expression.count):
        self.expressions[expression.members[i]].cursor = (
            self.expressions[expression.members[i]].places
        )
    return True


cdef inline void arrange_near(Expressions* self, Expression* expression) noexcept nogil:
    """Finds out which members are rare, and whether they are simple."""
    cdef uint32_t i, j, place
    expression.simple = True
    for i in range(expression.count):
        expression.simple = expression.simple and is_simple(self, expression.members[i])
        place = expression.order[i]
        j = i
        while j and count_of(self, expression.members[expression.order[j - 1]]) > count_of(
            self, expression.members[place]
        ):
            expression.order[j] = expression.order[j - 1]
            j -= 1
        expression.order[j] = place

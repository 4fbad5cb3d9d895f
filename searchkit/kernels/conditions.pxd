# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""A tree of conditions in a window of documents: which match, and how well at most?

Every condition becomes a bit for each document of the window, so that AND, OR and NOT are those of
machine words; words gather beside what their occurrences amount to.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from searchkit.kernels.cursors cimport (
    NO_DOCUMENT, WINDOW, WORDS, Cursor, Field, advance_to, bits_in_window, find_document, gather,
    gather_amounts, length_of,
    lowest_bit, most_of, next_document, norm_of
)
from searchkit.kernels.packing cimport Buffer, load32, load64
from searchkit.kernels.spans cimport (
    any_pair, arrange, begin_phrase, go_on_with_phrase, join, leave_lonely, matches_of,
    phrases_of, put_spans, spans_of_term
)

cdef enum Kind:
    WORD
    ALL_OF
    SOME_OF
    ALL_BUT
    PREFERABLY
    MEMBERS_OF  # a set
    NUMBERED    # whose number in a column is within bounds
    FILLED      # that have anything in a column of lists
    EVERYTHING

cdef enum Sort:
    TERM
    ANY
    NEAR
    NOT_NEAR

# A condition on positions: two cursors for a term, members for the others.
cdef struct Expression:
    Sort sort
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

# Of a word in a field: a list or an expression, the other is -1.
cdef struct Source:
    int cursor
    int expression
    int field

cdef struct Node:
    Kind kind
    uint32_t* members
    uint32_t count
    Source* sources
    double weight
    uint32_t least
    # Of a word of very many lists, of a set, of a column.
    const uint8_t* set
    const double* collected  # what the occurrences in each document amount to
    double most_collected
    const uint8_t* column
    unsigned width
    uint64_t low
    uint64_t high
    uint64_t[WORDS] bits
    uint64_t[WORDS] filled   # of `amounts`
    double* amounts
    uint32_t* occurrences

cdef struct Conditions:
    uint32_t documents
    double saturation
    Field* fields
    Cursor** cursors
    uint32_t cursor_count
    Expression** expressions
    uint32_t expression_count
    Node** nodes
    uint32_t node_count
    double deadline  # in seconds of CLOCK_MONOTONIC; 0: none
    bint late        # whether something has been left out since


# -- what is still to come

cdef inline uint32_t next_match(Conditions* self, uint32_t number) noexcept nogil:
    """No document before this one, of those that are still to come, matches."""
    cdef Node* node = self.nodes[number]
    cdef uint32_t found, i
    if node.kind == WORD and node.set == NULL:
        found = NO_DOCUMENT
        for i in range(node.count):
            if node.sources[i].cursor >= 0:
                found = min(found, next_document(self.cursors[node.sources[i].cursor]))
            else:
                found = min(found, next_place(self, node.sources[i].expression))
        return found
    if node.kind == ALL_OF:
        found = 0
        for i in range(node.count):
            found = max(found, next_match(self, node.members[i]))
        return found
    if node.kind == SOME_OF and node.least > 0:
        found = NO_DOCUMENT
        for i in range(node.count):
            found = min(found, next_match(self, node.members[i]))
        return found
    return next_match(self, node.members[0]) if node.kind == PREFERABLY else 0


cdef inline uint32_t next_place(Conditions* self, uint32_t number) noexcept nogil:
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


# -- bounds

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
                self.cursors[node.sources[i].cursor], &self.fields[node.sources[i].field],
                base, end
            )
        return node.weight * (sum / (self.saturation + sum)) if sum else 0
    if node.kind == ALL_OF or node.kind == SOME_OF or node.kind == PREFERABLY:
        for i in range(node.count):
            sum += bound_of(self, node.members[i], base, end)
    return sum


# -- evaluation

cdef inline bint evaluate(
    Conditions* self, uint32_t number, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored
) noexcept nogil:
    """Sets the node's bits to the wanted documents of a window that match; False when there
    is no memory. What words amount to is gathered for those in `scored`, which are wanted ones,
    unless that is NULL.
    """
    cdef Node* node = self.nodes[number]
    cdef Node* member
    cdef int word
    if node.kind == WORD:
        return evaluate_word(self, node, base, end, wanted, scored)
    if node.kind == ALL_OF:
        return evaluate_all(self, node, base, end, wanted, scored)
    if node.kind == SOME_OF:
        return evaluate_some(self, node, base, end, wanted, scored)
    if node.kind == ALL_BUT:
        if not evaluate(self, node.members[0], base, end, wanted, NULL):
            return False
        member = self.nodes[node.members[0]]
        for word in range(WORDS):
            node.bits[word] = wanted[word] & ~member.bits[word]
        return True
    if node.kind == PREFERABLY:
        if not evaluate(self, node.members[0], base, end, wanted, scored):
            return False
        memcpy(node.bits, self.nodes[node.members[0]].bits, sizeof(node.bits))
        return scored == NULL or evaluate(
            self, node.members[1], base, end, node.bits, node.bits
        )
    memcpy(node.bits, wanted, sizeof(node.bits))
    if node.kind == MEMBERS_OF:
        keep_members(node, base, end)
    elif node.kind != EVERYTHING:
        keep_within(node, base)
    return True


cdef inline bint evaluate_all(
    Conditions* self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored
) noexcept nogil:
    cdef const uint64_t* candidates = wanted
    cdef uint32_t i
    for i in range(node.count):
        if is_empty(candidates):
            break
        if not evaluate(
            self, node.members[i], base, end, candidates,
            NULL if scored == NULL else candidates
        ):
            return False
        candidates = self.nodes[node.members[i]].bits
    memcpy(node.bits, candidates, sizeof(node.bits))
    return True


cdef inline bint evaluate_some(
    Conditions* self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored
) noexcept nogil:
    cdef Node* member
    cdef uint64_t rest
    cdef uint32_t i
    cdef int word
    memset(node.bits, 0, sizeof(node.bits))
    for i in range(node.count):
        if not evaluate(self, node.members[i], base, end, wanted, scored):
            return False
        member = self.nodes[node.members[i]]
        for word in range(WORDS):
            node.bits[word] |= member.bits[word]
    if node.least == 0:
        memcpy(node.bits, wanted, sizeof(node.bits))
    if node.least <= 1:
        return True
    memset(node.occurrences, 0, WINDOW * sizeof(uint32_t))
    for i in range(node.count):
        member = self.nodes[node.members[i]]
        for word in range(WORDS):
            rest = member.bits[word]
            while rest:
                node.occurrences[64 * word + lowest_bit(rest)] += 1
                rest &= rest - 1
    drop_rare(node)
    return True


cdef inline bint evaluate_word(
    Conditions* self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
    const uint64_t* scored
) noexcept nogil:
    cdef uint32_t i
    cdef int word
    cdef Source* source
    cdef double* amounts = node.amounts if scored != NULL and node.weight else NULL
    if node.set != NULL:
        # `amounts` are those of the whole segment.
        memcpy(node.bits, wanted, sizeof(node.bits))
        keep_members(node, base, end)
        return True
    if node.least > 1:
        scored = wanted
    clear(node)
    for i in range(node.count):
        source = &node.sources[i]
        if source.cursor >= 0:
            if amounts == NULL and node.occurrences == NULL:
                gather(self.cursors[source.cursor], base, end, wanted, node.bits)
            else:
                gather_amounts(
                    self.cursors[source.cursor], &self.fields[source.field], base, end,
                    wanted, scored, node.bits, amounts, node.occurrences
                )
        elif not gather_places(self, node, source, base, end, wanted, amounts):
            return False
    memcpy(node.filled, node.bits, sizeof(node.bits))
    for word in range(WORDS):
        node.bits[word] &= wanted[word]
    if node.least > 1:
        drop_rare(node)
    return True


cdef inline bint gather_places(
    Conditions* self, Node* node, const Source* source, uint32_t base, uint32_t end,
    const uint64_t* wanted, double* amounts
) noexcept nogil:
    """What `gather_amounts` does, for an expression, unless time is up; False when there is no
    memory.
    """
    cdef Expression* expression = self.expressions[source.expression]
    cdef const Field* field = &self.fields[source.field]
    cdef uint64_t rest
    cdef uint32_t place
    cdef int word
    if expression.walked:
        return walk_together(self, node, source, base, end, wanted, amounts)
    find_candidates(self, source.expression, base, end, wanted)
    for word in range(WORDS):
        rest = expression.bits[word]
        # A document may take milliseconds, if somebody has meant it to.
        if rest and is_over(self):
            self.late = True
            return True
        while rest:
            place = 64 * word + lowest_bit(rest)
            rest &= rest - 1
            if not find_spans(self, source.expression, base + place):
                return False
            put_matches(node, matches_of(&expression.spans), field, base, place, amounts)
    return True


cdef inline bint walk_together(
    Conditions* self, Node* node, const Source* source, uint32_t base, uint32_t end,
    const uint64_t* wanted, double* amounts
) noexcept nogil:
    """The same for terms near each other: the rarest leads, the others follow."""
    cdef Expression* expression = self.expressions[source.expression]
    cdef Cursor* rarest = member_cursor(self, expression, 0)
    cdef uint32_t document, place, i, matches = 0, looked_at = 0
    cdef bint found
    while advance_to(rarest, base, end, wanted):
        document = rarest.documents[rarest.at]
        place = document - base
        found = (wanted[place >> 6] >> (place & 63)) & 1
        i = 1
        while found and i < expression.count:
            found = find_document(member_cursor(self, expression, i), document)
            i += 1
        if found:
            looked_at += 1
            if looked_at % 64 == 0 and is_over(self):
                self.late = True
                return True
            if expression.ordered and expression.distance == 1:
                if not find_phrase(self, expression, &matches):
                    return False
            elif find_spans(self, source.expression, document):
                matches = matches_of(&expression.spans)
            else:
                return False
            put_matches(node, matches, &self.fields[source.field], base, place, amounts)
        rarest.at += 1
    return True


cdef inline Cursor* member_cursor(
    const Conditions* self, const Expression* expression, uint32_t place
) noexcept nogil:
    """That of the list of a term, the rarest first."""
    return self.cursors[
        self.expressions[expression.members[expression.order[place]]].places
    ]


cdef inline bint find_phrase(
    Conditions* self, Expression* expression, uint32_t* matches
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


cdef inline void put_matches(
    Node* node, uint32_t matches, const Field* field, uint32_t base, uint32_t place,
    double* amounts
) noexcept nogil:
    """Counts what a document of the window has."""
    if matches:
        node.bits[place >> 6] |= <uint64_t>1 << (place & 63)
        if amounts != NULL:
            amounts[place] += matches * norm_of(field, base + place)
        if node.occurrences != NULL:
            node.occurrences[place] += matches


cdef inline void find_candidates(
    Conditions* self, uint32_t number, uint32_t base, uint32_t end, const uint64_t* wanted
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
    Conditions* self, uint32_t number, uint32_t document
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
    Conditions* self, Expression* expression, uint32_t document
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


cdef inline uint64_t count_of(const Conditions* self, uint32_t number) noexcept nogil:
    """About how many documents have an expression."""
    cdef const Expression* expression = self.expressions[number]
    cdef uint64_t count = 0, each
    cdef uint32_t i
    if expression.sort == TERM:
        return self.cursors[expression.cursor].count
    for i in range(1 if expression.sort == NOT_NEAR else expression.count):
        each = count_of(self, expression.members[i])
        if expression.sort == NEAR:
            count = min(count, each) if i else each
        else:
            count += each
    return count


cdef inline bint is_simple(const Conditions* self, uint32_t number) noexcept nogil:
    """Whether all spans of an expression are of one position."""
    cdef const Expression* expression = self.expressions[number]
    cdef uint32_t i
    if expression.sort != ANY:
        return expression.sort == TERM
    for i in range(expression.count):
        if not is_simple(self, expression.members[i]):
            return False
    return True


cdef inline void walk(Conditions* self, Expression* expression) noexcept nogil:
    """Has terms near each other walked together, as the whole of what is looked for."""
    cdef uint32_t i
    if expression.sort != NEAR:
        return
    for i in range(expression.count):
        if self.expressions[expression.members[i]].sort != TERM:
            return
    expression.walked = True
    for i in range(expression.count):
        self.expressions[expression.members[i]].cursor = (
            self.expressions[expression.members[i]].places
        )


cdef inline void arrange_near(Conditions* self, Expression* expression) noexcept nogil:
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


cdef inline bint is_over(const Conditions* self) noexcept nogil:
    """Whether it is later than the deadline."""
    cdef timespec now
    if self.deadline == 0:
        return False
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec + now.tv_nsec / 1e9 > self.deadline


# -- bits

cdef inline bint is_empty(const uint64_t* bits) noexcept nogil:
    cdef uint64_t any_bit = 0
    cdef int word
    for word in range(WORDS):
        any_bit |= bits[word]
    return any_bit == 0


cdef inline void keep_members(Node* node, uint32_t base, uint32_t end) noexcept nogil:
    """Leaves the documents of the node's set."""
    cdef uint32_t word
    for word in range((end - base + 63) // 64):
        node.bits[word] &= load64(node.set + base // 8 + 8 * word)


cdef inline void keep_within(Node* node, uint32_t base) noexcept nogil:
    """Leaves the documents with a number within the bounds, or with anything in the column."""
    cdef uint64_t rest, number
    cdef size_t document
    cdef int word, bit
    for word in range(WORDS):
        rest = node.bits[word]
        while rest:
            bit = lowest_bit(rest)
            rest &= rest - 1
            document = base + 64 * word + bit
            if node.width == 8:
                number = load64(node.column + 8 * document)
            elif node.width == 4:
                number = load32(node.column + 4 * document)
            elif node.width == 2:
                number = node.column[2 * document] | node.column[2 * document + 1] << 8
            else:
                number = node.column[document]
            if node.kind == FILLED:
                # The column has where each document's numbers end.
                number -= load32(node.column + 4 * (document - 1)) if document else 0
            if not node.low <= number <= node.high:
                node.bits[word] &= ~(<uint64_t>1 << bit)


cdef inline void clear(Node* node) noexcept nogil:
    """Forgets what the window before has left in a word."""
    cdef uint64_t rest
    cdef int word
    memset(node.bits, 0, sizeof(node.bits))
    if node.occurrences != NULL:
        memset(node.occurrences, 0, WINDOW * sizeof(uint32_t))
    if node.amounts == NULL:
        return
    if bits_in_window(node.filled) > WINDOW // 8:
        memset(node.amounts, 0, WINDOW * sizeof(double))
        return
    for word in range(WORDS):
        rest = node.filled[word]
        while rest:
            node.amounts[64 * word + lowest_bit(rest)] = 0
            rest &= rest - 1


cdef inline void drop_rare(Node* node) noexcept nogil:
    """Leaves the documents with at least `least` occurrences."""
    cdef uint64_t rest
    cdef int word, bit
    for word in range(WORDS):
        rest = node.bits[word]
        while rest:
            bit = lowest_bit(rest)
            rest &= rest - 1
            if node.occurrences[64 * word + bit] < node.least:
                node.bits[word] &= ~(<uint64_t>1 << bit)

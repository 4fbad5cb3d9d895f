# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""A tree of conditions over one segment: which documents match, and which of them are best?

Documents are taken a window of 2,048 at a time. Windows that cannot hold anything good enough any
more are not scored, by the largest frequency and shortest length of the blocks in them: intervals
of documents with bounds, as in Dimopoulos, Nepomnyachiy and Suel, "Optimizing Top-k Document
Retrieval Strategies for Block-Max Indexes" (WSDM 2013). Of alternatives those that cannot matter
for the best are only counted: MaxScore (Turtle and Flood, "Query Evaluation: Strategies and
Optimizations", 1995), in a window.
"""

from cpython cimport array
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort, realloc
from libc.string cimport memcpy, memset

from searchkit.kernels.bits cimport WINDOW, WORDS, bits_in_window, lowest_bit
from searchkit.kernels.conditions cimport (
    ALL_BUT, ALL_OF, EVERYTHING, FILLED, MEMBERS_OF, NUMBERED, PREFERABLY, SOME_OF, WORD,
    Conditions, Kind, Node, Source, evaluate, evaluate_some, is_over, next_match, put_in_order
)
from searchkit.kernels.cursors cimport (
    BLOCK_SIZE, ENTRY_SIZE, HEADER_SIZE, NORMS, Cursor, Field, open_list
)
from searchkit.kernels.expressions cimport (
    ANY, NEAR, NOT_NEAR, TERM, Expression, Expressions, Sort, arrange_near, walk
)
from searchkit.kernels.lists cimport Entry, Lists, SegmentView
from searchkit.kernels.scoring cimport (
    Best, Hit, Recency, add_list, add_scores, bound_of, factor_of, offer, order_of_hits
)
from searchkit.kernels.spans cimport MOST_SPANS

from array import array as make_array

from searchkit.kernels import BLOCK, BLOCK_ENTRY, LIST_HEADER, MAX_SPANS, NO_TIME

assert (BLOCK_SIZE, HEADER_SIZE, ENTRY_SIZE) == (BLOCK, LIST_HEADER, BLOCK_ENTRY)
assert MOST_SPANS == MAX_SPANS
assert NO_TIME == (1 << 64) - 1

cdef enum:
    # Alternatives that are bounded each.
    MOST_BOUNDED = 64
    # Lists of a word that are followed each; those of more are added up beforehand.
    MOST_FOLLOWED = 32
    # Windows between two looks at the clock: 10 to 500 microseconds.
    PATIENCE = 16

# The number of expressions on what no document has.
NOWHERE = -1
cdef double SLIGHTLY_LESS = 1 - 1e-12

cdef class Weighting:
    """What occurrences are worth: in text field i an occurrence in a text of n tokens amounts to
    weight / (base + slope * n), by `fields`, tuples of (weight, base, slope); the amounts a of a
    word give the score idf * a / (saturation + a).
    """

    cdef double saturation
    cdef Field* fields
    cdef double* norms
    cdef uint32_t field_count

    def __init__(self, double saturation, fields):
        cdef uint32_t length, i
        cdef Field* field
        self.saturation = saturation
        self.field_count = <uint32_t>len(fields)
        self.fields = <Field*>calloc(self.field_count + 1, sizeof(Field))
        self.norms = <double*>malloc((self.field_count + 1) * NORMS * sizeof(double))
        if self.fields == NULL or self.norms == NULL:
            raise MemoryError
        for i, (weight, base, slope) in enumerate(fields):
            field = &self.fields[i]
            field.weight = weight
            field.base = base
            field.slope = slope
            field.norms = self.norms + i * NORMS
            for length in range(NORMS):
                self.norms[i * NORMS + length] = field.weight / (
                    field.base + field.slope * length
                )

    def worth(self, uint32_t field, uint32_t length):
        """What an occurrence in a text of this length amounts to."""
        if length < NORMS:
            return self.fields[field].norms[length]
        return self.fields[field].weight / (
            self.fields[field].base + self.fields[field].slope * length
        )

    def __dealloc__(self):
        free(self.fields)
        free(self.norms)


cdef class Matching:
    """The conditions on one segment, and their run. Not for several threads at once.

    Conditions are built from the bottom: expressions on positions, words, and what combines
    them; each is known by the number that the method which made it returned, which is of use once.
    """

    cdef SegmentView view
    cdef Weighting weighting
    cdef Conditions conditions
    cdef list held
    cdef double* scores
    cdef Best best
    cdef double floor
    cdef Recency recency

    def __cinit__(self, SegmentView view not None, Weighting weighting not None):
        cdef uint32_t i
        self.view = view
        self.weighting = weighting
        self.held = []
        self.scores = <double*>calloc(WINDOW, sizeof(double))
        self.conditions.documents = view.documents
        self.conditions.saturation = weighting.saturation
        self.conditions.fields = <Field*>calloc(view.field_count + 1, sizeof(Field))
        if self.scores == NULL or self.conditions.fields == NULL:
            raise MemoryError
        for i in range(min(weighting.field_count, view.field_count)):
            self.conditions.fields[i] = weighting.fields[i]
            self.conditions.fields[i].lengths = view.fields[i].lengths
            self.conditions.fields[i].width = view.fields[i].width

    def __dealloc__(self):
        cdef Conditions* here = &self.conditions
        cdef Expressions* places = &here.places
        cdef uint32_t i
        for i in range(places.cursor_count):
            free(places.cursors[i])
        for i in range(places.expression_count):
            free(places.expressions[i].members)
            free(places.expressions[i].order)
            free(places.expressions[i].spans.data)
            free(places.expressions[i].spare.data)
            free(places.expressions[i])
        for i in range(here.node_count):
            free(here.nodes[i].members)
            free(here.nodes[i].sources)
            free(here.nodes[i].amounts)
            free(here.nodes[i].occurrences)
            free(here.nodes[i])
        free(here.fields)
        free(places.cursors)
        free(places.expressions)
        free(here.nodes)
        free(self.scores)
        free(self.best.hits)

    # -- expressions on positions

    def places(self, Lists lists not None, int field):
        """The positions of any of the terms that these are lists of, in one field."""
        cdef uint32_t i
        cdef Expression* expression
        members = []
        for i in range(lists.count):
            if lists.entries[i].field == field:
                expression = self._expression(TERM, ())
                expression.entry = &lists.entries[i]
                expression.places = self._cursor(expression.entry)
                members.append(self.conditions.places.expression_count - 1)
        self.held.append(lists)
        return members[0] if len(members) == 1 else self.any_of(members)

    def phrase(self, terms, int field, uint32_t distance):
        """Where any of the terms of the first of these lists is, and of each next ones at most
        `distance` positions after that, in one field.
        """
        return self.near([self.places(lists, field) for lists in terms], distance, True)

    def any_of(self, members):
        """Where any of these expressions is."""
        members = [member for member in members if member >= 0]
        if not members:
            return NOWHERE
        self._expression(ANY, members)
        return self.conditions.places.expression_count - 1

    def near(self, members, uint32_t distance, bint ordered):
        """Where these expressions, at least one, are each at most `distance` positions from
        those before it together, from the end of one to the beginning of the other; each after
        those before it, or in any order. Of pairs in one document the first MAX_SPANS count.
        """
        cdef Expression* expression
        if NOWHERE in members:
            return NOWHERE
        expression = self._expression(NEAR, members)
        expression.distance = distance
        expression.ordered = ordered
        expression.order = _numbers(range(expression.count))
        arrange_near(&self.conditions.places, expression)
        return self.conditions.places.expression_count - 1

    def not_near(self, int wanted, int unwanted, uint32_t distance):
        """Where `wanted` is and no `unwanted` within `distance` positions, in any order."""
        cdef Expression* expression
        if wanted < 0 or unwanted < 0:
            return wanted
        expression = self._expression(NOT_NEAR, (wanted, unwanted))
        expression.distance = distance
        return self.conditions.places.expression_count - 1

    # -- conditions

    def word(self, Lists lists, expressions, double weight, uint32_t least):
        """Documents in which something stands at least `least` times: the terms of these lists
        (or None), and (field, expression) in text fields. Its score is multiplied by `weight`;
        with 0 there is none, and lists may be of any field.
        """
        cdef Node* node
        cdef uint32_t i, count = lists.count if lists is not None else 0
        cdef bint collected = count > MOST_FOLLOWED and not expressions and least <= 1
        cdef Expressions* places = &self.conditions.places
        node = self._node(WORD, ())
        node.weight = weight
        node.least = least
        if collected:
            self._collect(node, lists)
            return self.conditions.node_count - 1
        node.sources = <Source*>malloc((count + len(expressions) + 1) * sizeof(Source))
        if weight:
            node.amounts = <double*>calloc(WINDOW, sizeof(double))
        if least > 1:
            node.occurrences = <uint32_t*>calloc(WINDOW, sizeof(uint32_t))
        if node.sources == NULL or (weight and node.amounts == NULL) or (
            least > 1 and node.occurrences == NULL
        ):
            raise MemoryError
        for i in range(count):
            node.sources[i].cursor = self._cursor(&lists.entries[i])
            node.sources[i].expression = -1
            node.sources[i].field = lists.entries[i].field
            node.count = i + 1
        for field, expression in expressions:
            if expression < 0:
                continue
            if not walk(places, places.expressions[<uint32_t>expression]):
                self._open_windows(expression)
            node.sources[node.count].cursor = -1
            node.sources[node.count].expression = expression
            node.sources[node.count].field = field
            node.count += 1
        if count:
            self.held.append(lists)
        return self.conditions.node_count - 1

    def all_of(self, members):
        """Documents that match all conditions, at least one."""
        self._node(ALL_OF, members)
        return self.conditions.node_count - 1

    def some_of(self, members, uint32_t least):
        """Documents that match at least so many of the conditions; with 0 all documents."""
        cdef Node* node = self._node(SOME_OF, members)
        node.least = least
        if least > 1:
            node.occurrences = <uint32_t*>calloc(WINDOW, sizeof(uint32_t))
            if node.occurrences == NULL:
                raise MemoryError
        return self.conditions.node_count - 1

    def all_but(self, int unwanted):
        """Documents that do not match a condition."""
        self._node(ALL_BUT, (unwanted,))
        return self.conditions.node_count - 1

    def preferably(self, int needed, int welcome):
        """Documents that match the first condition; the second counts for the score only."""
        self._node(PREFERABLY, (needed, welcome))
        return self.conditions.node_count - 1

    def members_of(self, const uint8_t[::1] bits, const double[::1] amounts, double weight):
        """The documents of a set, with bits as `live` has them. Their occurrences amount to
        `amounts`, one for each document, unless that is empty; `weight` as for a word.
        """
        cdef Node* node
        cdef Py_ssize_t i
        if not amounts.shape[0]:
            node = self._node(MEMBERS_OF, ())
        else:
            node = self._node(WORD, ())
            node.weight = weight
            node.collected = &amounts[0]
            for i in range(amounts.shape[0]):
                node.most_collected = max(node.most_collected, amounts[i])
        node.set = &bits[0]
        self.held.append((bits, amounts))
        return self.conditions.node_count - 1

    def numbered(self, const uint8_t[::1] column, unsigned width, uint64_t low, uint64_t high):
        """Documents whose number in a column, of `width` bytes each, is within bounds, both
        included.
        """
        cdef Node* node = self._node(NUMBERED, ())
        node.column = &column[0] if column.shape[0] else NULL
        node.width = width
        node.low = low
        node.high = high
        self.held.append(column)
        return self.conditions.node_count - 1

    def filled(self, const uint8_t[::1] ends):
        """Documents that have anything in a column of lists, which begins with u32 ends."""
        cdef Node* node = self._node(FILLED, ())
        node.column = &ends[0] if ends.shape[0] else NULL
        node.width = 4
        node.low = 1
        node.high = 0xFFFFFFFF
        self.held.append(ends)
        return self.conditions.node_count - 1

    def everything(self):
        """All documents."""
        self._node(EVERYTHING, ())
        return self.conditions.node_count - 1

    def prefer_recent(
        self, const uint8_t[::1] published, uint64_t now, double half_life, double share
    ):
        """Multiplies scores by 1 - share + share * 2 ** (-age / half_life): ages are those of
        u64 in a column, before `now` and in its unit, 0 for what is later, endless for none.
        """
        self.recency.published = &published[0] if published.shape[0] else NULL
        self.recency.now = now
        self.recency.decay = 1 / half_life
        self.recency.share = share
        self.held.append(published)

    # -- what these are made of

    cdef bint _open_windows(self, uint32_t number) except False:
        """Gives the terms of an expression a cursor that passes through the windows."""
        cdef Expression* expression = self.conditions.places.expressions[number]
        cdef uint32_t i
        if expression.sort == TERM:
            expression.cursor = self._cursor(expression.entry)
        for i in range(expression.count):
            self._open_windows(expression.members[i])
        return True

    cdef int _cursor(self, const Entry* entry) except -1:
        cdef Expressions* here = &self.conditions.places
        cdef Cursor* cursor = <Cursor*>malloc(sizeof(Cursor))
        if cursor == NULL:
            raise MemoryError
        open_list(cursor, entry.extent, entry.count, entry.positional, entry.field)
        try:
            here.cursors = <Cursor**>_grown(here.cursors, here.cursor_count, sizeof(void*))
        except MemoryError:
            free(cursor)
            raise
        here.cursors[here.cursor_count] = cursor
        here.cursor_count += 1
        return here.cursor_count - 1

    cdef Expression* _expression(self, Sort sort, members) except NULL:
        cdef Expressions* here = &self.conditions.places
        cdef Expression* expression = <Expression*>calloc(1, sizeof(Expression))
        if expression == NULL:
            raise MemoryError
        try:
            here.expressions = <Expression**>_grown(
                here.expressions, here.expression_count, sizeof(void*)
            )
            expression.members = _numbers(members)
        except BaseException:
            free(expression)
            raise
        expression.sort = sort
        expression.count = <uint32_t>len(members)
        here.expressions[here.expression_count] = expression
        here.expression_count += 1
        return expression

    cdef Node* _node(self, Kind kind, members) except NULL:
        cdef Conditions* here = &self.conditions
        cdef Node* node = <Node*>calloc(1, sizeof(Node))
        if node == NULL:
            raise MemoryError
        try:
            here.nodes = <Node**>_grown(here.nodes, here.node_count, sizeof(void*))
            node.members = _numbers(members)
        except BaseException:
            free(node)
            raise
        node.kind = kind
        node.count = <uint32_t>len(members)
        here.nodes[here.node_count] = node
        here.node_count += 1
        return node

    cdef bint _collect(self, Node* node, Lists lists) except False:
        """Adds up all lists of a word."""
        cdef uint32_t documents = self.view.documents, i
        cdef uint8_t[::1] bits = bytearray((<size_t>documents + 63) // 64 * 8 + 8)
        cdef array.array scored = array.clone(
            make_array("d"), documents if node.weight else 0, zero=True
        )
        cdef double* amounts = scored.data.as_doubles if node.weight else NULL
        self.held.append((bits, scored))
        node.set = &bits[0]
        node.collected = amounts
        with nogil:
            for i in range(lists.count):
                add_list(
                    &lists.entries[i], &self.conditions.fields[lists.entries[i].field],
                    <uint64_t*>&bits[0], amounts
                )
            for i in range(documents if node.weight else 0):
                node.most_collected = max(node.most_collected, amounts[i])
        return True

    # -- running, once

    def run(self, int root, uint32_t best, bint count, uint8_t[::1] matches, double floor,
            double deadline):
        """How many live documents match; the best of them as (score, document), best first, of
        equal ones those with lower numbers; and whether that is all.

        Sets the bits of all that match in `matches`, as long as `live`, or empty. Without `count`
        documents that cannot be among the best need not be counted: the number is a lower
        bound then. Only scores above `floor` are of use. At `deadline`, a time of
        CLOCK_MONOTONIC in seconds (0: none), it stops.
        """
        cdef uint64_t total = 0
        cdef int ending
        cdef uint8_t* out = &matches[0] if matches.shape[0] else NULL
        cdef uint32_t i
        self.best.most = best
        self.floor = floor
        self.conditions.deadline = deadline
        self.best.hits = <Hit*>malloc((<size_t>best + 1) * sizeof(Hit))
        if self.best.hits == NULL:
            raise MemoryError
        with nogil:
            put_in_order(&self.conditions, <uint32_t>root)
            ending = self._run(root, count or out != NULL, out, &total)
        if ending < 0:
            raise MemoryError
        qsort(self.best.hits, self.best.count, sizeof(Hit), order_of_hits)
        found = [
            (self.best.hits[i].score, self.best.hits[i].document)
            for i in range(self.best.count)
        ]
        return total, found, ending == 0

    cdef int _run(
        self, uint32_t root, bint count, uint8_t* out, uint64_t* total
    ) noexcept nogil:
        """0 at the end, 1 at the deadline, -1 without memory."""
        cdef Conditions* here = &self.conditions
        cdef uint64_t[WORDS] wanted
        cdef uint64_t[WORDS] candidates
        cdef Node* node = here.nodes[root]
        cdef uint32_t end, next_one, windows = 0
        cdef uint64_t base = 0
        cdef size_t bytes
        cdef bint scored
        while base < here.documents:
            next_one = next_match(here, root)
            if next_one >= here.documents:
                break
            if next_one > base:
                base = next_one // WINDOW * WINDOW
            end = <uint32_t>min(base + WINDOW, <uint64_t>here.documents)
            if windows % PATIENCE == 0 and is_over(here):
                return 1
            windows += 1
            scored = self.best.most > 0
            if scored and bound_of(here, root, base, end) <= self._least():
                if not count:
                    base += WINDOW
                    continue
                scored = False
            memset(wanted, 0, sizeof(wanted))
            bytes = (end - base + 63) // 64 * 8
            memcpy(wanted, &self.view.live[0] + base // 8, bytes)
            if scored and node.kind == SOME_OF and node.least == 1 and self._least() > 0:
                if not self._evaluate_best(node, base, end, wanted, candidates, count):
                    return -1
            else:
                if not evaluate(here, root, base, end, wanted, wanted if scored else NULL):
                    return -1
                memcpy(candidates, node.bits, sizeof(candidates))
            if here.late:
                return 1
            total[0] += bits_in_window(node.bits)
            if out != NULL:
                memcpy(out + base // 8, node.bits, bytes)
            if scored:
                self._keep_best(root, base, candidates)
            base += WINDOW
        return 0

    cdef inline double _least(self) noexcept nogil:
        """Scores up to this one are of no use, as documents come in the order of their numbers;
        a little less, for bounds are sums in another order.
        """
        return SLIGHTLY_LESS * (
            self.best.hits[0].score if self.best.count == self.best.most else self.floor
        )

    cdef bint _evaluate_best(
        self, Node* node, uint32_t base, uint32_t end, const uint64_t* wanted,
        uint64_t* candidates, bint count
    ) noexcept nogil:
        """Evaluates alternatives when only documents better than the worst that is kept are of
        use: those that have nothing but members which even together are no better need no
        score, and without `count` no bits. `candidates` are the others that match.
        """
        cdef Conditions* here = &self.conditions
        cdef double[MOST_BOUNDED] bounds
        cdef uint32_t[MOST_BOUNDED] order
        cdef double bound, sum = 0, least = self._least()
        cdef uint32_t i, j, poor = 0, members = node.count
        cdef Node* member
        cdef int word
        if members > MOST_BOUNDED:
            if not evaluate_some(here, node, base, end, wanted, wanted):
                return False
            memcpy(candidates, node.bits, sizeof(node.bits))
            return True
        for i in range(members):
            bound = bound_of(here, node.members[i], base, end)
            j = i
            while j and bounds[j - 1] > bound:
                bounds[j] = bounds[j - 1]
                order[j] = order[j - 1]
                j -= 1
            bounds[j] = bound
            order[j] = i
        while poor < members and sum + bounds[poor] <= least:
            sum += bounds[poor]
            poor += 1
        memset(candidates, 0, sizeof(node.bits))
        for i in range(poor, members):
            if not evaluate(here, node.members[order[i]], base, end, wanted, wanted):
                return False
            member = here.nodes[node.members[order[i]]]
            for word in range(WORDS):
                candidates[word] |= member.bits[word]
        memcpy(node.bits, candidates, sizeof(node.bits))
        for i in range(poor):
            if not evaluate(
                here, node.members[order[i]], base, end, wanted if count else candidates,
                candidates
            ):
                return False
            member = here.nodes[node.members[order[i]]]
            for word in range(WORDS):
                node.bits[word] |= member.bits[word]
        return True

    # -- scores

    cdef void _keep_best(
        self, uint32_t root, uint32_t base, const uint64_t* candidates
    ) noexcept nogil:
        """Scores documents of a window that match, and keeps the best."""
        cdef uint64_t rest
        cdef uint32_t place
        cdef double score
        cdef int word
        add_scores(&self.conditions, root, base, candidates, self.scores)
        for word in range(WORDS):
            rest = candidates[word]
            while rest:
                place = 64 * word + lowest_bit(rest)
                rest &= rest - 1
                score = self.scores[place]
                self.scores[place] = 0
                if self.best.count == self.best.most and score <= self.best.hits[0].score:
                    continue
                if self.recency.published != NULL:
                    score *= factor_of(&self.recency, base + place)
                if score > self.floor:
                    offer(&self.best, score, base + place)


cdef void* _grown(void* items, uint32_t count, size_t size) except NULL:
    """Room for one more: doubled whenever the count is a power of two."""
    cdef void* grown = items
    if count & (count - 1) == 0:
        grown = realloc(items, (<size_t>count * 2 + 1) * size)
        if grown == NULL:
            raise MemoryError
    return grown


cdef uint32_t* _numbers(members) except NULL:
    cdef uint32_t* numbers = <uint32_t*>malloc((len(members) + 1) * sizeof(uint32_t))
    if numbers == NULL:
        raise MemoryError
    for i, member in enumerate(members):
        numbers[i] = member
    return numbers

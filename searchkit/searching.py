"""One search, from the question to its page of hits."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from searchkit.analysis import fold
from searchkit.article import Article
from searchkit.copies import Copy, articles_of, copies_of
from searchkit.errors import QueryError
from searchkit.highlight import Fragment, Highlighter
from searchkit.query import tree as t
from searchkit.query.execute import Matches, Order, execute
from searchkit.query.interpretation import Interpretation, Note
from searchkit.query.parse import Mode, parse
from searchkit.query.plan import Plan, plan_for
from searchkit.query.searchable import Searchable
from searchkit.ranking import Explanation, Model, Ranking, stop_words
from searchkit.record import decode_article, decode_texts
from searchkit.results import Results
from searchkit.schema import TEXT_FIELDS

if TYPE_CHECKING:
    from whoosh.query import Query

    from searchkit.query.folding import Folding

__all__ = ["Question", "StopWords", "matching_numbers", "search", "search_sets"]

# Those of the index's language, none, or words of one's own.
StopWords = Collection[str] | None

_RANKINGS = {"bm25f": Ranking(), "whoosh": Ranking("whoosh")}
_NONE: frozenset[str] = frozenset()
_NO_HIGHLIGHTS: Mapping[str, tuple[Fragment, ...]] = dict.fromkeys(TEXT_FIELDS, ())


@dataclass(slots=True)
class Question:
    """What is asked: a query, as text or of Whoosh, what narrows it down, and how it is to be
    understood.

    `stop_words` is ``"auto"`` for those of the index's language, None, or words.
    """

    query: str | Query
    condition: t.Tree | None = None
    mode: Mode = None
    ranking: Ranking | Model = "bm25f"
    stop_words: StopWords = "auto"


def search(
    searchable: Searchable,
    question: Question,
    *,
    limit: int | None,
    offset: int,
    sort: Order,
    highlight: bool,
    count: bool,
    facets: Sequence[str],
    fold: bool,
    timeout: float | None,
) -> Results:
    """A page of what matches; `Index.search` has what the arguments mean."""
    started = time.perf_counter()
    if facets:
        from searchkit.query.facets import check_facets

        check_facets(facets)
    asked = _asked(searchable, question, timeout, name_terms=highlight)
    best = None if limit is None else offset + limit
    folding = None
    if fold:
        matches, folding = _folded(asked, sort, limit, offset)
    else:
        matches = asked.run(sort, best, count or bool(facets), bool(facets))
    counted = _counted(searchable, matches.sets, facets) if facets else {}
    return Results(
        str(question.query),
        matches.total,
        matches.documents[offset:],
        offset,
        _Page(asked, highlight, folding),
        counted=count or bool(facets) or fold,
        complete=matches.complete,
        facets=counted,
        left=folding.left if folding else None,
        took_ms=(time.perf_counter() - started) * 1000,
    )


def _folded(asked: _Asked, sort: Order, limit: int | None, offset: int) -> tuple[Matches, Folding]:
    from searchkit.query.folding import check_fold, fold_matches

    wanted = check_fold(limit, offset)
    return fold_matches(
        asked.searchable, lambda best: asked.run(sort, best, True, True), wanted, asked.deadline
    )


def _counted(
    searchable: Searchable, sets: Sequence[bytearray], facets: Sequence[str]
) -> dict[str, Mapping[str, int]]:
    from searchkit.query.facets import facet

    return {name: facet(searchable, sets, name) for name in facets}


class _Page:
    """What the hits of one search share."""

    def __init__(self, asked: _Asked, highlight: bool, folding: Folding | None) -> None:
        self._asked = asked
        self._folding = folding
        self._highlight = highlight
        self._highlighter: Highlighter | None = None

    def article_id(self, number: int) -> str:
        live, document = self._asked.searchable.snapshot.place(number)
        return live.segment.ids[document]

    def article(self, number: int) -> Article:
        return decode_article(self._stored(number))

    def articles(self, number: int) -> Sequence[Article]:
        return articles_of(self._stored(number))

    def highlights(self, number: int) -> Mapping[str, tuple[Fragment, ...]]:
        if not self._highlight:
            return _NO_HIGHLIGHTS
        if self._highlighter is None:
            self._highlighter = self._asked.highlighter()
        return self._highlighter.highlight(decode_texts(self._stored(number)))

    def copies(self, number: int) -> tuple[Copy, ...]:
        return copies_of(self._stored(number), self.article_id(number))

    def folded(self, number: int) -> tuple[int, Sequence[int]]:
        if self._folding is None:
            return 0, ()
        fold = self._folding.folds[number]
        return fold.count, fold.numbers

    def explanation(self, number: int) -> Explanation:
        return self._asked.explanation(number)

    def _stored(self, number: int) -> bytes:
        live, document = self._asked.searchable.snapshot.place(number)
        return live.segment.stored[document]

    def interpretation(self) -> Interpretation:
        return self._asked.interpretation()


def search_sets(searchable: Searchable, question: Question) -> tuple[bytearray, ...]:
    """For each segment the bits of all documents that match."""
    return _asked(searchable, question).run("relevance", 0, True, True).sets


def matching_numbers(searchable: Searchable, question: Question) -> list[int]:
    """The numbers of all documents that match."""
    matches = _asked(searchable, question).run("date", None, True, False)
    return [number for number, _ in matches.documents]


class _AskedInWords:
    """A question in the query language, read and put to an index."""

    def __init__(
        self,
        searchable: Searchable,
        query: str,
        question: Question,
        timeout: float | None,
        name_terms: bool,
    ) -> None:
        if timeout is not None and timeout <= 0:
            raise QueryError(f"timeout is {timeout}; give more than 0 seconds, or None")
        self.deadline = 0.0 if timeout is None else time.monotonic() + timeout
        self.searchable = searchable
        self._condition = question.condition
        self._ranking = _ranking(question.ranking)
        self._name_terms = name_terms
        snapshot = searchable.snapshot
        self._parsed = parse(
            query,
            snapshot.languages,
            mode=question.mode,
            stop_words=_stop_words(question.stop_words, snapshot.manifest.language),
        )
        self._required: int | None = None
        self.tree = self._parsed.tree
        self.plan = self._planned(self.tree)

    def run(self, order: Order, best: int | None, count: bool, keep_sets: bool) -> Matches:
        """What matches; or where nothing does, what has most of the words."""
        matches = self._executed(self.plan, order, best, count, keep_sets)
        if matches.total or not self._parsed.optional or not matches.complete:
            return matches
        required = self._most_words()
        if not required:
            return matches
        self._required = required
        self.tree = self._parsed.relaxed(required)
        self.plan = self._planned(self.tree)
        return self._executed(self.plan, order, best, count, keep_sets)

    def highlighter(self) -> Highlighter:
        """What marks the matches in articles."""
        planned = self.plan.expansions
        expansions = {
            leaf: (planned.get(leaf) or self.searchable.expanded(leaf, name_terms=True)).terms
            for leaf in t.leaves(self.tree)
            if isinstance(leaf, t.Pattern)
        }
        # What shows a rare word is worth more than what shows a common one.
        weights = {
            leaf: self.plan.inverse_frequency(leaf, leaf.fields)
            for leaf in t.leaves(self.tree)
            if isinstance(leaf, (t.Word, t.Pattern))
        }
        language = self.searchable.snapshot.manifest.language
        return Highlighter(self.tree, expansions, language, weights)

    def interpretation(self) -> Interpretation:
        """How the question was read, and what of it the index lacks."""
        from searchkit.query.suggestions import suggestions

        interpretation = self._parsed.interpretation
        if self._required is not None:
            interpretation = self._parsed.relaxed_interpretation(self._required)
        return replace(
            interpretation,
            did_you_mean=suggestions(self.searchable, self.tree),
            expansions=self.plan.expansion_counts(),
        )

    def explanation(self, number: int) -> Explanation:
        """Why a document has its score."""
        from searchkit.query.explain import explain

        return explain(self.plan, self.tree, number)

    def _most_words(self) -> int:
        """The most of the plain words that any article has; 0 for none."""
        low, high = 0, self._parsed.optional - 1
        while low < high:
            middle = (low + high + 1) // 2
            plan = self._planned(self._parsed.relaxed(middle))
            if self._executed(plan, "relevance", 0, False, False).total:
                low = middle
            else:
                high = middle - 1
        return low

    def _planned(self, tree: t.Tree) -> Plan:
        if self._condition is not None:
            tree = t.And((tree, self._condition))
        return plan_for(self.searchable, tree, self._ranking, name_terms=self._name_terms)

    def _executed(
        self, plan: Plan, order: Order, best: int | None, count: bool, keep_sets: bool
    ) -> Matches:
        return execute(
            plan,
            order=order,
            best=best,
            count=count,
            keep_sets=keep_sets,
            deadline=self.deadline,
        )


class _AskedInWhoosh:
    """A query of Whoosh, put to an index. What it is about is not known, so nothing is marked."""

    deadline = 0.0

    def __init__(self, searchable: Searchable, query: Query, question: Question) -> None:
        self.searchable = searchable
        self._query = query
        self._question = question

    def run(self, order: Order, best: int | None, _count: bool, _keep_sets: bool) -> Matches:
        """What matches, all of it counted."""
        from searchkit.query.whoosh_search import execute_whoosh

        question = self._question
        return execute_whoosh(
            self.searchable,
            self._query,
            question.condition,
            _ranking(question.ranking),
            order=order,
            best=best,
        )

    def highlighter(self) -> Highlighter:
        """What marks nothing."""
        return Highlighter(t.Nothing(), {}, self.searchable.snapshot.manifest.language)

    def interpretation(self) -> Interpretation:
        """That it was not read."""
        note = Note(0, 0, "a query of Whoosh, run by its own matchers")
        return Interpretation(str(self._query), t.Nothing(), (note,))

    def explanation(self, _number: int) -> Explanation:
        """Raises QueryError."""
        raise QueryError("the scores of a query of Whoosh are Whoosh's; explain one in words")


_Asked = _AskedInWords | _AskedInWhoosh


def _asked(
    searchable: Searchable,
    question: Question,
    timeout: float | None = None,
    *,
    name_terms: bool = False,
) -> _Asked:
    if isinstance(question.query, str):
        return _AskedInWords(searchable, question.query, question, timeout, name_terms)
    return _AskedInWhoosh(searchable, question.query, question)


def _ranking(ranking: Ranking | str) -> Ranking:
    if isinstance(ranking, Ranking):
        return ranking
    if ranking not in _RANKINGS:
        raise QueryError(f"there is no ranking {ranking!r}; write bm25f, whoosh or a Ranking")
    return _RANKINGS[ranking]


def _stop_words(given: StopWords, language: str) -> frozenset[str]:
    if given is None:
        return _NONE
    if given == "auto":
        return stop_words(language)
    if isinstance(given, str):
        raise QueryError(f"stop_words is {given!r}; give 'auto', None, or a list of words")
    return frozenset(map(fold, given))

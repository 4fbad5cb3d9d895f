"""Whoosh's searches find in our index what they find in one of its own, scores and all."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
import whoosh.query
from whoosh import highlight, scoring, sorting
from whoosh.qparser import MultifieldParser
from whoosh.query import (
    And,
    AndMaybe,
    AndNot,
    ColumnQuery,
    ConstantScoreQuery,
    DateRange,
    DefaultOr,
    DisjunctionMax,
    Every,
    FuzzyTerm,
    NestedChildren,
    NestedParent,
    Not,
    NullQuery,
    NumericRange,
    Or,
    Ordered,
    Otherwise,
    Phrase,
    Prefix,
    PreloadedOr,
    Query,
    Regex,
    Require,
    Sequence,
    SpanBefore,
    SpanCondition,
    SpanContains,
    SpanFirst,
    SpanNear,
    SpanNear2,
    SpanNot,
    SpanOr,
    Term,
    TermRange,
    Variations,
    WeightingQuery,
    Wildcard,
)
from whoosh.searching import Results, Searcher

from tests.codec.twins import twin_readers

Searchers = tuple[Searcher, Searcher]


def body(term: str, boost: float = 1.0) -> Term:
    return Term("body", term, boost=boost)


def headline(term: str) -> Term:
    return Term("headline", term)


PAIRS = [
    (body("storm"), body("the")),
    (Term("section", "world"), headline("harbour")),
    (body("flood", 2.5), Term("captions", "bridg")),
    (Phrase("body", ["of", "the"]), body("mayor")),
    (Prefix("body", "flo"), Term("keywords", "cafe")),
    (body("nowhere"), body("council")),
]
BOTH = [kind(a, b) for kind in (AndMaybe, AndNot, Otherwise, Require) for a, b in PAIRS]
LISTS: list[Query] = [
    kind([a, b, body("coast")])
    for kind in (And, Or, DefaultOr, DisjunctionMax, PreloadedOr)
    for a, b in PAIRS
]
SPANS: list[Query] = [
    SpanNear(body("storm"), body("the"), slop=3),
    SpanNear(body("storm"), body("ferri"), slop=5, ordered=False),
    SpanNear(body("storm"), body("the"), slop=10, mindist=2),
    SpanNear2([body("the"), body("harbour"), body("of")], slop=2),
    SpanNear2([body("storm"), body("coast")], slop=6, ordered=False),
    SpanFirst(body("storm"), limit=4),
    SpanOr([body("storm"), body("ferri")]),
    SpanNot(SpanNear(body("storm"), body("the"), slop=6), body("of")),
    SpanContains(SpanNear(body("storm"), body("the"), slop=9), body("coast")),
    SpanBefore(body("storm"), body("flood")),
    SpanCondition(body("storm"), body("coast")),
    SpanFirst(Term("captions", "storm"), limit=2),
]
PHRASES: list[Query] = [
    *(Phrase("body", ["the", "storm"], slop=slop) for slop in (1, 2, 5)),
    Phrase("body", ["storm", "the", "harbour"], slop=3, boost=2.0),
    Phrase("body", ["covid", "19"]),
    Phrase("captions", ["ann", "lee"]),
    # From one caption into the next: never.
    Phrase("captions", ["lee", "the"], slop=500),
    Phrase("headline", ["state", "of", "the", "art"]),
    Phrase("body", ["東京", "京都", "都知"]),
    Sequence([body("the"), body("storm")], slop=2),
    Sequence([body("storm"), body("of")], slop=4, ordered=False),
    Ordered([body("storm"), body("of"), body("the")]),
]
TERMS: list[Query] = [
    body("storm"),
    body("the"),
    body("covid19"),
    body("o'brien"),
    body("u.s."),
    body("1000"),
    body("f35"),
    body("cafe"),
    Term("captions", "turkey"),
    Term("section", "economie"),
    Term("publisher", "the courier"),
    Term("authors", "jose diaz"),
    Term("keywords", "cafe"),
    Term("language", "de"),
    Term("id", "0-17"),
    Term("published", datetime(2019, 3, 1, 10)),
    body("absent"),
    Term("nowhere", "storm"),
    Prefix("body", "st"),
    Prefix("captions", "f"),
    Prefix("id", "1-1"),
    Wildcard("body", "f*d"),
    Wildcard("body", "?tor*"),
    Wildcard("publisher", "*planet"),
    Regex("body", "(storm|ferr)[i-m]*"),
    FuzzyTerm("body", "strom", maxdist=2),
    FuzzyTerm("headline", "hrbour", prefixlength=1),
    Variations("body", "vote"),
    Variations("headline", "flood"),
    TermRange("body", "fa", "fz"),
    TermRange("section", "economie", "world", startexcl=True),
    TermRange("authors", None, "jose diaz"),
]
START = datetime(2020, 1, 1)
OTHERS: list[Query] = [
    *(DateRange("published", START, START + timedelta(days=days)) for days in (1, 30, 400)),
    DateRange("published", START, None),
    DateRange("published", None, START, startexcl=True, endexcl=True),
    NumericRange("published", 63_700_000_000_000_000, 63_720_000_000_000_000),
    Every(),
    Every("headline"),
    Every("published"),
    Every("section"),
    Not(body("storm")),
    And([body("the"), Not(Term("section", "sport"))]),
    Or([body("storm"), body("flood"), body("fire")], minmatch=2),
    ConstantScoreQuery(body("storm"), score=4.0),
    WeightingQuery(body("storm"), scoring.TF_IDF()),
    NestedParent(Term("section", "world"), body("storm")),
    NestedChildren(Term("section", "world"), headline("storm")),
    NullQuery,
]
COLUMN_QUERIES: list[Query] = [
    ColumnQuery("section", "Sport"),
    ColumnQuery("published", lambda moment: moment is not None and moment < START),
]
QUERIES = [*TERMS, *PHRASES, *SPANS, *BOTH, *LISTS, *OTHERS]

# The first can be derived from only; SplitOr refers to a class that this Whoosh has lost.
NOT_ASKED = {
    "BinaryQuery",
    "BooleanQuery",
    "CompoundQuery",
    "ExpandingTerm",
    "MultiTerm",
    "PatternQuery",
    "Query",
    "SpanBiQuery",
    "SpanQuery",
    "WrappingQuery",
    "WrappingSpan",
    "SplitOr",
}
# With a limit Whoosh's own shortcuts lose documents, since they add up the bounds of blocks that
# do not hold the same documents, or give up (Require), in its own indexes as in ours: the same
# ones lost are all that can be wanted.
MISTAKEN_SHORTCUTS = (AndNot, DefaultOr, DisjunctionMax, Require)


@pytest.fixture(scope="module", params=["segments", "merged"])
def twins(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("ours")
    with twin_readers(path, merged=request.param == "merged") as (ours, stock):
        yield Searcher(ours), Searcher(stock)


def found(results: Results) -> list[tuple[int, float]]:
    return [(hit.docnum, hit.score) for hit in results]


def test_every_class_of_query_is_asked() -> None:
    concrete = {
        name
        for name, kind in vars(whoosh.query).items()
        if isinstance(kind, type) and issubclass(kind, Query) and not name.startswith("_")
    }
    assert concrete - NOT_ASKED <= {type(query).__name__ for query in (*QUERIES, *COLUMN_QUERIES)}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: type(query).__name__)
def test_results_and_scores_are_those_of_whoosh(twins: Searchers, query: Query) -> None:
    ours, stock = (found(searcher.search(query, limit=None)) for searcher in twins)
    assert ours == stock
    if isinstance(query, Require):
        return
    # The ten best, for which blocks without any of them are passed over.
    best, stock_best = (found(searcher.search(query, limit=10)) for searcher in twins)
    assert best == stock_best
    if not isinstance(query, MISTAKEN_SHORTCUTS):
        assert best == ours[:10]


@pytest.mark.parametrize("query", COLUMN_QUERIES, ids=lambda query: query.fieldname)
def test_columns_filter_as_in_whoosh(twins: Searchers, query: Query) -> None:
    ours, stock = (searcher.search(Every(), filter=query, limit=None) for searcher in twins)
    assert found(ours) == found(stock) != []


def test_most_of_the_queries_find_something(twins: Searchers) -> None:
    finding = [query for query in QUERIES if any(query.docs(twins[0]))]
    assert len(finding) > 0.85 * len(QUERIES) > 100


@pytest.mark.parametrize(
    "weighting",
    [
        scoring.TF_IDF(),
        scoring.Frequency(),
        scoring.PL2(),
        scoring.BM25F(B=0.4, K1=0.9, headline_B=0.1),
        scoring.MultiWeighting(scoring.BM25F(), body=scoring.TF_IDF()),
    ],
    ids=lambda weighting: type(weighting).__name__,
)
def test_every_weighting_scores_as_in_whoosh(twins: Searchers, weighting: Any) -> None:
    query = Or([body("storm"), body("the"), headline("harbour"), Term("keywords", "weather")])
    ours, stock = (
        Searcher(searcher.reader(), weighting=weighting).search(query, limit=None)
        for searcher in twins
    )
    assert found(ours) == found(stock)


@pytest.mark.parametrize(
    "text",
    [
        "storm -ferry",
        '"the storm"~3 OR harbour^2',
        "captions:(ann lee) section:world",
        "published:[20200101 TO 20200630] floods",
        "COVID-19 AND Turkey's",
        "harbo* OR par?",
        "東京都",
    ],
)
def test_whooshs_own_query_language_works(twins: Searchers, text: str) -> None:
    parser = MultifieldParser(["headline", "body", "captions"], twins[0].schema)
    ours, stock = (searcher.search(parser.parse(text), limit=None) for searcher in twins)
    assert found(ours) == found(stock)
    assert len(ours) > 0


FACETS = {
    "a word": sorting.FieldFacet("section"),
    "several words": sorting.FieldFacet("authors", allow_overlap=True),
    "words of terms": sorting.FieldFacet("keywords"),
    "a time": sorting.FieldFacet("published"),
    "months": sorting.DateRangeFacet(
        "published", datetime(2019, 1, 1), datetime(2023, 1, 1), timedelta(days=30)
    ),
    "queries": sorting.QueryFacet({"storms": body("storm"), "floods": body("flood")}),
    "stored": sorting.StoredFieldFacet("publisher"),
}


@pytest.mark.parametrize("facet", FACETS.values(), ids=FACETS.keys())
def test_groups_are_those_of_whoosh(twins: Searchers, facet: sorting.FacetType) -> None:
    groups = [
        searcher.search(body("the"), limit=None, groupedby={"facet": facet}).groups("facet")
        for searcher in twins
    ]
    assert groups[0] == groups[1]
    assert len(groups[0]) > 1


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("field", ["published", "section", "publisher", "id", "authors"])
def test_the_order_by_a_field_is_that_of_whoosh(
    twins: Searchers, field: str, reverse: bool
) -> None:
    order = [sorting.FieldFacet(field, reverse=reverse), sorting.FieldFacet("id")]
    ours, stock = (
        [hit.docnum for hit in searcher.search(body("storm"), limit=None, sortedby=order)]
        for searcher in twins
    )
    assert ours == stock


def test_matches_are_highlighted_as_in_whoosh(twins: Searchers) -> None:
    query = Or([body("storm"), body("covid19"), body("pari"), Phrase("body", ["of", "the"])])
    for formatter in (highlight.UppercaseFormatter(), highlight.HtmlFormatter()):
        texts = []
        for searcher in twins:
            results = searcher.search(query, limit=50, terms=True)
            results.formatter = formatter
            results.fragmenter = highlight.ContextFragmenter(maxchars=80)
            texts.append([hit.highlights("body") for hit in results])
        assert texts[0] == texts[1]
        assert all(texts[0])


def test_hits_have_their_fields_and_matched_terms(twins: Searchers) -> None:
    ours, stock = (
        searcher.search(Or([body("storm"), body("coast")]), limit=30, terms=True)
        for searcher in twins
    )
    for mine, theirs in zip(ours, stock, strict=True):
        assert mine.fields() == theirs.fields()
        assert sorted(mine.matched_terms()) == sorted(theirs.matched_terms())
    assert ours.matched_terms() == stock.matched_terms()


def test_key_terms_and_similar_articles_are_those_of_whoosh(twins: Searchers) -> None:
    text = "The storms hit the ferry harbour and the coast"
    terms = [searcher.key_terms_from_text("body", text) for searcher in twins]
    assert terms[0] == terms[1] != []
    similar = [found(searcher.more_like(3, "body", text=text, top=20)) for searcher in twins]
    assert similar[0] == similar[1] != []


def test_documents_are_found_by_their_stored_values(twins: Searchers) -> None:
    ours, stock = twins
    for wanted in ({"id": "0-7"}, {"section": "world"}, {"publisher": "the courier"}):
        assert list(ours.documents(**wanted)) == list(stock.documents(**wanted))
        assert ours.document_number(**wanted) == stock.document_number(**wanted)


def test_one_searcher_serves_several_threads(twins: Searchers) -> None:
    ours, _ = twins
    expected = [found(ours.search(query, limit=None)) for query in QUERIES[::6]]
    wrong: list[Query] = []

    def search() -> None:
        for query, results in zip(QUERIES[::6], expected, strict=True):
            if found(ours.search(query, limit=None)) != results:
                wrong.append(query)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong

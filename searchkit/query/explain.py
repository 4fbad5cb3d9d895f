"""Why has an article its score? By reading it, word by word of the query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from searchkit.article import Article
from searchkit.codec.snapshot import LiveSegment
from searchkit.query import tree as t
from searchkit.query.execute import execute
from searchkit.query.inspection import Inspection
from searchkit.query.plan import Leaf, Plan, WhooshPlan, plan_for
from searchkit.query.reading import reading_of
from searchkit.ranking import Explanation, FieldShare, WordShare
from searchkit.record import decode_article

__all__ = ["explain"]


def explain(plan: Plan, tree: t.Tree, number: int) -> Explanation:
    """The arithmetic of the score that a plan gives to a document, which matches; `tree` is what
    of it has a say.
    """
    ranking = plan.ranking
    live, document = plan.searchable.snapshot.place(number)
    article = decode_article(live.segment.stored[document])
    shares = tuple(
        share
        for leaf in _counting(plan, tree, number)
        for share in _shares(plan, leaf, article, live, document)
    )
    score = sum(share.share for share in shares)
    factor = ranking.recency.factor(article.published) if ranking.recency else None
    return Explanation(
        score if factor is None else score * factor,
        shares,
        plan.searchable.articles,
        ranking.k1,
        ranking.b,
        factor,
    )


def _counting(plan: Plan, tree: t.Tree, number: int) -> Iterator[Leaf]:
    """What of the tree adds to the score of a document that matches it."""
    match tree:
        case t.And():
            for member in tree.members:
                yield from _counting(plan, member, number)
        case t.Or() | t.Some():
            for member in tree.members:
                if _matches(plan, member, number):
                    yield from _counting(plan, member, number)
        case t.AtLeast():
            yield tree.member
        case t.Word() | t.Pattern() | t.Near() | t.NotNear():
            yield tree


def _matches(plan: Plan, tree: t.Tree, number: int) -> bool:
    alone = plan_for(plan.searchable, tree, plan.ranking)
    found = execute(alone, best=0, keep_sets=True).sets
    for base, documents in reversed(list(zip(plan.searchable.bases, found, strict=True))):
        if number >= base:
            document = number - base
            return bool(documents[document >> 3] >> (document & 7) & 1)
    return False


def _shares(
    plan: Plan, leaf: Leaf, article: Article, live: LiveSegment, document: int
) -> list[WordShare]:
    patterns = [each for each in t.leaves(leaf) if isinstance(each, t.Pattern)]
    expansions = {
        pattern: plan.searchable.expanded(pattern, name_terms=True).terms for pattern in patterns
    }
    default = plan.searchable.snapshot.manifest.language
    counts = Inspection(leaf, expansions, default).occurrences(article)
    ranking = plan.ranking
    averages = plan.searchable.average_lengths(ranking)
    fields = []
    for name in t.fields_of(leaf):
        if not (frequency := counts.get(name, 0)):
            continue
        length = live.segment.lengths(name)[document]
        weight = 1.0 if isinstance(plan, WhooshPlan) else ranking.weights[name]
        normalised = 1 - ranking.b + ranking.b * length / averages[name]
        amount = weight * frequency / normalised
        fields.append(FieldShare(name, frequency, length, averages[name], weight, amount))
    if isinstance(plan, WhooshPlan):
        return [
            _share(
                plan,
                leaf,
                (each.field,),
                (each,),
                leaf.boost * ranking.weights[each.field] * (ranking.k1 + 1),
            )
            for each in fields
        ]
    return [_share(plan, leaf, t.fields_of(leaf), tuple(fields), leaf.boost)]


def _share(
    plan: Plan,
    leaf: Leaf,
    names: tuple[str, ...],
    fields: tuple[FieldShare, ...],
    boost: float,
) -> WordShare:
    inverse = plan.inverse_frequency(leaf, names)
    amount = sum(each.amount for each in fields)
    share = boost * inverse * amount / (plan.ranking.k1 + amount)
    typed = reading_of(replace(leaf, boost=1.0))
    return WordShare(typed, boost, plan.articles_with(leaf, names), inverse, fields, amount, share)

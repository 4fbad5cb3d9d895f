"""How what was found looks: hits, their number, their ids, what they have in common."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from searchkit import Fragment, Hit, Interpretation, Results, harmless

from .render import copy_record, copy_text, headline
from .terminal import (
    Part,
    for_people,
    plural,
    print_counts,
    print_json,
    print_line,
    remark,
    shortened,
)

__all__ = ["count", "hits", "ids", "timeline"]

_MATCH_STYLE = "bold yellow"
# For people; --json has all.
_MAX_CAPTIONS = 5
_MAX_COPIES = 5
_MAX_VALUES = 10
_MAX_OPENING = 160
_MAX_QUOTED = 60
# Periods without an article that are listed between two with some.
_MAX_EMPTY = 12
_FACET_BAR_COLUMNS = 20


# -- hits


def hits(found: Results, *, filtered: bool, explain: bool, explain_query: bool, json: bool) -> None:
    """A page of hits, and the facets that were asked for.

    `filtered`: more than the query narrows the search down. `explain` adds the arithmetic of each
    score, `explain_query` how the query was read.
    """
    if json:
        print_json(_record(found, hits=[_hit_record(hit, explain) for hit in found]))
        return
    if explain_query:
        _print_interpretation(found.interpretation)
    reservations = _reservations(found, explain_query)
    for line in reservations:
        print_line(line, style="bold")
    if not found.total:
        _print_advice(found, filtered, explain_query)
        return
    if reservations:
        print_line()
    for hit in found:
        _print_hit(hit)
        if explain:
            for line in str(hit.explain()).split("\n"):
                print_line(harmless(line), indent=5, style="dim")
        print_line()
    print_line(_page_line(found), style="dim")
    _print_facets(found.facets)


def _print_advice(found: Results, filtered: bool, explained: bool) -> None:
    """Why there is nothing, and what helps."""
    if not explained:
        _print_facts(_notes(found.interpretation))
    if found.complete:
        advice = "All words must stand in an article: try fewer, OR between them, or prefix*."
        if filtered:
            advice += " Filters compare whole values; `searchkit info` lists them."
        print_line(advice)


def _print_hit(hit: Hit) -> None:
    article = hit.article
    title: list[Part] = [(headline(article), "bold")]
    if marked := hit.highlights["headline"]:
        title = _marked(marked[0], " ", "bold")
    print_line((f"{hit.rank:>3}  ", "dim"), *title)
    facts = [_day(article.published), harmless(article.publisher), harmless(article.section)]
    if hit.score:
        facts.append(f"score {hit.score:.2f}")
    print_line(" · ".join(filter(None, facts)), indent=5, style="cyan")
    for fragment in hit.highlights["body"]:
        print_line(*_marked(fragment, " "), indent=5)
    matching = hit.highlights["captions"]
    for fragment in matching[:_MAX_CAPTIONS]:
        number = 0 if fragment.caption is None else fragment.caption + 1
        # A caption's parts, such as its headline and its text, are its lines.
        print_line((f"caption {number}: ", "green"), *_marked(fragment, " · "), indent=5)
    if len(matching) > _MAX_CAPTIONS:
        more = f"and {len(matching) - _MAX_CAPTIONS:,} more captions"
        print_line(more, indent=5, style="green")
    if not any(hit.highlights.values()) and article.body:
        print_line(harmless(shortened(article.body, _MAX_OPENING, " …")), indent=5)
    print_line(f"id {harmless(article.id)}", indent=5, style="dim")
    copies = hit.copies
    if copies:
        also = ", ".join(map(copy_text, copies[:_MAX_COPIES]))
        more = f" and {len(copies) - _MAX_COPIES:,} more" if copies[_MAX_COPIES:] else ""
        print_line(f"also: {also}{more}", indent=5, style="dim")
    if hit.folded:
        print_line(f"and {hit.folded:,} more", indent=5, style="green")


def _marked(fragment: Fragment, separator: str, style: str = "") -> list[Part]:
    """The fragment with its matches in colour and `separator` between its lines."""
    safe = replace(fragment, text="\n".join(map(harmless, fragment.text.split("\n"))))
    # Harmless text has no such characters of its own.
    lines = [line for line in safe.plain("\x02", "\x03").split("\n") if line.strip()]
    pieces = re.split("[\x02\x03]", separator.join(lines))
    return [(piece, _MATCH_STYLE if number % 2 else style) for number, piece in enumerate(pieces)]


def _page_line(found: Results) -> str:
    articles = _total(found)
    folded = sum(hit.folded for hit in found)
    if not found.hits:
        line = f"{articles}, none shown"
    elif len(found) + folded == found.total:
        line = articles
    else:
        line = f"{found[0].rank:,} to {found[-1].rank:,} of {articles}"
    if folded:
        line += f", {folded:,} folded"
    line += f", {found.took_ms:.0f} ms"
    following = found.offset + len(found)
    if found.hits and (following < found.total if found.left is None else found.left):
        line += f"; the next: --offset {following}"
    return line


# -- what is said of all that matches


def count(found: Results, *, json: bool) -> None:
    """How many there are: the number alone."""
    if json:
        print_json(_record(found))
        return
    _remark_reservations(found)
    print_line(f"{found.total:,}" if for_people() else str(found.total))


def ids(found: Results, *, json: bool) -> None:
    """The ids of the hits, a line each; each is written when it is read."""
    if json:
        print_json(_record(found, ids=list(found.ids())))
        return
    _remark_reservations(found)
    for each in found.ids():
        sys.stdout.write(f"{harmless(each)}\n")


def timeline(found: Results, by: str, *, explain_query: bool, json: bool) -> None:
    """How many are of each day, month or year, which is one of the facets; and the others.

    In a pipe periods without an article are left out.
    """
    if json:
        print_json(_record(found))
        return
    if explain_query:
        _print_interpretation(found.interpretation)
    _remark_reservations(found, explain_query)
    periods = found.facets[by]
    if not for_people():
        print_counts(list(periods.items()))
    elif found.total:
        print_counts(_with_empty(periods, by))
        undated = found.total - sum(periods.values())
        without = f", {undated:,} of them without a date" if undated else ""
        print_line(f"{_total(found)}{without}, {found.took_ms:.0f} ms", style="dim")
    _print_facets({name: counts for name, counts in found.facets.items() if name != by})


def _with_empty(periods: Mapping[str, int], by: str) -> list[tuple[str, int | None]]:
    """The periods, with the empty ones between two of them, or if these are many, their number."""
    number_of, written = _CALENDARS[by]
    rows: list[tuple[str, int | None]] = []
    following = None
    for period, articles in periods.items():
        number = number_of(period)
        empty = range(number if following is None else following, number)
        if len(empty) > _MAX_EMPTY:
            rows.append((f"… {plural(len(empty), by)} without an article", None))
        else:
            rows += [(written(each), 0) for each in empty]
        rows.append((period, articles))
        following = number + 1
    return rows


# Periods as they are written, from and to numbers that count them.
_CALENDARS: Mapping[str, tuple[Callable[[str], int], Callable[[int], str]]] = {
    "day": (
        lambda day: date.fromisoformat(day).toordinal(),
        lambda number: date.fromordinal(number).isoformat(),
    ),
    "month": (
        lambda month: int(month[:4]) * 12 + int(month[5:]) - 1,
        lambda number: f"{number // 12:04}-{number % 12 + 1:02}",
    ),
    "year": (int, "{:04}".format),
}


def _print_facets(facets: Mapping[str, Mapping[str, int]]) -> None:
    for name, counts in facets.items():
        print_line()
        print_line(name, style="bold cyan")
        most = sorted(counts.items(), key=lambda item: -item[1])[:_MAX_VALUES]
        print_counts([(harmless(value), articles) for value, articles in most], _FACET_BAR_COLUMNS)
        if len(counts) > _MAX_VALUES:
            print_line(f"and {len(counts) - _MAX_VALUES:,} more", style="dim")
        elif not counts:
            print_line("no article has any", style="dim")


# -- how the query was read


def _reservations(found: Results, explained: bool = False) -> list[str]:
    """What is to be said before an answer that may not be what was wanted; what
    `_print_interpretation` says is left out when it has been `explained`.
    """
    read = found.interpretation
    lines = []
    if not found.complete:
        lines.append(
            "Time was up before all was looked at: there may be more. Give --timeout more."
        )
    elif not found.total:
        lines.append(f"No article matches {harmless(found.query)}")
    if explained:
        return lines
    if read.relaxed:
        lines.append(f"{str(read.relaxed).capitalize()}.")
    if read.relaxed or not found.total:
        for typed, words in read.did_you_mean.items():
            lines.append(harmless(f"Did you mean {' or '.join(words)} instead of {typed}?"))
    return lines


def _remark_reservations(found: Results, explained: bool = False) -> None:
    for line in _reservations(found, explained):
        remark(line)


def _print_interpretation(read: Interpretation) -> None:
    """What was understood, and what was not."""
    lines = [("read as", read.reading)]
    if read.relaxed:
        lines += [("but", str(read.relaxed)), ("run as", read.relaxed.reading)]
    lines += _notes(read)
    for terms in read.terms:
        counted = "" if terms.expansions is None else f" ({plural(terms.expansions, 'term')})"
        lines.append((terms.typed, " or ".join(terms.meanings) + counted))
    for typed, words in read.did_you_mean.items():
        lines.append((f"instead of '{typed}'", f"did you mean {' or '.join(words)}?"))
    _print_facts(lines)
    print_line()


def _notes(read: Interpretation) -> list[tuple[str, str]]:
    """What was left out, or read otherwise, with its place: characters count from 1."""
    notes = []
    for note in read.notes:
        quoted = shortened(read.query[note.start : note.end], _MAX_QUOTED)
        notes.append((f"note on '{quoted}'", f"{note.text} (character {note.start + 1})"))
    return notes


def _print_facts(facts: Iterable[tuple[str, str]]) -> None:
    for name, fact in facts:
        print_line((f"{harmless(name)}: ", "cyan"), harmless(fact))


# -- pieces


def _record(found: Results, **more: Any) -> dict[str, Any]:
    """What scripts get of any search, and more."""
    record = {
        "query": found.query,
        "total": found.total,
        "complete": found.complete,
        "took_ms": round(found.took_ms, 3),
        **more,
        "interpretation": found.interpretation.to_dict(),
    }
    if found.left is not None:
        record["left"] = found.left
    if found.facets:
        record["facets"] = {name: dict(counts) for name, counts in found.facets.items()}
    return record


def _hit_record(hit: Hit, explain: bool) -> dict[str, Any]:
    article = hit.article
    record = {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "id": article.id,
        "headline": article.headline,
        "published": article.published.isoformat() if article.published else None,
        "publisher": article.publisher,
        "section": article.section,
        "highlights": {
            field: [fragment.html() for fragment in fragments]
            for field, fragments in hit.highlights.items()
        },
    }
    if copies := hit.copies:
        record["copies"] = [copy_record(each) for each in copies]
    if hit.folded:
        record |= {"folded": hit.folded, "folded_ids": list(hit.folded_ids)}
    if explain:
        record["explanation"] = hit.explain().to_dict()
    return record


def _total(found: Results) -> str:
    least = "" if found.counted and found.complete else "at least "
    return least + plural(found.total, "article")


def _day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b} {moment.year}" if moment else ""

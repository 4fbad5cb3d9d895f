"""How answers look: hits, an article, what an index holds."""

from __future__ import annotations

from datetime import datetime
from os.path import commonpath, dirname
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from searchkit import Article, Fragment, Hit, IndexInfo, Interpretation, Results, harmless

from .terminal import console, plural, print_json, print_text, size_text

__all__ = ["article", "info", "results"]

_MATCH_STYLE = "bold yellow"
# For people; --json lists all.
_MAX_LISTED = 20
_MAX_CAPTIONS = 5
_MAX_VALUE_CHARACTERS = 60


# -- search


def results(found: Results, *, filtered: bool, explained: bool, json: bool) -> None:
    """A page of hits; `explained`, after how the query was read."""
    read = found.interpretation
    if json:
        print_json(
            {
                "query": found.query,
                "total": found.total,
                "took_ms": round(found.took_ms, 3),
                "hits": [_hit_record(hit) for hit in found],
                "interpretation": read.to_dict(),
            }
        )
        return
    screen = console()
    if explained:
        _print_interpretation(screen, read)
    elif read.relaxed:
        print_text(screen, Text(f"{str(read.relaxed).capitalize()}.", style="bold"))
        screen.print()
    if not found.total:
        print_text(screen, Text(f"No article matches {harmless(found.query)}", style="bold"))
        advice = "All words must stand in an article: try fewer, OR between them, or prefix*."
        if filtered:
            advice += " Filters compare whole values; `searchkit info` lists them."
        print_text(screen, Text(advice))
        return
    for hit in found:
        _print_hit(screen, hit)
    print_text(screen, Text(_page_line(found), style="dim"))


def _print_interpretation(screen: Console, read: Interpretation) -> None:
    """What was understood, and what was not."""
    lines = [("read as", read.reading)]
    if read.relaxed:
        lines += [("but", str(read.relaxed)), ("run as", read.relaxed.reading)]
    for note in read.notes:
        lines.append((f"note on '{read.query[note.start : note.end]}'", note.text))
    for terms in read.terms:
        counted = "" if terms.expansions is None else f" ({terms.expansions:,} in the index)"
        lines.append((terms.typed, " or ".join(terms.meanings) + counted))
    for typed, words in read.did_you_mean.items():
        lines.append((f"instead of '{typed}'", f"did you mean {' or '.join(words)}?"))
    for name, text in lines:
        print_text(screen, Text(f"{harmless(name)}: ", style="cyan") + Text(harmless(text)))
    screen.print()


def _hit_record(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "id": hit.article.id,
        "headline": hit.article.headline,
        "published": hit.article.published.isoformat() if hit.article.published else None,
        "publisher": hit.article.publisher,
        "section": hit.article.section,
        "highlights": {
            field: [fragment.html() for fragment in fragments]
            for field, fragments in hit.highlights.items()
        },
    }


def _print_hit(screen: Console, hit: Hit) -> None:
    marked = hit.highlights["headline"]
    headline = Text(_headline(hit.article))
    if marked:
        headline = _one_line(marked[0], " ")
    headline.stylize("bold")
    print_text(screen, Text(f"{hit.rank:>3}  ", style="dim") + headline)
    facts = _facts(hit.article)
    if hit.score:
        facts.append(f"score {hit.score:.2f}")
    print_text(screen, Text(" · ".join(facts), style="cyan"), indent=5)
    for fragment in hit.highlights["body"]:
        print_text(screen, _one_line(fragment, " "), indent=5)
    matching = hit.highlights["captions"]
    for fragment in matching[:_MAX_CAPTIONS]:
        number = 0 if fragment.caption is None else fragment.caption + 1
        label = Text.assemble((f"caption {number}: ", "green"))
        # A caption's parts, such as its headline and its text, are its lines.
        print_text(screen, label + _one_line(fragment, " · "), indent=5)
    if len(matching) > _MAX_CAPTIONS:
        more = f"and {len(matching) - _MAX_CAPTIONS:,} more captions"
        print_text(screen, Text(more, style="green"), indent=5)
    if not any(hit.highlights.values()) and hit.article.body:
        opening = hit.article.body[:160]
        print_text(screen, Text(harmless(opening) + (" …" if len(hit.article.body) > 160 else "")),
               indent=5)  # fmt: skip
    print_text(screen, Text(f"id {harmless(hit.article.id)}", style="dim"), indent=5)
    screen.print()


def _one_line(fragment: Fragment, separator: str) -> Text:
    """The fragment with its matches in colour and `separator` between its lines."""
    text = Text("\n".join(map(harmless, fragment.text.split("\n"))))
    for start, end in fragment.spans:
        text.stylize(_MATCH_STYLE, start, end)
    lines = [line for line in text.split("\n") if line.plain.strip()]
    joined = Text.assemble((separator, "dim")).join(lines)
    return Text("… " if fragment.before else "") + joined + Text(" …" if fragment.after else "")


def _page_line(found: Results) -> str:
    count = plural(found.total, "article")
    if not found.hits:
        line = f"{count}, none shown"
    elif len(found.hits) == found.total:
        line = count
    else:
        line = f"{found.hits[0].rank:,} to {found.hits[-1].rank:,} of {count}"
    line += f", {found.took_ms:.0f} ms"
    following = found.offset + len(found.hits)
    if found.hits and following < found.total:
        line += f"; the next: --offset {following}"
    return line


# -- show


def article(shown: Article, *, json: bool) -> None:
    """An article whole."""
    if json:
        print_json(shown.to_dict())
        return
    screen = console()
    print_text(screen, Text(_headline(shown), style="bold"))
    for name, value in (
        ("published", shown.published.isoformat(sep=" ") if shown.published else ""),
        ("publisher", shown.publisher),
        ("section", shown.section),
        ("authors", ", ".join(shown.authors)),
        ("agencies", ", ".join(shown.agencies)),
        ("language", shown.language),
        ("keywords", ", ".join(shown.keywords)),
        ("url", shown.url),
        ("id", shown.id),
    ):
        if value:
            print_text(screen, Text(f"{name}: ", style="cyan") + Text(harmless(value)))
    for paragraph in shown.body.split("\n"):
        if paragraph.strip():
            screen.print()
            print_text(screen, Text(harmless(paragraph.strip())))
    for number, caption in enumerate(shown.captions, 1):
        screen.print()
        print_text(screen, Text(f"caption {number}", style="green"))
        for name, value in caption.to_dict().items():
            if value:
                label = Text(f"{name}: ", style="cyan") if name != "text" else Text()
                print_text(screen, label + Text(harmless(value)), indent=2)


# -- info


def info(facts: IndexInfo, *, json: bool) -> None:
    """What an index holds."""
    if json:
        print_json(
            {
                "path": facts.path,
                "language": facts.language,
                "articles": facts.articles,
                "fields": list(facts.fields),
                "terms": dict(facts.terms),
                "values": {field: dict(counts) for field, counts in facts.values.items()},
                "segments": facts.segments,
                "deleted": facts.deleted,
                "generation": facts.generation,
                "size": facts.size,
                "sections": dict(facts.sections),
                "format": facts.format,
                "versions": dict(facts.versions),
                "kernels": dict(facts.kernels),
            }
        )
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    table.add_row("index", Text(harmless(facts.path)))
    table.add_row("articles", f"{facts.articles:,}")
    table.add_row("size on disk", size_text(facts.size))
    sections = (f"{kind} {size_text(size)}" for kind, size in facts.sections.items())
    table.add_row("sections", ", ".join(sections))
    table.add_row("terms", ", ".join(f"{name} {count:,}" for name, count in facts.terms.items()))
    table.add_row("language", facts.language)
    table.add_row("fields", ", ".join(facts.fields))
    for field, counts in facts.values.items():
        if counts:
            listed = [
                f"{_shortened(harmless(value))} ({count:,})" for value, count in counts.items()
            ]
            more = [f"and {len(listed) - _MAX_LISTED:,} more"] if len(listed) > _MAX_LISTED else []
            table.add_row(Text(field), Text(", ".join(listed[:_MAX_LISTED] + more)))
    table.add_row("segments", f"{facts.segments}, generation {facts.generation}")
    if facts.deleted:
        share = facts.deleted / (facts.articles + facts.deleted)
        fact = f"{plural(facts.deleted, 'article')}, {share:.1%} of what the segments hold"
        table.add_row("deleted", f"{fact}; `searchkit compact` frees the space")
    versions = (f"{name} {version}" for name, version in facts.versions.items())
    table.add_row("versions", ", ".join([f"index format {facts.format}", *versions]))
    folder = commonpath(map(dirname, facts.kernels.values())) if facts.kernels else ""
    table.add_row("kernels", Text(f"{', '.join(facts.kernels)}; in {harmless(folder)}"))
    console().print(table)


# -- pieces


def _headline(shown: Article) -> str:
    return harmless(shown.headline) or "(no headline)"


def _facts(shown: Article) -> list[str]:
    facts = [_day(shown.published), harmless(shown.publisher), harmless(shown.section)]
    return [fact for fact in facts if fact]


def _day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b} {moment.year}" if moment else ""


def _shortened(value: str) -> str:
    return value if len(value) <= _MAX_VALUE_CHARACTERS else value[:_MAX_VALUE_CHARACTERS] + "…"

"""How answers look, on a terminal and as JSON. The only file that knows rich.

Whatever comes from articles, file names or arguments passes through `harmless` or
`_json_text` on its way out.
"""

from __future__ import annotations

import contextlib
import json as json_module
import re
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from searchkit import (
    AddReport,
    Article,
    Fragment,
    Hit,
    IndexInfo,
    Notice,
    Reading,
    Reject,
    Results,
    harmless,
)

__all__ = [
    "article",
    "deletion",
    "index_interrupted",
    "index_progress",
    "index_summary",
    "info",
    "remark",
    "results",
]

_MATCH_STYLE = "bold yellow"
# For people; --json lists all.
_MAX_LISTED = 20
_MAX_CAPTIONS = 5
_MAX_VALUE_CHARACTERS = 60
_PROGRESS_INTERVAL = 0.1

# JSON escapes the C0 controls by itself; C1 controls, DEL and direction marks it leaves.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


# -- search


def results(found: Results, *, filtered: bool, json: bool) -> None:
    """A page of hits."""
    if json:
        _print_json(
            {
                "query": found.query,
                "total": found.total,
                "took_ms": round(found.took_ms, 3),
                "hits": [_hit_record(hit) for hit in found],
            }
        )
        return
    console = _console()
    if not found.total:
        _print(console, Text(f"No article matches {harmless(found.query)}", style="bold"))
        advice = "All words must stand in an article: try fewer, OR between them, or prefix*."
        if filtered:
            advice += " Filters compare whole values; `searchkit info` lists them."
        _print(console, Text(advice))
        return
    for hit in found:
        _print_hit(console, hit)
    _print(console, Text(_page_line(found), style="dim"))


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


def _print_hit(console: Console, hit: Hit) -> None:
    marked = hit.highlights["headline"]
    headline = Text(_headline(hit.article))
    if marked:
        headline = _one_line(marked[0], " ")
    headline.stylize("bold")
    _print(console, Text(f"{hit.rank:>3}  ", style="dim") + headline)
    facts = _facts(hit.article)
    if hit.score:
        facts.append(f"score {hit.score:.2f}")
    _print(console, Text(" · ".join(facts), style="cyan"), indent=5)
    for fragment in hit.highlights["body"]:
        _print(console, _one_line(fragment, " "), indent=5)
    matching = hit.highlights["captions"]
    for fragment in matching[:_MAX_CAPTIONS]:
        number = 0 if fragment.caption is None else fragment.caption + 1
        label = Text.assemble((f"caption {number}: ", "green"))
        # A caption's parts, such as its headline and its text, are its lines.
        _print(console, label + _one_line(fragment, " · "), indent=5)
    if len(matching) > _MAX_CAPTIONS:
        more = f"and {len(matching) - _MAX_CAPTIONS:,} more captions"
        _print(console, Text(more, style="green"), indent=5)
    if not any(hit.highlights.values()) and hit.article.body:
        opening = hit.article.body[:160]
        _print(console, Text(harmless(opening) + (" …" if len(hit.article.body) > 160 else "")),
               indent=5)  # fmt: skip
    _print(console, Text(f"id {harmless(hit.article.id)}", style="dim"), indent=5)
    console.print()


def _one_line(fragment: Fragment, separator: str) -> Text:
    """The fragment with its matches in colour and `separator` between its lines."""
    text = Text("\n".join(map(harmless, fragment.text.split("\n"))))
    for start, end in fragment.spans:
        text.stylize(_MATCH_STYLE, start, end)
    lines = [line for line in text.split("\n") if line.plain.strip()]
    joined = Text.assemble((separator, "dim")).join(lines)
    return Text("… " if fragment.before else "") + joined + Text(" …" if fragment.after else "")


def _page_line(found: Results) -> str:
    count = f"{found.total:,} {_plural(found.total, 'article')}"
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
        _print_json(shown.to_dict())
        return
    console = _console()
    _print(console, Text(_headline(shown), style="bold"))
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
            _print(console, Text(f"{name}: ", style="cyan") + Text(harmless(value)))
    for paragraph in shown.body.split("\n"):
        if paragraph.strip():
            console.print()
            _print(console, Text(harmless(paragraph.strip())))
    for number, caption in enumerate(shown.captions, 1):
        console.print()
        _print(console, Text(f"caption {number}", style="green"))
        for name, value in caption.to_dict().items():
            if value:
                label = Text(f"{name}: ", style="cyan") if name != "text" else Text()
                _print(console, label + Text(harmless(value)), indent=2)


# -- index


class _Progress:
    """The callback that draws; remembers the report for those who are interrupted."""

    def __init__(self, reading: Reading, bar: Progress | None) -> None:
        self.report = AddReport()
        self._reading = reading
        self._bar = bar
        self._task = bar.add_task("indexing", total=reading.bytes_total, facts="") if bar else None
        self._started = self._drawn = time.monotonic()

    def __call__(self, report: AddReport) -> None:
        self.report = report
        now = time.monotonic()
        if self._bar is None or self._task is None:
            return
        if now - self._drawn < _PROGRESS_INTERVAL and not report.committing:
            return
        self._drawn = now
        rate = report.characters / 1e6 / max(now - self._started, 1e-9)
        facts = f"{report.processed:,} {_plural(report.processed, 'article')}  {rate:.1f} MB/s"
        doing = "committing" if report.committing else "indexing"
        self._bar.update(
            self._task, description=doing, completed=self._reading.bytes_read, facts=facts
        )


@contextlib.contextmanager
def index_progress(reading: Reading) -> Iterator[_Progress]:
    """A progress bar on standard error, if that is a terminal: articles, MB/s, time left."""
    if not sys.stderr.isatty():
        yield _Progress(reading, None)
        return
    bar = Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[facts]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        yield _Progress(reading, bar)


def index_interrupted(report: AddReport) -> None:
    """What an interruption left."""
    if sys.stderr.isatty():
        click.echo(err=True)  # below the terminal's ^C
    remark(
        f"searchkit: interrupted; {report.committed:,} {_plural(report.committed, 'article')} "
        "of this run stand in the index. The same command goes on."
    )


def index_summary(
    report: AddReport | None,
    rejects: Sequence[Reject],
    notices: Sequence[Notice],
    seconds: float,
    *,
    json: bool,
) -> None:
    """What became of the articles."""
    report = report or AddReport()
    megabytes = report.characters / 1e6
    if json:
        _print_json(
            {
                "added": report.added,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "rejected": [_remark_record(reject) for reject in rejects],
                "notices": [_remark_record(notice) for notice in notices],
                "took_ms": round(seconds * 1000, 3),
                "articles_per_s": round(report.processed / seconds, 1) if seconds else 0.0,
                "mb_per_s": round(megabytes / seconds, 3) if seconds else 0.0,
            }
        )
        return
    console = _console()
    _list_remarks(notices, "Noticed")
    _list_remarks(rejects, "Left out")
    if not (report.processed or rejects):
        remark("no article found; searchkit reads .txt, .jsonl and .ndjson, also as .gz")
        return
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "left out": len(rejects),
    }
    width = max(len(f"{count:,}") for count in counts.values())
    for name, count in counts.items():
        _print(console, Text(f"{count:>{width},}  {name}"))
    if report.processed:
        line = (
            f"{report.processed:,} {_plural(report.processed, 'article')}, {megabytes:,.1f} MB "
            f"of text in {seconds:.1f} s: {report.processed / seconds:,.0f} articles/s, "
            f"{megabytes / seconds:.2f} MB/s"
        )
        _print(console, Text(line, style="dim"))


def _list_remarks(remarks: Sequence[Reject | Notice], title: str) -> None:
    if not remarks:
        return
    remark(f"{title}:")
    for each in remarks[:_MAX_LISTED]:
        remark(f"  {each}")
    if len(remarks) > _MAX_LISTED:
        remark(f"  and {len(remarks) - _MAX_LISTED:,} more (--json lists all)")


def _remark_record(each: Reject | Notice) -> dict[str, Any]:
    return {"place": each.place, "line": each.line, "reason": each.reason}


# -- delete, info


def deletion(deleted: int, missing: Sequence[str], *, json: bool) -> None:
    """How many articles were deleted, and which ids there were none of."""
    if json:
        _print_json({"deleted": deleted, "missing": list(missing)})
        return
    for article_id in missing:
        remark(f"no article has the id {article_id}")
    _print(_console(), Text(f"{deleted:,} {_plural(deleted, 'article')} deleted"))


def info(facts: IndexInfo, *, json: bool) -> None:
    """What an index holds."""
    if json:
        _print_json(
            {
                "path": facts.path,
                "language": facts.language,
                "articles": facts.articles,
                "fields": list(facts.fields),
                "terms": dict(facts.terms),
                "values": {field: dict(counts) for field, counts in facts.values.items()},
                "segments": facts.segments,
                "generation": facts.generation,
                "size": facts.size,
                "versions": dict(facts.versions),
            }
        )
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    table.add_row("index", Text(harmless(facts.path)))
    table.add_row("articles", f"{facts.articles:,}")
    table.add_row("size on disk", f"{facts.size / 1e6:,.1f} MB")
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
    versions = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    table.add_row("versions", versions)
    _console().print(table)


# -- pieces


def remark(text: str) -> None:
    """A line to standard error."""
    click.echo(harmless(text), err=True)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leaves it to the program, where rich would end with status 1."""
        raise BrokenPipeError


def _console() -> Console:
    # rich honours NO_COLOR, and leaves colour out where standard output is no terminal.
    return _Console(highlight=False, emoji=False, markup=False)


def _print(console: Console, text: Text, indent: int = 0) -> None:
    """Folded to the terminal's width; one line each in a pipe, for grep."""
    if not console.is_terminal:
        console.print(Text(" " * indent) + text, soft_wrap=True)
        return
    width = max(console.width - indent, 20)
    for line in text.wrap(console, width):
        line.rstrip()
        console.print(Text(" " * indent) + line, soft_wrap=True)


def _print_json(record: dict[str, Any]) -> None:
    text = json_module.dumps(record, ensure_ascii=False)
    click.echo(_UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text))


def _headline(shown: Article) -> str:
    return harmless(shown.headline) or "(no headline)"


def _facts(shown: Article) -> list[str]:
    facts = [_day(shown.published), harmless(shown.publisher), harmless(shown.section)]
    return [fact for fact in facts if fact]


def _day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b} {moment.year}" if moment else ""


def _shortened(value: str) -> str:
    return value if len(value) <= _MAX_VALUE_CHARACTERS else value[:_MAX_VALUE_CHARACTERS] + "…"


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"

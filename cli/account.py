"""What was done to an index, and what is wrong with it: progress, summaries, complaints."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from searchkit import (
    AddReport,
    Compaction,
    Finding,
    LostSegment,
    Notice,
    Reject,
    Repair,
    Verification,
    harmless,
)

from .terminal import (
    Bar,
    plural,
    print_json,
    print_line,
    progress_bar,
    remark,
    size_text,
)

__all__ = [
    "compaction",
    "damages",
    "deletion",
    "export",
    "export_progress",
    "index_interrupted",
    "index_progress",
    "index_summary",
    "listed",
    "read_progress",
    "remark_record",
    "repair",
    "verification",
    "watch_end",
    "watch_step",
]

_Extent = Callable[[AddReport], tuple[int, int | None]]

# For people; --json lists all.
_MAX_LISTED = 20


# -- index


class _AddProgress:
    """The callback that draws; remembers the report for those who are interrupted."""

    def __init__(self, doing: str, extent: _Extent, bar: Bar) -> None:
        self.report = AddReport()
        self._doing = doing
        self._extent = extent
        self._bar = bar

    def __call__(self, report: AddReport) -> None:
        self.report = report
        doing = "committing" if report.committing else self._doing
        if self._bar.due(doing):
            rate = report.characters / 1e6 / max(time.monotonic() - self._bar.started, 1e-9)
            facts = f"{plural(report.processed, 'article')}  {rate:.1f} MB/s"
            self._bar.draw(*self._extent(report), facts, doing)


@contextlib.contextmanager
def index_progress(doing: str, extent: _Extent) -> Iterator[_AddProgress]:
    """A progress bar on standard error, if that is a terminal: articles, MB/s, time left.

    `extent` says how much is done, and of how much (None: nobody knows).
    """
    with progress_bar(doing) as bar:
        yield _AddProgress(doing, extent, bar)


def index_interrupted(report: AddReport) -> None:
    """What an interruption left."""
    if sys.stderr.isatty():
        click.echo(err=True)  # below the terminal's ^C
    remark(
        f"searchkit: interrupted; {plural(report.committed, 'article')} "
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
    rate = report.characters / 1e6 / seconds if seconds else 0.0
    if json:
        print_json(
            {
                "added": report.added,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "pruned": report.pruned,
                "copies": report.copies,
                "rejected": [remark_record(reject) for reject in rejects],
                "notices": [remark_record(notice) for notice in notices],
                "took_ms": round(seconds * 1000, 3),
                "articles_per_s": round(report.processed / seconds, 1) if seconds else 0.0,
                "mb_per_s": round(rate, 3),
            }
        )
        return
    listed(notices, "Noticed")
    listed(rejects, "Left out")
    if not (report.processed or report.pruned or rejects):
        remark("no article found; `searchkit index --help` tells what searchkit reads")
        return
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "left out": len(rejects),
    }
    if report.copies:
        counts["copies of other articles"] = report.copies
    if report.pruned:
        counts["pruned"] = report.pruned
    width = max(len(f"{count:,}") for count in counts.values())
    for name, count in counts.items():
        print_line(f"{count:>{width},}  {name}")
    if report.characters:
        line = (
            f"{plural(report.processed, 'article')}, {size_text(report.characters)} "
            f"of text in {seconds:.1f} s: {report.processed / seconds:,.0f} articles/s, "
            f"{rate:.2f} MB/s"
        )
        print_line(line, style="dim")
    elif report.processed:
        print_line(f"{plural(report.processed, 'article')} in {seconds:.1f} s", style="dim")


def watch_step(report: AddReport, *, json: bool) -> None:
    """What became of something that changed in a folder, on one line."""
    if json:
        print_json(
            {
                "added": report.added,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "pruned": report.pruned,
                "rejected": [remark_record(reject) for reject in report.rejected],
            }
        )
        sys.stdout.flush()
        return
    listed(report.rejected, "Left out")
    counts = (
        f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged, "
        f"{report.pruned:,} pruned, {len(report.rejected):,} left out"
    )
    print_line(f"{time.strftime('%H:%M:%S')}  {counts}")
    sys.stdout.flush()


def watch_end(*, json: bool) -> None:
    """That watching has ended."""
    if not json:
        remark("searchkit: stopped watching; all that was told above stands in the index")


def remark_record(each: Reject | Notice) -> dict[str, Any]:
    """A reject or a notice for scripts."""
    return {"place": each.place, "line": each.line, "reason": each.reason}


# -- delete, compact, export


def deletion(deleted: int, missing: Sequence[str], *, json: bool) -> None:
    """How many articles were deleted, and which ids there were none of."""
    if json:
        print_json({"deleted": deleted, "missing": list(missing)})
        return
    for article_id in missing:
        remark(f"no article has the id {article_id}")
    print_line(f"{plural(deleted, 'article')} deleted")


def compaction(done: Compaction, *, json: bool) -> None:
    """How large the index was, and is."""
    changed = done.segments_before > 1 or done.deleted > 0
    if json:
        print_json(
            {
                "segments_before": done.segments_before,
                "segments_after": done.segments_after,
                "deleted": done.deleted,
                "size_before": done.size_before,
                "size_after": done.size_after,
            }
        )
        return
    after = f"{plural(done.segments_after, 'segment')}, {size_text(done.size_after)}"
    if not changed:
        print_line(f"{after}, without deleted articles: nothing to do")
        return
    before = f"{plural(done.segments_before, 'segment')}, {size_text(done.size_before)}"
    deleted = f" with {plural(done.deleted, 'deleted article')}" if done.deleted else ""
    print_line(f"{after}; it was {before}{deleted}")


@contextlib.contextmanager
def export_progress() -> Iterator[Callable[[int, int], None]]:
    """As `index_progress`, of the articles that are written, and those to write."""
    with progress_bar("exporting") as bar:

        def draw(written: int, total: int) -> None:
            if bar.due():
                bar.draw(written, total, plural(written, "article"))

        yield draw


def export(articles: int, target: Path | None, *, json: bool) -> None:
    """How many articles were written, and where; to standard error where standard output (None)
    has the articles.
    """
    if json:
        print_json({"articles": articles, "target": str(target or "-")}, err=target is None)
        return
    if target is None:
        remark(f"{plural(articles, 'article')} written")
        return
    print_line(harmless(f"{plural(articles, 'article')} written to {target}"))


# -- verify, repair


@contextlib.contextmanager
def read_progress(description: str) -> Iterator[Callable[[int, int], None]]:
    """As `index_progress`, of the bytes of an index that are read, and those to read."""
    with progress_bar(description) as bar:

        def draw(done: int, total: int) -> None:
            if bar.due():
                rate = done / 1e6 / (time.monotonic() - bar.started)
                bar.draw(done, total, f"{size_text(total)}  {rate:,.0f} MB/s")

        yield draw


def verification(found: Verification, *, json: bool) -> None:
    """Whether the index is whole, and if not, what is damaged and what helps."""
    if json:
        print_json(_verification_record(found))
        return
    listed(found.remarks, "Remarks")
    damages(found)
    if found.generation is None:
        remark("Restore the index from a copy, or index the articles again.")
    elif not found.whole:
        remark(
            "Restore the index from a copy; or copy the directory, then run `searchkit repair`, "
            "which keeps all that is whole."
        )
    verdict = "whole" if found.whole else "damaged"
    print_line(f"{verdict}: {_extent(found)}", style="bold")
    rate = found.size / 1e6 / found.seconds if found.seconds else 0.0
    line = (
        f"{plural(found.files, 'file')}, {size_text(found.size)} read in "
        f"{found.seconds:.2f} s: {rate:,.0f} MB/s"
    )
    print_line(line, style="dim")


def damages(found: Verification) -> None:
    """What is damaged, on standard error."""
    listed(found.damages, "Damaged")
    if found.affected:
        remark(
            f"{found.affected:,} of {plural(found.articles, 'article')} are in damaged segments."
        )


def repair(done: Repair, *, json: bool) -> None:
    """What was given up, and how to get it back."""
    if json:
        print_json(
            {
                "generation": done.generation,
                "abandoned": done.abandoned,
                "lost": [_lost_record(each) for each in done.lost],
                "back": done.back,
                "verification": _verification_record(done.verification),
            }
        )
        return
    if done.generation is None:
        line = f"nothing is damaged, nothing was changed: {_extent(done.verification)}"
        print_line(line)
        return
    if done.abandoned is not None:
        line = (
            f"Commit {done.abandoned} cannot be read: the index is as of commit "
            f"{done.verification.generation}."
        )
        print_line(line)
    for each in done.lost:
        more = each.articles - len(each.ids)
        named = ", ".join(map(harmless, each.ids)) or "their ids cannot be read"
        named += f" and {more:,} more" if each.ids and more else ""
        print_line(
            f"Segment {each.name} is given up with {plural(each.articles, 'article')}: {named}"
        )
    if done.back:
        line = f"Back, though deleted: up to {plural(done.back, 'article')}."
        print_line(line)
    remark("Index the archive again to get back what is lost; what is there costs next to nothing.")
    print_line(f"repaired, as commit {done.generation}", style="bold")


def _extent(found: Verification) -> str:
    if found.generation is None:
        return "no commit can be read"
    return (
        f"commit {found.generation}, {plural(found.articles, 'article')} in "
        f"{plural(found.segments, 'segment')}"
    )


def listed(each_of: Sequence[object], title: str) -> None:
    """The first of them below a title, on standard error, and how many more there are."""
    if each_of:
        remark(f"{title}:")
    for each in each_of[:_MAX_LISTED]:
        remark(f"  {each}")
    if len(each_of) > _MAX_LISTED:
        remark(f"  and {len(each_of) - _MAX_LISTED:,} more (--json lists all)")


def _verification_record(found: Verification) -> dict[str, Any]:
    return {
        "path": found.path,
        "whole": found.whole,
        "generation": found.generation,
        "segments": found.segments,
        "articles": found.articles,
        "affected": found.affected,
        "damages": [_finding_record(each) for each in found.damages],
        "remarks": [_finding_record(each) for each in found.remarks],
        "files": found.files,
        "size": found.size,
        "took_ms": round(found.seconds * 1000, 3),
    }


def _finding_record(each: Finding) -> dict[str, Any]:
    return {"file": each.file, "section": each.section, "what": each.what}


def _lost_record(each: LostSegment) -> dict[str, Any]:
    return {"segment": each.name, "articles": each.articles, "ids": list(each.ids)}

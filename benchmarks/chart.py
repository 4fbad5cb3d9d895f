"""Here are figures: draw them. matplotlib is imported only here, and only when drawing."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import Circumstances, summary
from benchmarks.report import OWN_SYSTEM, Report, corpus_line
from benchmarks.tables import duration, figure

__all__ = ["Growth", "draw_growth", "draw_speeds", "draw_stages"]

_OWN_COLOUR, _RIVAL_COLOUR = "#c8401c", "#8a97a6"
_INK, _FAINT_INK, _GRID_COLOUR = "#1c2329", "#5d6770", "#dde1e5"

# Inches: the frame stays as it is, however many bars there are.
_WIDTH, _BAR, _HEAD, _FOOT, _AXIS = 8.5, 0.42, 0.8, 0.42, 0.62
_MARGIN = 0.13
_GROWTH_HEIGHT = 5.4

# Any, because matplotlib types every key by itself.
_STYLE: Any = {
    "font.size": 10,
    # A file name may have a dollar sign.
    "text.parse_math": False,
    # The same figures make the same SVG, and its words stay words.
    "svg.hashsalt": "searchkit",
    "svg.fonttype": "none",
}


@dataclass(frozen=True, slots=True)
class Growth:
    """Articles and the seconds (median, least, most) that they took, and the line through these:
    seconds = factor * articles ** exponent.
    """

    points: Sequence[tuple[int, tuple[float, float, float]]]
    factor: float
    exponent: float


def draw_speeds(report: Report, *paths: Path) -> None:
    """One bar of MB/s for each variant, the fastest at the top, with the slowest and fastest
    run; the format of each file is that of its suffix. Without any figures nothing is drawn.

    Raises ImportError when matplotlib is not installed, as all of these do.
    """
    rows = [(row, row.speed) for row in report.rows if row.speed]
    if not rows:
        return
    absent = [f"{row.label} ({row.status})" for row in report.rows if not row.speed]
    foot = f"JSON lines in, committed files out. {report.circumstances.date}."
    if absent:
        foot += f" Without figures: {', '.join(absent)}."
    foot += "\nBars: median of the runs. Lines across their ends: slowest and fastest run."
    head = corpus_line(report.corpus)
    height = _bars_height(len(rows))
    with _frame("Indexing speed", head, foot, report.circumstances, height, paths) as axes:
        own = [row.system == OWN_SYSTEM for row, _ in rows]
        _draw_bars(
            axes,
            [row.label for row, _ in rows],
            [(speed.median, speed.low, speed.high) for _, speed in rows],
            [figure(speed.median) for _, speed in rows],
            own,
        )
        axes.set_xlabel("MB of text a second (more is better)", color=_FAINT_INK)


def draw_stages(
    stages: Sequence[tuple[str, float]], head: str, circumstances: Circumstances, *paths: Path
) -> None:
    """One bar of seconds for each stage, in their order, with its share of their sum."""
    total = sum(seconds for _, seconds in stages)
    foot = f"One core, one thread. {circumstances.date}.\nBars: median of the runs."
    height = _bars_height(len(stages))
    with _frame("Where the time of indexing goes", head, foot, circumstances, height, paths) as (
        axes
    ):
        _draw_bars(
            axes,
            [name for name, _ in stages],
            [(seconds, seconds, seconds) for _, seconds in stages],
            [f"{duration(seconds)}, {seconds / total:.0%}" for _, seconds in stages],
            [False] * len(stages),
        )
        axes.set_xlabel("seconds", color=_FAINT_INK)


def draw_growth(growth: Growth, head: str, circumstances: Circumstances, *paths: Path) -> None:
    """Seconds over articles, both in powers of ten, with the line through them."""
    foot = (
        f"JSON lines in, committed files out. {circumstances.date}.\n"
        "Points: median of the runs, with the slowest and fastest run. Line: least squares."
    )
    with _frame("Indexing time", head, foot, circumstances, _GROWTH_HEIGHT, paths) as axes:
        sizes = [articles for articles, _ in growth.points]
        medians = [median for _, (median, _, _) in growth.points]
        axes.plot(
            sizes,
            [growth.factor * articles**growth.exponent for articles in sizes],
            color=_RIVAL_COLOUR,
            linewidth=1.2,
            linestyle="--",
            label=f"seconds ∝ articles^{growth.exponent:.2f}",
        )
        spread = (
            [median - low for _, (median, low, _) in growth.points],
            [high - median for _, (median, _, high) in growth.points],
        )
        axes.errorbar(
            sizes, medians, yerr=spread, fmt="o", color=_OWN_COLOUR, ecolor=_INK, capsize=2.5
        )
        for articles, median in zip(sizes, medians, strict=True):
            offset = {"xytext": (8, -12), "textcoords": "offset points"}
            axes.annotate(duration(median), (articles, median), color=_INK, **offset)
        axes.set_xscale("log")
        axes.set_yscale("log")
        # Room for the figure beside the last point; whole powers of ten have ticks.
        axes.set_xlim(min(sizes) / 1.6, max(sizes) * 2.2)
        axes.set_ylim(
            10 ** math.floor(math.log10(min(low for _, (_, low, _) in growth.points))),
            10 ** math.ceil(math.log10(max(high for _, (_, _, high) in growth.points))),
        )
        axes.minorticks_off()
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        axes.set_xlabel("articles", color=_FAINT_INK)
        axes.set_ylabel("seconds", color=_FAINT_INK)
        axes.grid(color=_GRID_COLOUR, linewidth=0.8)
        axes.legend(frameon=False, labelcolor=_INK)


def _bars_height(bars: int) -> float:
    return _HEAD + _BAR * bars + _AXIS + _FOOT


@contextlib.contextmanager
def _frame(
    title: str,
    head: str,
    foot: str,
    circumstances: Circumstances,
    height: float,
    paths: Sequence[Path],
) -> Iterator[Any]:
    """The axes of a picture with head and foot, which is written at the end of the block."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        picture = Figure(figsize=(_WIDTH, height))
        axes = picture.subplots()
        yield axes
        axes.set_axisbelow(True)
        axes.tick_params(which="both", length=0, colors=_INK)
        axes.spines[["top", "right", "bottom", "left"]].set_visible(False)
        left = _MARGIN / _WIDTH
        faint: dict[str, Any] = {"color": _FAINT_INK}
        bold: dict[str, Any] = {"color": _INK, "fontsize": 14, "fontweight": "bold"}
        head = f"{head}\n{summary(circumstances.machine)}"
        picture.text(left, 1 - _MARGIN / height, title, va="top", **bold)
        picture.text(left, 1 - 0.42 / height, head, va="top", fontsize=9, **faint)
        picture.text(left, _MARGIN / height, foot, va="bottom", fontsize=8, **faint)
        picture.tight_layout(rect=(0, _FOOT / height, 1, 1 - _HEAD / height), pad=0.4)
        for path in paths:
            metadata = {"Date": None} if path.suffix == ".svg" else {}
            picture.savefig(path, dpi=160, metadata=metadata, facecolor="white")


def _draw_bars(
    axes: Any,
    labels: Sequence[str],
    values: Sequence[tuple[float, float, float]],
    captions: Sequence[str],
    emphasised: Sequence[bool],
) -> None:
    """Bars from the top down: `values` are median, least and most of each."""
    places = range(len(labels))
    spread = (
        [median - low for median, low, _ in values],
        [high - median for median, _, high in values],
    )
    single = all(low == high for _, low, high in values)
    axes.barh(
        places,
        [median for median, _, _ in values],
        height=0.66,
        color=[_OWN_COLOUR if own else _RIVAL_COLOUR for own in emphasised],
        xerr=None if single else spread,
        error_kw={"ecolor": _INK, "elinewidth": 1, "capsize": 2.5},
    )
    for place, (_, _, high), caption in zip(places, values, captions, strict=True):
        offset = {"xytext": (6, 0), "textcoords": "offset points"}
        axes.annotate(caption, (high, place), va="center", color=_INK, **offset)
    axes.set_yticks(places, labels)
    for tick, own in zip(axes.get_yticklabels(), emphasised, strict=True):
        tick.set_fontweight("bold" if own else "normal")
    axes.invert_yaxis()
    # From 0, with room for the figure beside the longest bar.
    room = 1.04 + 0.012 * max(map(len, captions))
    axes.set_xlim(0, max(high for _, _, high in values) * room)
    axes.grid(axis="x", color=_GRID_COLOUR, linewidth=0.8)
    axes.axvline(0, color=_INK, linewidth=1)

"""Here is a report: draw it. matplotlib is imported only here, and only when drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.machine import summary
from benchmarks.report import OWN_SYSTEM, Report
from benchmarks.tables import corpus_line, figure

__all__ = ["draw_chart"]

_OWN_COLOUR, _RIVAL_COLOUR = "#c8401c", "#8a97a6"
_INK, _FAINT_INK, _GRID_COLOUR = "#1c2329", "#5d6770", "#dde1e5"

# Inches: the frame stays as it is, however many bars there are.
_WIDTH, _BAR, _HEAD, _FOOT, _AXIS = 8.5, 0.42, 0.8, 0.42, 0.62
_MARGIN = 0.13

# Any, because matplotlib types every key by itself.
_STYLE: Any = {
    "font.size": 10,
    # A file name may have a dollar sign.
    "text.parse_math": False,
    # The same figures make the same SVG, and its words stay words.
    "svg.hashsalt": "searchkit",
    "svg.fonttype": "none",
}


def draw_chart(report: Report, *paths: Path) -> None:
    """One bar of MB/s for each variant, the fastest at the top, with the slowest and fastest
    run; the format of each file is that of its suffix. Without any figures nothing is drawn.

    Raises ImportError when matplotlib is not installed.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    bars = sum(row.speed is not None for row in report.rows)
    if not bars:
        return
    height = _HEAD + _BAR * bars + _AXIS + _FOOT
    with mpl.rc_context(_STYLE):
        picture = Figure(figsize=(_WIDTH, height))
        _draw_bars(picture.subplots(), report)
        left = _MARGIN / _WIDTH
        faint: dict[str, Any] = {"color": _FAINT_INK}
        title: dict[str, Any] = {"color": _INK, "fontsize": 14, "fontweight": "bold"}
        head = f"{corpus_line(report)}\n{summary(report.machine)}"
        picture.text(left, 1 - _MARGIN / height, "Indexing speed", va="top", **title)
        picture.text(left, 1 - 0.42 / height, head, va="top", fontsize=9, **faint)
        picture.text(left, _MARGIN / height, _foot(report), va="bottom", fontsize=8, **faint)
        picture.tight_layout(rect=(0, _FOOT / height, 1, 1 - _HEAD / height), pad=0.4)
        for path in paths:
            metadata = {"Date": None} if path.suffix == ".svg" else {}
            picture.savefig(path, dpi=160, metadata=metadata, facecolor="white")


def _draw_bars(axes: Any, report: Report) -> None:
    rows = [(row, row.speed) for row in report.rows if row.speed]
    places = range(len(rows))
    axes.barh(
        places,
        [speed.median for _, speed in rows],
        height=0.66,
        color=[_OWN_COLOUR if row.system == OWN_SYSTEM else _RIVAL_COLOUR for row, _ in rows],
        xerr=(
            [speed.median - speed.low for _, speed in rows],
            [speed.high - speed.median for _, speed in rows],
        ),
        error_kw={"ecolor": _INK, "elinewidth": 1, "capsize": 2.5},
    )
    for place, (_, speed) in zip(places, rows, strict=True):
        end = (speed.high, place)
        offset = {"xytext": (6, 0), "textcoords": "offset points"}
        axes.annotate(figure(speed.median), end, va="center", color=_INK, **offset)
    axes.set_yticks(places, [row.label for row, _ in rows])
    for tick, (row, _) in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("bold" if row.system == OWN_SYSTEM else "normal")
    axes.invert_yaxis()
    # From 0, with room for the figure beside the longest bar.
    axes.set_xlim(0, max(speed.high for _, speed in rows) * 1.1)
    axes.set_xlabel("MB of text a second (more is better)", color=_FAINT_INK)
    axes.grid(axis="x", color=_GRID_COLOUR, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, colors=_INK)
    axes.spines[["top", "right", "bottom", "left"]].set_visible(False)
    axes.axvline(0, color=_INK, linewidth=1)


def _foot(report: Report) -> str:
    absent = [f"{row.label} ({row.status})" for row in report.rows if not row.speed]
    lines = [
        f"JSON lines in, committed files out. {report.date}.",
        "Bars: median of the runs. Lines across their ends: slowest and fastest run.",
    ]
    if absent:
        lines[0] += f" Without figures: {', '.join(absent)}."
    return "\n".join(lines)

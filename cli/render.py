"""How an article looks, and what an index holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os.path import commonpath, dirname
from typing import TYPE_CHECKING, Any

from searchkit import Article, Copy, harmless

from .terminal import (
    plural,
    print_counts,
    print_json,
    print_line,
    print_table,
    shortened,
    size_text,
)

if TYPE_CHECKING:
    from searchkit import IndexInfo

__all__ = ["article", "copy_record", "copy_text", "headline", "info", "terms"]

# For people; --json lists all.
_MAX_LISTED = 20
_MAX_VALUE_CHARACTERS = 60


# -- show


def article(shown: Article, copies: Sequence[Copy], *, json: bool) -> None:
    """An article whole, and where else its text stands."""
    if json:
        record = shown.to_dict()
        if copies:
            record["copies"] = [copy_record(each) for each in copies]
        print_json(record)
        return
    print_line(headline(shown), style="bold")
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
            print_line((f"{name}: ", "cyan"), harmless(value))
    for each in copies:
        print_line(("also: ", "cyan"), copy_text(each))
    for paragraph in shown.body.split("\n"):
        if paragraph.strip():
            print_line()
            print_line(harmless(paragraph.strip()))
    for number, caption in enumerate(shown.captions, 1):
        print_line()
        print_line(f"caption {number}", style="green")
        for name, value in caption.to_dict().items():
            if value:
                label = f"{name}: " if name != "text" else ""
                print_line((label, "cyan"), harmless(value), indent=2)


def copy_record(copy: Copy) -> dict[str, Any]:
    """Where else a text stands, for scripts."""
    published = copy.published.isoformat() if copy.published else None
    return {
        "id": copy.id,
        "url": copy.url,
        "publisher": copy.publisher,
        "published": published,
    }


def copy_text(copy: Copy) -> str:
    """The same, for people."""
    return harmless(f"{copy.id} ({copy.publisher})" if copy.publisher else copy.id)


def headline(shown: Article) -> str:
    """Its headline, or that it has none."""
    return harmless(shown.headline) or "(no headline)"


# -- info


def info(facts: IndexInfo, *, json: bool) -> None:
    """What an index holds."""
    if json:
        print_json(
            {
                "path": facts.path,
                "language": facts.language,
                "articles": facts.articles,
                "copies": facts.copies,
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
    sections = (f"{kind} {size_text(size)}" for kind, size in facts.sections.items())
    rows = [
        ("index", facts.path),
        ("articles", f"{facts.articles:,}"),
        *([("copies", f"{facts.copies:,}, of the same texts")] if facts.copies else ()),
        ("size on disk", size_text(facts.size)),
        ("sections", ", ".join(sections)),
        ("terms", ", ".join(f"{name} {count:,}" for name, count in facts.terms.items())),
        ("language", facts.language),
        ("fields", ", ".join(facts.fields)),
    ]
    for field, counts in facts.values.items():
        if counts:
            listed = [
                f"{shortened(value, _MAX_VALUE_CHARACTERS)} ({count:,})"
                for value, count in counts.items()
            ]
            more = [f"and {len(listed) - _MAX_LISTED:,} more"] if len(listed) > _MAX_LISTED else []
            rows.append((field, ", ".join(listed[:_MAX_LISTED] + more)))
    rows.append(("segments", f"{facts.segments}, generation {facts.generation}"))
    if facts.deleted:
        share = facts.deleted / (facts.articles + facts.deleted)
        fact = f"{plural(facts.deleted, 'article')}, {share:.1%} of what the segments hold"
        rows.append(("deleted", f"{fact}; `searchkit compact` frees the space"))
    versions = (f"{name} {version}" for name, version in facts.versions.items())
    rows.append(("versions", ", ".join([f"index format {facts.format}", *versions])))
    folder = commonpath(map(dirname, facts.kernels.values())) if facts.kernels else ""
    rows.append(("kernels", f"{', '.join(facts.kernels)}; in {folder}"))
    print_table([(name, harmless(value)) for name, value in rows])


# -- terms


def terms(field: str, prefix: str, counts: Mapping[str, int], *, json: bool) -> None:
    """The terms of a field that begin so, each with the articles that have it."""
    if json:
        print_json({"field": field, "prefix": prefix, "terms": dict(counts)})
        return
    print_counts([(harmless(term), articles) for term, articles in counts.items()], 0)

"""`whoosh.index.open_dir` opens our directory, reads it, and cannot harm it."""

from __future__ import annotations

import pickletools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import whoosh.index
from whoosh.fields import TEXT, Schema
from whoosh.query import Term
from whoosh.writing import SegmentWriter

from searchkit import Article, IndexLockedError, StorageError
from searchkit.codec.manifest import Manifest, SegmentEntry, toc_name
from searchkit.codec.snapshot import open_snapshot
from searchkit.codec.storage import Storage
from searchkit.codec.toc import write_toc
from searchkit.record import record_of
from searchkit.writing.writer import Writer
from tests.codec.twins import make_articles, new_index, twin_readers


def add(path: Path, *articles: Article) -> None:
    with Writer(path, memory=64 << 20, workers=1, lock_timeout=0) as writer:
        for article in articles:
            writer.add(record_of(article))
        writer.commit()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An index of two segments, with one article of the first deleted."""
    new_index(tmp_path)
    add(tmp_path, Article(id="a", body="A storm"), Article(id="b", body="The coast"))
    add(tmp_path, Article(id="a", body="A flood"), Article(id="c", body="Storms and floods"))
    return tmp_path


def ids(path: Path) -> list[str]:
    """The ids of the articles, as we read them."""
    snapshot = open_snapshot(Storage(path))
    return sorted(article_id for article_id in "abcdef" if snapshot.find(article_id))


def test_open_dir_reads_what_our_own_reader_reads(tmp_path: Path) -> None:
    with twin_readers(tmp_path, merged=False) as (ours, stock):
        index = whoosh.index.open_dir(str(tmp_path))
        assert index.latest_generation() == 4
        assert index.doc_count() == ours.doc_count()
        with index.reader() as reader:
            assert list(reader.all_terms()) == list(stock.all_terms())
            assert list(reader.iter_docs()) == list(stock.iter_docs())
        with index.searcher() as searcher:
            assert len(searcher.search(Term("body", "storm"))) > 50


def test_a_program_that_knows_nothing_of_searchkit_searches(directory: Path) -> None:
    program = """
import sys, whoosh.index, whoosh.qparser
assert not any(name.startswith("searchkit") for name in sys.modules)
index = whoosh.index.open_dir(sys.argv[1])
with index.searcher() as searcher:
    query = whoosh.qparser.QueryParser("body", index.schema).parse("storms OR floods")
    print(sorted(hit["id"] for hit in searcher.search(query)))
"""
    command = [sys.executable, "-c", program, str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "['a', 'c']"
    assert done.stderr == ""


def test_the_table_holds_calls_of_ours_and_plain_values_only(tmp_path: Path) -> None:
    entry = SegmentEntry(
        "0" * 16, 7, 999, "f" * 16, ("de", "en"), 1, f"{'0' * 16}-3.deletions", "1" * 16
    )
    write_toc(Storage(tmp_path), Manifest(3, "en", 1, (entry,)))
    content = (tmp_path / toc_name(3)).read_bytes()
    called, protocols = set(), set()
    for start in (content.index(b"\x80\x02"), content.rindex(b"\x80\x02")):
        for operation, argument, _ in pickletools.genops(content[start:]):
            protocols.add(operation.proto)
            if operation.name == "GLOBAL":
                called.add(argument)
    assert called == {
        "searchkit.codec.toc committed_schema",
        "searchkit.codec.toc committed_segment",
    }
    assert max(protocols) <= 2
    assert len(content) < 500


def add_document(writer: SegmentWriter) -> None:
    writer.add_document(id="d", body="A drought")


def write_and_commit(
    writer: SegmentWriter, write: Callable[[SegmentWriter], Any], options: dict[str, bool]
) -> None:
    try:
        write(writer)
    except StorageError:
        writer.cancel()
        raise
    writer.commit(**options)


WRITES: dict[str, Callable[[SegmentWriter], Any]] = {
    "adding": add_document,
    "updating": lambda writer: writer.update_document(id="a", body="A drought"),
    "deleting": lambda writer: writer.delete_by_term("id", "a"),
    "nothing": id,
}


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"merge": False}], ids=str)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_writer_of_whoosh_is_refused_and_changes_nothing(
    directory: Path, write: Callable[[SegmentWriter], Any], options: dict[str, bool]
) -> None:
    before = set(directory.iterdir())
    index = whoosh.index.open_dir(str(directory))
    writer = index.writer()
    with pytest.raises(StorageError, match=r"Whoosh can.*searchkit"):
        write_and_commit(writer, write, options)
    assert before <= set(directory.iterdir())
    assert all(file.name.startswith("MAIN_") for file in set(directory.iterdir()) - before)
    assert ids(directory) == ["a", "b", "c"]
    assert index.reader().doc_count() == 3
    add(directory, Article(id="d", body="A drought"))
    assert index.reader().doc_count() == 4


def test_writers_of_both_kinds_exclude_each_other(directory: Path) -> None:
    index = whoosh.index.open_dir(str(directory))
    writer = index.writer()
    with pytest.raises(IndexLockedError):
        add(directory, Article(id="d", body="A drought"))
    writer.cancel()
    with (
        Writer(directory, memory=1 << 20, workers=1, lock_timeout=0),
        pytest.raises(whoosh.index.LockError),
    ):
        index.writer()


def test_a_whoosh_index_made_over_ours_loses_none_of_our_articles(directory: Path) -> None:
    index = whoosh.index.create_in(str(directory), Schema(body=TEXT))
    with index.writer() as writer:
        writer.add_document(body="A stranger")
    assert ids(directory) == ["a", "b", "c"]
    add(directory, Article(id="d", body="A drought"))
    assert whoosh.index.open_dir(str(directory)).doc_count() == 4


def test_reading_goes_on_while_commits_replace_what_is_read(directory: Path) -> None:
    index = whoosh.index.open_dir(str(directory))
    with index.searcher() as searcher:
        with Writer(directory, memory=1 << 20, workers=1, lock_timeout=0) as writer:
            for article in make_articles(30, seed=1):
                writer.add(record_of(article))
                writer.commit()
            writer.compact()
        assert [hit["id"] for hit in searcher.search(Term("body", "storm"))] == ["c"]
    assert index.reader().doc_count() == 33
    assert not index.reader().has_deletions()

"""A corpus is written once, clean, for all systems alike."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.corpus import (
    FIELDS,
    Corpus,
    CorpusError,
    prepare_file,
    prepare_files,
    prepare_made_up,
    prepare_part,
)
from benchmarks.generator import DEFAULT_SEED
from tests.benchmarks.conftest import ARTICLES, made_article


def test_a_gzipped_file_gives_the_same_bytes(
    tiny_corpus: Corpus, tiny_file: Path, tmp_path: Path
) -> None:
    zipped = tmp_path / "tiny.jsonl.gz"
    zipped.write_bytes(gzip.compress(tiny_file.read_bytes()))
    other = prepare_file(zipped, tmp_path / "other.jsonl", None)
    assert other.path.read_bytes() == tiny_corpus.path.read_bytes()
    assert other.sha256 == tiny_corpus.sha256
    assert other.name == "tiny.jsonl.gz"


def test_every_line_has_exactly_the_fields(tiny_corpus: Corpus) -> None:
    records = [json.loads(line) for line in tiny_corpus.path.read_text("utf-8").splitlines()]
    assert len(records) == tiny_corpus.articles == ARTICLES
    assert all(tuple(record) == FIELDS for record in records)


def test_text_bytes_count_headlines_bodies_and_captions(
    write_corpus: Callable[..., Path], tmp_path: Path
) -> None:
    article = {"id": "1", "headline": "Café", "body": "12\n34", "captions": ["ab", "é"]}
    corpus = prepare_file(write_corpus([article]), tmp_path / "prepared.jsonl", None)
    assert corpus.text_bytes == 5 + 5 + 2 + 2


def test_the_limit_is_the_most_articles(tiny_file: Path, tmp_path: Path) -> None:
    assert prepare_file(tiny_file, tmp_path / "prepared.jsonl", 7).articles == 7


def test_what_is_no_article_is_left_out_and_counted(
    write_corpus: Callable[..., Path], tmp_path: Path
) -> None:
    good = made_article(1)
    bad = [
        "{not JSON",
        "[]",
        {**good, "id": ""},
        {**good, "body": 5},
        {**good, "captions": [{"text": "no string"}]},
        {"id": "empty", "headline": " ", "body": ""},
        {**good, "body": "half a pair \ud83d"},
    ]
    path = write_corpus([good, good, *bad, ""])
    corpus = prepare_file(path, tmp_path / "prepared.jsonl", None)
    assert corpus.articles == 1
    assert corpus.left_out == {
        "articles whose id was there before": 1,
        "lines that are no articles": len(bad),
    }


def test_check_words_are_counted_where_they_stand_by_themselves(tiny_corpus: Corpus) -> None:
    assert tiny_corpus.check_words
    for word, count in tiny_corpus.check_words.items():
        assert 0 < count <= ARTICLES
        expected = {"gannet": 10, "left": 3, "ferry": 3, "harbour": 30, "emile": 0}
        assert count == expected.get(word, count)


def test_a_made_up_corpus_says_its_seed(tmp_path: Path) -> None:
    corpus = prepare_made_up(tmp_path / "prepared.jsonl", 3)
    assert (corpus.articles, corpus.seed) == (3, DEFAULT_SEED)
    assert corpus.name == "3 generated articles"


def test_several_files_are_one_corpus(write_corpus: Callable[..., Path], tmp_path: Path) -> None:
    first = write_corpus([made_article(1), made_article(2)], "first.jsonl")
    second = write_corpus([made_article(2), made_article(3)], "second.jsonl")
    corpus = prepare_files([first, second], tmp_path / "prepared.jsonl", None)
    assert corpus.name == "first.jsonl + second.jsonl"
    assert corpus.articles == 3
    assert corpus.left_out == {"articles whose id was there before": 1}


@pytest.mark.parametrize("articles", [1, 7, 29])
def test_a_part_is_spread_evenly_over_the_corpus(
    articles: int, tiny_corpus: Corpus, tmp_path: Path
) -> None:
    part = prepare_part(tiny_corpus, tmp_path / "part.jsonl", articles)
    assert part.articles == articles
    assert part.name == tiny_corpus.name
    lines = tiny_corpus.path.read_bytes().splitlines()
    places = [lines.index(line) for line in part.path.read_bytes().splitlines()]
    steps = [after - before for before, after in itertools.pairwise([-1, *places])]
    assert max(steps) - min(steps) <= 1
    assert places[-1] == ARTICLES - 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"absent\.jsonl: No such file"):
        prepare_file(tmp_path / "absent.jsonl", tmp_path / "prepared.jsonl", None)


def test_a_cut_gzip_file_is_an_error(tiny_file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(tiny_file.read_bytes())[:-40])
    with pytest.raises(CorpusError, match="cannot read the corpus"):
        prepare_file(cut, tmp_path / "prepared.jsonl", None)


def test_a_file_without_articles_is_an_error(
    write_corpus: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match="no articles in"):
        prepare_file(write_corpus(['{"a": 1}']), tmp_path / "prepared.jsonl", None)

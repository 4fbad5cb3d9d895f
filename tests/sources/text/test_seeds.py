"""The sample articles that come with the project, and the page they are modelled on."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.sources.conftest import read_all

SEEDS = sorted(ROOT.glob("seeds/*.txt"))
# A saved page that belongs to its publisher and is not part of the project.
MODEL = ROOT.parent / "shared" / "seeds" / "000_32d8ca73eb4d3cfe.txt"


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_every_sample_is_read_whole(path: Path) -> None:
    result = read_all(path)
    article = result.article
    assert not result.rejects
    assert not result.notices
    assert all((article.headline, article.body, article.section, article.publisher))
    assert article.published is not None
    page = path.read_text(encoding="utf-8")
    assert page.count("\n  •") == sum(bool(caption.alt) for caption in article.captions)
    assert len([line for line in page.split("\n") if line.startswith("Author:")]) <= 1
    assert bool(article.authors) == any(
        line.strip().startswith(("Author:", "Autor:", "Autorin:", "Auteur:"))
        for line in page.split("\n")
    )
    for caption in article.captions:
        for part in filter(None, (caption.text, caption.title, caption.alt, caption.gallery)):
            assert part not in article.body
            assert part in page
    for line in article.body.split("\n\n"):
        assert line in page
        assert not line.startswith(("•", " ", "Author"))


def test_the_samples_are_in_four_languages_and_all_different() -> None:
    result = read_all(ROOT / "seeds")
    assert len({article.id for article in result.articles}) == len(SEEDS) >= 30
    assert {article.publisher for article in result.articles} > {"Der Nordbote", "Harbour Post"}


@pytest.mark.skipif(not MODEL.exists(), reason="the page the samples are modelled on is absent")
def test_the_page_that_the_samples_are_modelled_on() -> None:
    page = MODEL.read_text(encoding="utf-8")
    paragraphs = [paragraph for paragraph in page.split("\n\n") if paragraph.strip()]
    headline, section, publisher, date = page.split("\n")[0].strip()[17:].split(" | ")
    article = read_all(MODEL).article
    assert (article.headline, article.section) == (headline, section)
    assert article.publisher == publisher
    assert article.published == datetime.strptime(f"{date} +0000", "%d.%m.%Y %z")
    assert article.authors == tuple(re.findall("Author: (.*)", page))
    desk = re.findall(r"^\w+/\w+ \((\w+), (\w+)\)", page, re.MULTILINE)
    assert article.agencies == desk[0]
    assert article.body.split("\n\n") == [paragraphs[3], *paragraphs[5:11]]
    lead, *slides = article.captions
    assert f"{lead.text} ({lead.credit})" == paragraphs[4]
    assert lead.credit.count("/") == 2
    assert len(slides) == 9
    for slide, start in zip(slides, range(11, 47, 4), strict=True):
        described, gallery, title, text = paragraphs[start : start + 4]
        assert described == f"  • {slide.alt}"
        assert slide.gallery == (gallery.strip() if start == 11 else "")
        assert (slide.title, slide.text) == (title.strip(), text.strip())

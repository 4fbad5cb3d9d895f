"""Here is an object in the vocabulary of schema.org: which article is it?"""

from __future__ import annotations

import re
from typing import Any

from searchkit.sources.fields.bylines import is_agency
from searchkit.sources.fields.shape_parts import (
    Record,
    captions_of,
    first_of,
    list_of,
    names_of,
    object_of,
    plain_text,
    text_or_names,
)

__all__ = ["schema_article", "single_articles"]

# Articles and their like, of which schema.org has many kinds: NewsArticle, BlogPosting, Report.
_KINDS_OF_ARTICLES = re.compile(r"(?:.*[:/#])?(?:\w*Article|(?!Job)\w+Posting|Report|Review)")


def single_articles(record: Record) -> list[Record]:
    """The record; or where it is a graph of several articles, a graph for each, with the nodes
    that it names.
    """
    nodes = [node for node in list_of(record.get("@graph")) if isinstance(node, dict)]
    articles = [node for node in nodes if _is_article(node)]
    if len(articles) < 2:
        return [record]
    by_id = _by_id(nodes)
    return [{"@graph": [article, *_named(article, by_id)]} for article in articles]


def _by_id(nodes: list[Record]) -> dict[str, Record]:
    # Of several nodes of one name the others only refer to that which says most.
    named = [node for node in nodes if isinstance(node.get("@id"), str)]
    return {node["@id"]: node for node in sorted(named, key=len)}


def _named(article: Record, by_id: dict[str, Record]) -> list[Record]:
    """The nodes that stand in the article by their ids."""
    held = (object_of(value).get("@id") for values in article.values() for value in list_of(values))
    names = dict.fromkeys(name for name in held if isinstance(name, str))
    return [by_id[name] for name in names if name in by_id]


def schema_article(record: Record) -> Record:
    """The record under an article's keys; of a graph its first article, with what it names."""
    nodes = [node for node in list_of(record.get("@graph")) if isinstance(node, dict)]
    by_id = _by_id(nodes)
    of_articles = (node for node in nodes if _is_article(node))
    node = record if not nodes or _is_article(record) else next(of_articles, record)

    if not (_is_article(node) or node.get("headline") or node.get("articleBody")):
        return {}  # a site, a person: nodes of their own, which lists hold too

    def resolved(key: str) -> list[Any]:
        """What is under a key; of what is named there by its id, the node with it."""
        held = list_of(node.get(key))
        ids = [value.get("@id") if isinstance(value, dict) else None for value in held]
        return [
            by_id.get(name, value) if isinstance(name, str) else value
            for name, value in zip(ids, held, strict=True)
        ]

    page = first_of(resolved("mainEntityOfPage"))
    language = first_of(resolved("inLanguage"))
    pictures = (*resolved("image"), *resolved("associatedMedia"))
    author = node.get("author") or node.get("creator")
    authors = names_of(resolved("author") or resolved("creator"))
    return {
        "id": node.get("identifier") if isinstance(node.get("identifier"), str) else None,
        "headline": node.get("headline") or node.get("name"),
        "body": plain_text(node.get("articleBody") or node.get("text")),
        "summary": plain_text(node.get("description") or node.get("abstract")),
        "captions": captions_of(
            {
                "title": picture.get("headline"),
                "text": picture.get("caption") or picture.get("description"),
                "credit": picture.get("creditText") or names_of(picture.get("creator")),
                "alt": picture.get("name") or picture.get("alternateName"),
            }
            for picture in pictures
            if isinstance(picture, dict)
        ),
        "published": node.get("datePublished") or node.get("dateCreated"),
        "section": first_of(list_of(node.get("articleSection"))),
        "publisher": first_of(names_of(resolved("publisher") or resolved("sourceOrganization"))),
        "authors": author
        if isinstance(author, str)
        else [name for name in authors if not is_agency(name)],
        "agencies": [name for name in authors if is_agency(name)],
        # The name of a language is words, its other name the code.
        "language": object_of(language).get("alternateName") or first_of(names_of(language)),
        "url": node.get("url") or (page.get("@id") if isinstance(page, dict) else page),
        "keywords": text_or_names(node.get("keywords")),
    }


def _is_article(node: Record) -> bool:
    kinds = list_of(node.get("@type"))
    return any(isinstance(kind, str) and _KINDS_OF_ARTICLES.fullmatch(kind) for kind in kinds)

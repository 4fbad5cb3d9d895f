"""`searchkit show`: one article, whole."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import as_json


@click.command(short_help="Show one article whole.")
@click.argument("article_id", metavar="ID")
@as_json
@click.pass_obj
def show(directory: Path, article_id: str, json: bool) -> None:
    """Show the article with this ID, as search prints it, with body and captions.

    Exit status: 0 shown, 1 no such article, 2 error.
    """
    import searchkit

    from .. import render, terminal

    with searchkit.open(directory) as archive:
        article = archive.get(article_id)
        copies = archive.copies(article_id)
    if article is None:
        terminal.remark(f"no article has the id {article_id}; `searchkit search` shows the ids")
        raise click.exceptions.Exit(1)
    render.article(article, copies, json=json)

"""One run of a command: what are its options, what does it say meanwhile, where do results go?"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from benchmarks.corpus import Corpus, CorpusError, prepare_files, prepare_made_up
from benchmarks.machine import Circumstances, describe_machine, git_state
from benchmarks.tables import Sheet, print_sheet, to_markdown

__all__ = [
    "CommandError",
    "Session",
    "begin_session",
    "corpus_option",
    "described",
    "limit_option",
    "out_option",
    "runs_option",
]

_RUNS_DIRECTORY = Path(__file__).parent / "runs"
_JSON_VERSION = 2

_Command = TypeVar("_Command", bound=Callable[..., Any])

corpus_option = click.option(
    "--corpus",
    "sources",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="JSON lines, gzipped or not: id, headline, body, captions, date, section, author, "
    "source, url; may be given again, for one corpus of several files. Without it, articles "
    "are generated, always the same ones.",
)
out_option = click.option(
    "--out",
    metavar="DIRECTORY",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write the results.  [default: benchmarks/runs/DATE-COMMAND, with the corpus]",
)


def limit_option(made_up: int) -> Callable[[_Command], _Command]:
    """The option --limit, without which so many articles are generated."""
    return click.option(
        "--limit",
        type=click.IntRange(min=1),
        help=f"At most so many articles.  [default: all, or {made_up:,} generated ones]",
    )


def runs_option(default: int, what: str) -> Callable[[_Command], _Command]:
    """The option --runs; `what` is run that often."""
    return click.option(
        "--runs",
        type=click.IntRange(min=1),
        default=default,
        show_default=True,
        help=f"How often {what}.",
    )


class CommandError(click.ClickException):
    """What the caller can mend; one line, exit code 2."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a command. `scratch` is a directory that goes with it."""

    question: str
    circumstances: Circumstances
    scratch: Path
    progress: Console

    def tell(self, text: str) -> None:
        """A line for whoever waits."""
        self.progress.print(text, markup=False)

    def prepare(self, sources: Sequence[Path], limit: int | None, made_up: int) -> Corpus:
        """The corpus of these files; without any, `limit` generated articles (None: `made_up`).

        Raises CommandError.
        """
        names = ", ".join(source.name for source in sources)
        self.tell(f"Preparing {names or 'generated articles'} …")
        path = self.scratch / "corpus.jsonl"
        if not sources:
            return prepare_made_up(path, limit or made_up)
        try:
            return prepare_files(sources, path, limit)
        except CorpusError as error:
            raise CommandError(str(error)) from error

    def keep(
        self,
        sheet: Sheet,
        results: dict[str, Any],
        out: Path | None,
        sources: Sequence[Path] = (),
        draw: Callable[..., None] | None = None,
    ) -> Path:
        """Prints the sheet, and writes it as table.md, the results with the circumstances as
        results.json, and what `draw` draws as .png and .svg into the directory, which it returns.
        """
        print_sheet(sheet, Console())
        directory = out or self._default_directory(sources)
        directory.mkdir(parents=True, exist_ok=True)
        head = {"version": _JSON_VERSION, "benchmark": self.question}
        document = {**head, **asdict(self.circumstances), **results}
        text = json.dumps(document, indent=2, ensure_ascii=False)
        (directory / "results.json").write_text(text + "\n", encoding="utf-8")
        (directory / "table.md").write_text(to_markdown(sheet), encoding="utf-8")
        if draw:
            try:
                draw(*(directory / f"{self.question}.{suffix}" for suffix in ("png", "svg")))
            except ImportError as error:
                self.tell(f"No chart: {error}; pip install 'searchkit[bench]'")
        self.progress.print(f"Written to {directory}", markup=False, soft_wrap=True)
        return directory

    def _default_directory(self, sources: Sequence[Path]) -> Path:
        names = [re.sub(r"\.jsonl?(\.gz)?$", "", source.name) for source in sources]
        return _RUNS_DIRECTORY / "-".join([self.circumstances.date, self.question, *names])


@contextlib.contextmanager
def begin_session(context: click.Context) -> Iterator[Session]:
    """The session of a command that was called; what is temporary goes at its end."""
    question = context.info_name or ""
    with tempfile.TemporaryDirectory(prefix="searchkit-bench-") as place:
        circumstances = Circumstances(
            command=_command_line(context),
            date=date.today().isoformat(),
            machine=describe_machine(Path(place)),
            git=git_state(),
        )
        console = Console(stderr=True, highlight=False)
        yield Session(question, circumstances, Path(place), console)


def described(corpus: Corpus) -> dict[str, Any]:
    """A corpus for the JSON: without the paths of this machine."""
    return {name: value for name, value in asdict(corpus).items() if name != "path"}


def _command_line(context: click.Context) -> str:
    """The options that were given; files by name only, and not where the results went."""
    words = [f"python -m benchmarks {context.info_name}"]
    for option in context.command.params:
        name = option.name or ""
        source = context.get_parameter_source(name)
        if name == "out" or source is not click.core.ParameterSource.COMMANDLINE:
            continue
        value = context.params[name]
        if value is True:
            words.append(option.opts[0])
            continue
        values = value if isinstance(value, tuple) else [value]
        shown = (each.name if isinstance(each, Path) else each for each in values)
        words += [f"{option.opts[0]} {each}" for each in shown]
    return " ".join(words)

"""The command `searchkit`: its global options, and what happens to errors."""

from __future__ import annotations

import os
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from .options import EXIT_INTERRUPTED

__all__ = ["main", "run"]

_COMMANDS = (
    *("index", "read", "search", "show", "delete", "info", "terms", "verify", "repair", "compact"),
    *("export", "import-whoosh"),
)


class Failure(click.ClickException):
    """An error of the user's making or the machine's: one line, status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Writes the line to standard error."""
        from searchkit import harmless

        click.echo(f"searchkit: {harmless(self.message)}", err=True, file=file)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """What the library warns of, such as a damaged commit: one line without Python's own."""
    from searchkit import harmless

    click.echo(f"searchkit: {harmless(str(message))}", err=True)


class Program(click.Group):
    """The group of commands, with one place for every error that they let through.

    A command is imported when it is asked for: all of them take as long as a search.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names, as help lists them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f".commands.{name}", __package__), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command and gives each kind of ending its exit status."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("default", UserWarning)
                warnings.showwarning = _show_warning
                result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except BrokenPipeError:
            # The reader, such as `head`, has had enough. Python would complain once more
            # when it flushes standard output at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except KeyboardInterrupt:
            click.echo("searchkit: interrupted", err=True)
            ctx.exit(EXIT_INTERRUPTED)
        except Exception as error:
            # Imported late: help and completion must not wait for the library.
            from searchkit.errors import SearchKitError

            if isinstance(error, SearchKitError):
                raise Failure(str(error)) from error
            if isinstance(error, OSError):
                place = f"{error.filename}: " if error.filename else ""
                raise Failure(f"{place}{error.strerror or error}") from error
            raise
        return result


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 found or done, 1 nothing found or (verify) damaged, 2 error, "
    "130 interrupted.",
)
@click.option(
    "--index",
    "directory",
    type=click.Path(path_type=Path),
    default=Path("searchkit.idx"),
    envvar="SEARCHKIT_INDEX",
    show_default=True,
    show_envvar=True,
    metavar="DIR",
    help="The directory of the index.",
)
@click.version_option(package_name="searchkit", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, directory: Path) -> None:
    """Full-text search for news archives.

    Index files of articles, then search headlines, bodies and captions:

    \b
      searchkit index articles/ more.jsonl.gz
      searchkit search 'harbour fire'
      searchkit search '"night train" OR ferry' --since 2020 --section news
    """  # noqa: D301  # click's \b keeps the lines below as they are
    ctx.obj = directory


def run() -> None:
    """The console script."""
    main(prog_name="searchkit")

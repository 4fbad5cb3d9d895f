"""``python -m benchmarks``: one command for each question."""

from __future__ import annotations

import signal
import sys

import click

from benchmarks.duplicates import duplicates
from benchmarks.extraction import extraction
from benchmarks.indexing import indexing
from benchmarks.kernels import kernels
from benchmarks.profiling import profile
from benchmarks.relevance import relevance
from benchmarks.scaling import scaling
from benchmarks.searching import search
from benchmarks.upkeep import upkeep

__all__ = ["main", "run"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """How fast, how small, how good, beside whom?"""


main.add_command(duplicates)
main.add_command(extraction)
main.add_command(indexing)
main.add_command(kernels)
main.add_command(relevance)
main.add_command(scaling)
main.add_command(search)
main.add_command(upkeep)
main.add_command(profile)


def run() -> None:
    """The command as a program: interrupted, it removes what is temporary and exits with 130."""
    # Ended by `kill`, it must end its workers too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = main.main(prog_name="python -m benchmarks", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing was written.", err=True)
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    run()

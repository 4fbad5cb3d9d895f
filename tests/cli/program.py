"""The command, run within the tests' process or as one of its own."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from searchkit_cli.main import main

SEARCHKIT = [sys.executable, "-c", "from searchkit_cli.main import run; run()"]


def run(index: Path, *arguments: str, input: str | None = None) -> Result:  # noqa: A002
    result = CliRunner().invoke(main, ["--index", str(index), *arguments], input=input)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run_json(index: Path, *arguments: str) -> Any:
    return json.loads(run(index, *arguments, "--json").stdout)


def in_terminal(*command: str, typed: str = "", **environment: str) -> str:
    """What a command writes when all its streams are a terminal, where this is typed."""
    master, slave = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment}
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env)
    os.close(slave)
    os.write(master, typed.encode())
    output = b""
    try:
        while chunk := os.read(master, 65_536):
            output += chunk
    except OSError:
        pass  # Linux reports the end of a terminal as an error.
    os.close(master)
    assert process.wait(60) in (0, 1)
    return output.decode()

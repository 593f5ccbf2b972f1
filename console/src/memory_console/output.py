"""What the command prints: for people with colours, for programs as JSON."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from typing import Any

import click
from rich.console import Console

from memory_console.escapes import one_line

_BINARY_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_STEP = 1024


class Output:
    """Standard output and standard error.

    Attributes:
        as_json: Whether standard output is read by a program.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    @cached_property
    def console(self) -> Console:
        """Standard output for people."""
        return Console(highlight=False, soft_wrap=True)

    @cached_property
    def errors(self) -> Console:
        """Standard error: progress and remarks."""
        return Console(stderr=True, highlight=False, soft_wrap=True)

    def json(self, found: Any) -> None:
        """Print one object on a line of its own."""
        sys.stdout.write(one_line(json.dumps(found, ensure_ascii=False)) + "\n")

    def say(self, text: str) -> None:
        """Remark on what was done, unless a program reads."""
        if not self.as_json:
            self.errors.print(one_line(text), markup=False)

    def ask(self, question: str, *, yes: bool) -> None:
        """Ask for confirmation, unless it was given already.

        Raises:
            click.Abort: The answer is no.
            click.UsageError: Nobody is there to answer.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError("nobody is there to confirm: give --yes")
        click.confirm(one_line(question), abort=True, err=True)


def shown_size(octets: int) -> str:
    """Return a number of bytes as people read it, such as `1.2 KiB`."""
    number = float(octets)
    for unit in _BINARY_UNITS:
        if number < _STEP or unit == _BINARY_UNITS[-1]:
            return f"{octets} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= _STEP
    raise AssertionError

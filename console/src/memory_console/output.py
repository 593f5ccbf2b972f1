"""What the command prints: for people with colours, for programs as JSON."""

from __future__ import annotations

import json
import re
import sys
from functools import cached_property
from typing import Any

import click
from rich.console import Console

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile(r"(?![\n\t])" + _CONTROL.pattern)
_BINARY_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_STEP = 1024
_LATIN_1 = 0xFF


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
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")

    def say(self, text: str) -> None:
        """Remark on what was done, unless a program reads."""
        if not self.as_json:
            self.errors.print(text, markup=False)

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
        click.confirm(question, abort=True, err=True)


def one_line(text: str) -> str:
    """Return a text as it can be shown on one line: what a terminal would obey or hide is written out."""
    return _CONTROL.sub(_escaped, text)


def harmless(text: str) -> str:
    """Return a text whose lines and tabs stay, but nothing else that a terminal would obey."""
    return _CONTROL_BUT_LINES.sub(_escaped, text)


def shown_size(octets: int) -> str:
    """Return a number of bytes as people read it, such as `1.2 KiB`."""
    number = float(octets)
    for unit in _BINARY_UNITS:
        if number < _STEP or unit == _BINARY_UNITS[-1]:
            return f"{octets} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= _STEP
    raise AssertionError


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= _LATIN_1 else f"\\u{code:04x}"

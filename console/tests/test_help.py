"""The help teaches by example, so the examples run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click
import pytest
from memory_console.command import main
from memory_console.examples import ExampleCommand

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from conftest import Values

_CONTEXT = click.Context(main)
_ALL = [name for name in main.list_commands(_CONTEXT) if name != "cost"]  # which has tests of its own


def _lines(name: str) -> list[str]:
    found = main.get_command(_CONTEXT, name)
    return [f"{name} {inner}" for inner in found.commands] if isinstance(found, click.Group) else [name]


COMMANDS = [line for name in _ALL for line in _lines(name)]
THAT_STAY = ("explore",)  # until they are interrupted


def command(line: str) -> ExampleCommand:
    name, _, inner = line.partition(" ")
    found = main.get_command(_CONTEXT, name)
    if isinstance(found, click.Group):
        found = found.commands[inner]
    assert isinstance(found, ExampleCommand)
    return found


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in THAT_STAY])
def test_examples_of_the_help_run(
    values: Values, run: Callable[..., Result], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert command(name).examples
    for example in command(name).examples:
        program, *arguments = shlex.split(example.line)
        result = run(*arguments)

        assert program == "memory-service"
        assert result.exit_code == 0, f"{example.line}: {result.output}"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_the_examples(run: Callable[..., Result], name: str) -> None:
    text = run(*name.split(), "--help").stdout

    assert all(f"  # {example.does}\n  {example.line}\n" in text for example in command(name).examples)
    assert "--json" in text


def test_every_command_is_in_the_help(run: Callable[..., Result]) -> None:
    text = run("--help").stdout

    assert all(f"\n  {name} " in text for name in [*_ALL, "cost"])
    assert "Exit codes" in text


def test_unknown_command_is_refused(run: Callable[..., Result]) -> None:
    assert run("fetch").exit_code == 2

"""The reference of the command `memory-service`, from its own help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from memory_console.command import main
from memory_console.examples import ExampleCommand

if TYPE_CHECKING:
    from collections.abc import Iterator


def page() -> str:
    """Return the page: each command with its arguments, options and examples.

    Raises:
        ValueError: An option says nothing of itself.
    """
    context = click.Context(main, info_name="memory-service")
    blocks = [
        "# Commands",
        "What `memory-service COMMAND --help` says. What each is for: [the console](../../console/README.md).",
    ]
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if isinstance(command, click.Group):
            for inner, one in command.commands.items():
                blocks += _command(f"{name} {inner}", one, context)
        elif command is not None:
            blocks += _command(name, command, context)
    return "\n\n".join(blocks) + "\n"


def _command(name: str, command: click.Command, context: click.Context) -> Iterator[str]:
    inner = click.Context(command, info_name=name, parent=context)
    yield f"## {name}"
    yield _text(command.help or "")
    yield f"```text\n{command.get_usage(inner).removeprefix('Usage: ')}\n```"
    rows = [
        _option(name, parameter, inner)
        for parameter in command.get_params(inner)
        if isinstance(parameter, click.Option)
    ]
    yield "\n".join(["| option | |", "|---|---|", *rows])
    if isinstance(command, ExampleCommand) and command.examples:
        lines = [f"# {example.does}\n{example.line}" for example in command.examples]
        yield "```sh\n" + "\n\n".join(lines) + "\n```"


def _option(name: str, option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    if record is None or not record[1]:
        raise ValueError(f"{name} {option.opts[0]} says nothing of itself")
    spelled, said = record
    return f"| `{_cell(spelled)}` | {_cell(_prose(said))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _prose(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[").replace("_", "\\_")


def _text(text: str) -> str:
    return "\n\n".join(_prose(" ".join(part.split())) for part in text.replace("\b", "").split("\n\n"))

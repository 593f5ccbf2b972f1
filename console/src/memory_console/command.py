"""The command `memory-service`."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click
import memory

from memory_console import __version__
from memory_console.escapes import escape_streams, one_line
from memory_console.failures import PARTLY, Failure, FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMANDS = {  # the module of each, and its name there
    "get": ("memory_console.commands.get", "get"),
    "put": ("memory_console.commands.put", "put"),
    "ls": ("memory_console.commands.ls", "ls"),
    "stat": ("memory_console.commands.stat", "stat"),
    "touch": ("memory_console.commands.touch", "touch"),
    "rm": ("memory_console.commands.rm", "rm"),
    "clear": ("memory_console.commands.clear", "clear"),
    "invalidate": ("memory_console.commands.invalidate", "invalidate"),
    "export": ("memory_console.commands.export", "export"),
    "import": ("memory_console.commands.import_", "import_"),
    "explore": ("memory_console.commands.explore", "explore"),
    "changes": ("memory_console.commands.changes", "changes"),
    "doctor": ("memory_console.commands.doctor", "doctor"),
    "layers": ("memory_console.commands.layers", "layers"),
    "cost": ("memory_console.cost.command", "cost"),
}


class Commands(click.Group):
    """Commands that are imported when they are used: `ls` need not wait for a web server to load."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None if there is none of this name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command; what cannot be written does not end in a traceback."""
        if sys.stdout is None:  # it was closed by whoever started the command
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
        escape_streams()
        try:
            return super().main(*args, **kwargs)
        finally:
            _flush()

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the command's own options."""
        with _refusals_on_one_line():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a subcommand; files and what it was told are refused in one line."""
        with _refusals_on_one_line():
            try:
                return super().invoke(ctx)
            except (BrokenPipeError, click.exceptions.Exit):
                raise
            except memory.MemoryServiceError as error:
                raise Failure(error, as_json=False) from error
            except OSError as error:
                raise Failure(FileError.of(error), as_json=False) from error


@contextmanager
def _refusals_on_one_line() -> Iterator[None]:
    """Write out what terminals obey in click's messages, which repeat what was typed or a listing has brought."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        hint = ""
        if isinstance(error, click.NoSuchOption) and not error.option_name.startswith("--"):
            hint = " What begins with - and is no option goes behind --, as in: put shop balance -- -5"
        text = one_line(error.format_message()) + hint
        raise click.UsageError(text, error.ctx) from None


def _flush() -> None:
    """Write what is left for standard output; nobody may be there to read it any more, as behind `| head`."""
    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        with suppress(OSError, ValueError):  # else Python tries again at its end, and complains
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(PARTLY) from None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 done in part or faults found, 2 not allowed, 3 no such value, 4 changed by somebody"
    " else, 5 access denied, 6 wrong configuration, 7 corrupt value, 8 no answer.",
)
@click.version_option(__version__)
def main() -> None:
    """Read, write, explore and check a Memory Service.

    Values are typed, belong to a service, and lie in an S3 bucket that --bucket or --stack names. Credentials,
    profiles and AWS_ENDPOINT_URL are AWS's usual ones. `memory-service COMMAND --help` shows examples.
    """

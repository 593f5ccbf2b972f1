"""The command `memory-service`."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

import click

from memory_console import __version__

_COMMANDS = {
    "get": "memory_console.commands.get",
    "put": "memory_console.commands.put",
    "ls": "memory_console.commands.ls",
    "stat": "memory_console.commands.stat",
    "rm": "memory_console.commands.rm",
    "clear": "memory_console.commands.clear",
    "export": "memory_console.commands.export",
    "import": "memory_console.commands.import_",
    "explore": "memory_console.commands.explore",
    "doctor": "memory_console.commands.doctor",
    "cost": "memory_console.cost.command",
}


class Commands(click.Group):
    """Commands that are imported when they are used: `ls` need not wait for a web server to load."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return [name for name, module in _COMMANDS.items() if _is_there(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None if there is none of this name."""
        del ctx
        module = _COMMANDS.get(cmd_name)
        if module is None or not _is_there(module):
            return None
        found: click.Command = getattr(importlib.import_module(module), module.rpartition(".")[2])
        return found


def _is_there(module: str) -> bool:
    return find_spec(module.rpartition(".")[0]) is not None


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

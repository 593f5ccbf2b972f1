"""The command `memory-service`."""

from __future__ import annotations

import importlib

import click

from memory_console import __version__

_COMMANDS = {  # the module of each, and its name there
    "get": ("memory_console.commands.get", "get"),
    "put": ("memory_console.commands.put", "put"),
    "ls": ("memory_console.commands.ls", "ls"),
    "stat": ("memory_console.commands.stat", "stat"),
    "rm": ("memory_console.commands.rm", "rm"),
    "clear": ("memory_console.commands.clear", "clear"),
    "export": ("memory_console.commands.export", "export"),
    "import": ("memory_console.commands.import_", "import_"),
    "explore": ("memory_console.commands.explore", "explore"),
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

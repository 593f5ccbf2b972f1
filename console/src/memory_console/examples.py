"""Commands whose help teaches by example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Sequence


class Example(NamedTuple):
    """A command line that works as it stands, and what it does."""

    line: str
    does: str


class ExampleCommand(click.Command):
    """A command with examples at the end of its help.

    Args:
        examples: They run one after the other in an empty bucket; the tests do that.
    """

    def __init__(self, *args: Any, examples: Sequence[Example] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        super().format_epilog(ctx, formatter)
        if not self.examples:
            return
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"  # {example.does}\n  {example.line}\n\n")

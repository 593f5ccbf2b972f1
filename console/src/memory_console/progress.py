"""Progress on standard error, for people at a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from memory_console.output import Output


@contextmanager
def counting(output: Output, what: str, total: int | None = None) -> Iterator[Callable[[float], None]]:
    """Show how far something is; what is yielded is told.

    Args:
        output: Knows standard error.
        what: What is done, such as `exporting`.
        total: Where it ends; None if that is not known.
    """
    columns = [SpinnerColumn(), TextColumn("{task.description}")]
    if total is None:
        columns.append(TextColumn("{task.completed:,.0f}"))
    else:
        columns += [BarColumn(), TaskProgressColumn(), TimeRemainingColumn()]
    silent = output.as_json or not output.errors.is_terminal
    with Progress(*columns, console=output.errors, transient=True, disable=silent) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)

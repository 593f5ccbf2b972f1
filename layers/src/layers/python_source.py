"""Python modules as a layer holds them.

A layer cannot be written to, so that every cold start compiles what it imports: what only people and type checkers read
is left out.
"""

from __future__ import annotations

import ast
import io
import tokenize
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DOCUMENTED = (ast.Module, ast.ClassDef, *_FUNCTIONS)
_ARROW = b"->"


class _Cut(NamedTuple):
    """A part of a module, by lines from 0 and bytes in them, and what takes its place."""

    start: tuple[int, int]
    end: tuple[int, int]
    instead: bytes = b""


def at_run_time(source: str) -> str:
    """Return a module without comments, docstrings, annotations of functions and variables, and what only those need.

    Every statement stays on its line, for tracebacks, and is indented no more than it has to be.

    Args:
        source: The module. Nobody may look at its `__doc__`, at annotations other than those of classes, or there for
            what it has from `typing`.
    """
    lines = [line.encode() for line in source.splitlines()]
    read = _without(lines, [*_comments(source), *_unread(ast.parse(source), lines)])
    return _narrow(_without([line.encode() for line in read.splitlines()], _unused(ast.parse(read))))


def _without(lines: list[bytes], all_cuts: Iterable[_Cut]) -> str:
    last: _Cut | None = None
    cuts = []
    for cut in sorted(all_cuts):
        if last is None or cut.start >= last.end:  # else it is a part of that
            cuts.append(cut)
            last = cut
    for start, end, instead in reversed(cuts):
        before, after = lines[start[0]][: start[1]] + instead, lines[end[0]][end[1] :]
        lines[start[0] : end[0] + 1] = [before + after, *[b""] * (end[0] - start[0])]
    return "".join([f"{line.decode()}\n" for line in lines])


def _narrow(source: str) -> str:
    """Return a module indented by one space a level, and not at all where a line only goes on."""
    levels: dict[int, int] = {}
    kept: set[int] = set()  # lines that begin inside of a string
    level, begins = 0, True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, last = token.start[0], token.end[0]
        if token.type == tokenize.INDENT:
            level += 1
        elif token.type == tokenize.DEDENT:
            level -= 1
        elif token.type == tokenize.NEWLINE:
            begins = True
        elif token.type != tokenize.NL:
            if begins:
                levels[row], begins = level, False
            kept.update(range(row + 1, last + 1))
    lines = enumerate(source.splitlines(), 1)
    narrowed = [line if row in kept else " " * levels.get(row, 0) + line.lstrip() for row, line in lines]
    return "".join([f"{line}\n" for line in narrowed])


def _comments(source: str) -> Iterator[_Cut]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            (row, column), line = token.start, token.line
            start = len(line[:column].rstrip().encode())
            yield _Cut((row - 1, start), (row - 1, len(line.rstrip("\n").encode())))


def _unread(module: ast.Module, lines: list[bytes]) -> Iterator[_Cut]:
    """Yield what nothing reads when the module runs, but for comments."""
    for node in ast.walk(module):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            text, *others = node.body
            has_line = not others or others[0].lineno > (text.end_lineno or 0)
            is_needed = not others and not isinstance(node, ast.Module)  # a body needs a statement
            yield _cut(text, instead=b"" if has_line and not is_needed else b'""')
        if isinstance(node, _FUNCTIONS):
            yield from _annotations(node, lines)
            if any(
                isinstance(decorator, ast.Name) and decorator.id == "overload"
                for decorator in node.decorator_list
            ):
                first = node.decorator_list[0]
                yield _cut(node)._replace(start=(first.lineno - 1, first.col_offset - 1))
        if isinstance(node, ast.Module):
            for statement in node.body:
                if _is_for_type_checkers(statement):
                    yield _cut(statement)
                elif isinstance(statement, ast.AnnAssign):
                    yield from _annotation(statement)


def _unused(module: ast.Module) -> Iterator[_Cut]:
    """Yield what is imported at the top of a module for what has been left out."""
    nodes = list(ast.walk(module))
    read = {node.id for node in nodes if isinstance(node, ast.Name)}
    if any(isinstance(node, ast.AnnAssign) for node in nodes):
        read.add("annotations")  # without it they would be worked out
    for statement in module.body:
        if isinstance(statement, ast.ImportFrom) and statement.module in ("__future__", "typing"):
            names = [alias.name for alias in statement.names if (alias.asname or alias.name) in read]
            if len(names) < len(statement.names):
                line = f"from {statement.module} import {', '.join(names)}" if names else ""
                yield _cut(statement, line.encode())


def _annotations(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[bytes]) -> Iterator[_Cut]:
    its = function.args
    for argument in (*its.posonlyargs, *its.args, *its.kwonlyargs, its.vararg, its.kwarg):
        if argument is not None and argument.annotation is not None:
            cut = _cut(argument)
            yield cut._replace(start=(cut.start[0], cut.start[1] + len(argument.arg.encode())))
    if function.returns is not None:
        cut = _cut(function.returns)
        row, column = cut.start
        start = lines[row][:column].rfind(_ARROW)
        if start >= 0:  # else it begins on a line before, which none does as formatted here
            yield cut._replace(start=(row, len(lines[row][:start].rstrip())))
    for node in ast.walk(function):
        if isinstance(node, ast.AnnAssign):
            yield from _annotation(node)


def _annotation(node: ast.AnnAssign) -> Iterator[_Cut]:
    if node.value is not None:
        yield _Cut(_cut(node.target).end, _cut(node.annotation).end)


def _is_for_type_checkers(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.If)
        and isinstance(statement.test, ast.Name)
        and statement.test.id == "TYPE_CHECKING"
        and not statement.orelse
    )


def _cut(node: ast.expr | ast.stmt | ast.arg, instead: bytes = b"") -> _Cut:
    end = (node.end_lineno or node.lineno) - 1, node.end_col_offset or 0
    return _Cut((node.lineno - 1, node.col_offset), end, instead)

"""Python modules as a layer holds them.

A layer cannot be written to, so that every cold start compiles what it imports: what only people read is left out.
"""

from __future__ import annotations

import ast
import io
import tokenize

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_prose(source: str) -> str:
    """Return a module without comments and docstrings. Every statement stays on its line, for tracebacks.

    Args:
        source: The module. Nobody may look at its `__doc__`.
    """
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            first, last = text.lineno - 1, (text.end_lineno or text.lineno) - 1
            # A body needs a statement; columns of the syntax tree count bytes.
            before = lines[first].encode()[: text.col_offset].decode()
            after = lines[last].encode()[text.end_col_offset or 0 :].decode()
            lines[first : last + 1] = [f'{before}""{after}', *[""] * (last - first)]
    return "".join([f"{line}\n" for line in lines])

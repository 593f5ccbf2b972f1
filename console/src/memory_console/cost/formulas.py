"""The formulas of offers.json: sums and products of numbers and names, such as `max(0, s3_gb - credit_gb)`.

They are read here, into trees; formulas.mjs works the same trees out. A name with dots, such as
`cloudfront.regions.{region}.transfer`, walks into the price list, and where it ends at an entry it means the entry's
number. What stands in braces is filled in.
"""

from __future__ import annotations

import math
import operator
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

#: A number, a name, or an operation's symbol with its operands.
Tree = float | str | list[Any]

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?(?:e\d+)?|[a-z{][\w.{}-]*|<=|>=|[-+*/()<>,])")
_LEVELS = (("<", "<=", ">", ">="), ("+", "-"), ("*", "/"))
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "min": min,
    "max": max,
    "ceil": math.ceil,
    "ratio": lambda part, whole: part / whole if whole else 0.0,
}


class FormulaError(ValueError):
    """A formula that cannot be read, or that names what is not there."""


def parse(text: str) -> Tree:
    """Read a formula.

    Raises:
        FormulaError: it is none.
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != "".join(text.split()):
        raise FormulaError(f"{text!r} has signs that no formula has")
    left = [*reversed(tokens)]
    tree = _binary(left, 0, text)
    if left:
        raise FormulaError(f"{text!r} ends before {left[-1]!r}")
    return tree


def _binary(left: list[str], level: int, text: str) -> Tree:
    if level == len(_LEVELS):
        return _operand(left, text)
    tree = _binary(left, level + 1, text)
    while left and left[-1] in _LEVELS[level]:
        tree = [left.pop(), tree, _binary(left, level + 1, text)]
    return tree


def _operand(left: list[str], text: str) -> Tree:
    token = left.pop() if left else ""
    if token[:1].isdigit():
        return float(token)
    if token == "(":  # noqa: S105 - a parenthesis is no password
        return _operands(left, text)[0]
    if token in _OPERATIONS and token.isalpha():
        left.pop()
        return [token, *_operands(left, text)]
    if not (token[:1].isalpha() or token[:1] == "{"):
        raise FormulaError(f"{text!r} lacks a number or a name")
    return token


def _operands(left: list[str], text: str) -> list[Tree]:
    found = [_binary(left, 0, text)]
    while left and left[-1] == ",":
        left.pop()
        found.append(_binary(left, 0, text))
    if not left or left.pop() != ")":
        raise FormulaError(f"{text!r} lacks a parenthesis")
    return found


class Scope:
    """Names and what they mean: numbers, parts of the price list, and quantities worked out once when needed.

    Args:
        known: what has its meaning already.
        quantities: formulas by name.
    """

    def __init__(self, known: dict[str, Any], quantities: dict[str, Tree]) -> None:
        self._known, self._quantities = known, quantities

    def knowing(self, **more: Any) -> Scope:
        """Return a scope within this one that knows more."""
        return Scope({**self._known, **more}, self._quantities)

    def value(self, tree: Tree) -> Any:
        """Work a formula out.

        Raises:
            FormulaError: it names what is not there.
        """
        if isinstance(tree, list):
            return _OPERATIONS[tree[0]](*[self.value(operand) for operand in tree[1:]])
        return self._meaning(self.filled(tree)) if isinstance(tree, str) else tree

    def filled(self, text: str) -> str:
        """Fill in what stands in braces: texts as they are, numbers for people."""
        if "{" not in text:
            return text
        return re.sub(r"\{([\w.]+)\}", lambda match: _written(self._meaning(match[1])), text)

    def _meaning(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        if name in self._quantities:
            found = self._known[name] = self.value(self._quantities[name])
            return found
        found = self._known
        for step in name.split("."):
            found = found.get(step)
            if found is None:
                raise FormulaError(f"there is no {name}")
        return found.get("usd", found.get("value")) if isinstance(found, dict) else found


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"{int(value) if value == int(value) else value:,}"

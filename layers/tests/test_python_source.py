from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from layers.python_source import at_run_time

MODULES = sorted((Path(__file__).resolve().parents[2] / "python-sdk" / "src").rglob("*.py"))


SERVE_ANNOTATIONS = ("__future__", "typing")


class Unread(ast.NodeTransformer):
    """Takes out of a syntax tree what only people and type checkers read."""

    def visit(self, node: ast.AST) -> ast.AST | None:
        super().generic_visit(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list):
                return None
            node.returns = None
            for inner in ast.walk(node):
                if isinstance(inner, ast.arg):
                    inner.annotation = None
            node.body = [self.plain(statement) for statement in node.body]
        if isinstance(node, ast.Module):
            node.body = [self.bare(part) for part in node.body if not self.is_for_type_checkers(part)]
        if isinstance(node, ast.ImportFrom) and node.module in SERVE_ANNOTATIONS:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            node.value = node.value.strip()
        return node

    def is_for_type_checkers(self, part: ast.stmt) -> bool:
        text = ast.unparse(part)
        return text.startswith("if TYPE_CHECKING:") and "\nelse:" not in text

    def plain(self, statement: ast.stmt) -> Any:
        for parent in ast.walk(statement):
            for field, value in ast.iter_fields(parent):
                if isinstance(value, list):
                    setattr(parent, field, [self.bare(part) for part in value])
        return self.bare(statement)

    def bare(self, part: Any) -> Any:
        if isinstance(part, ast.AnnAssign) and part.value is not None:
            return ast.copy_location(ast.Assign([part.target], part.value), part)
        return part


def shown(source: str) -> list[str]:
    """Return what a module does, a line each, with the number of the line."""
    tree: Any = Unread().visit(ast.parse(source))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            fields = {
                name: value for name, value in ast.iter_fields(node) if name not in ("body", "type_comment")
            }
            dumped = [
                ast.dump(it) if isinstance(it, ast.AST) else str(it)
                for it in fields.values()
                if not isinstance(it, list)
            ]
            found.append(f"{node.lineno} {type(node).__name__} {' '.join(dumped)}")
    return sorted(found)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_of_a_module_of_the_sdk_only_what_nothing_reads_is_left_out(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    run = at_run_time(source)
    assert shown(run) == shown(source)
    assert len(run) < len(source) or source.count("\n") < 5
    for unread in ('"""', " -> ", "@overload"):
        assert unread not in run


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_what_is_still_read_is_still_imported(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    run = at_run_time(source)
    read = {node.id for node in ast.walk(ast.parse(run)) if isinstance(node, ast.Name)}
    assert imported(run) == imported(source) & read
    has_annotations = any(isinstance(node, ast.AnnAssign) for node in ast.walk(ast.parse(run)))
    assert has_annotations == ("from __future__ import annotations" in run)


def imported(source: str) -> set[str]:
    """Return the names that come from `typing`, wherever they are imported."""
    nodes = ast.walk(ast.parse(source))
    return {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "typing"
        for alias in node.names
    }


def test_what_only_looks_like_prose_stays() -> None:
    source = 'a = "# no comment"\n\n\ndef f():\n    """Ünicode."""; b = """c\n    d"""\n    return b  # yes\n'
    run = at_run_time(source)
    assert run == 'a = "# no comment"\n\n\ndef f():\n ""; b = """c\n    d"""\n return b\n'


def test_what_is_imported_for_what_is_left_out_goes_with_it() -> None:
    source = (
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING, Any, NamedTuple\n\n"
        "N = NamedTuple('N', [])\nM: Any = 1\n"
    )
    assert at_run_time(source) == "\n\nfrom typing import NamedTuple\n\nN = NamedTuple('N', [])\nM = 1\n"


def test_annotations_of_classes_are_kept_and_not_worked_out() -> None:
    source = 'from __future__ import annotations\nclass N(NamedTuple):\n    "A name."\n    d: Unknown\n'
    assert at_run_time(source) == "from __future__ import annotations\nclass N(NamedTuple):\n\n d: Unknown\n"


def test_what_is_for_type_checkers_leaves_its_lines_empty() -> None:
    source = (
        "if TYPE_CHECKING:\n    import a\n\n@overload\ndef f(x: int) -> int: ...\n"
        "def f(ü: int = 1, *y: 'a -> b',\n      z: int) -> dict[str, int]:\n    b: int = 2\n    c: int\n    return {}\n"
        "class N(NamedTuple):\n    d: int = 1\n"
    )
    assert at_run_time(source) == (
        "\n\n\n\n\ndef f(ü = 1, *y,\nz):\n b = 2\n c: int\n return {}\nclass N(NamedTuple):\n d: int = 1\n"
    )

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from layers.python_source import without_prose

MODULES = sorted((Path(__file__).resolve().parents[2] / "python-sdk" / "src").rglob("*.py"))


def statements(source: str) -> list[tuple[int, str]]:
    """Return every statement but docstrings, with its line."""
    return [
        (node.lineno, type(node).__name__)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_of_a_module_of_the_sdk_only_what_people_read_is_left_out(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    run = without_prose(source)
    assert statements(run) == statements(source)
    assert len(run) < len(source) or source.count("\n") < 5
    assert '"""' not in run


def test_what_only_looks_like_prose_stays() -> None:
    source = 'a = "# no comment"\n\n\ndef f():\n    """Ünicode."""; b = """c\n    d"""\n    return b  # yes\n'
    run = without_prose(source)
    assert run == 'a = "# no comment"\n\n\ndef f():\n    ""; b = """c\n    d"""\n    return b\n'

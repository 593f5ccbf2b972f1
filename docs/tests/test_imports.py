"""No circles: whoever changes a room needs to know those below it, and none that knows it in turn.

Every import counts, at the top of a file, in a function or for type checkers alone: each says that one room knows
another.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    Graph = Mapping[str, AbstractSet[str]]

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "python-sdk" / "src" / "memory"

# The rooms of the SDK, lowest first, and whom they may know besides those of their own line. Whatever is behind a
# room's name is meant as well: `testing` has rooms of its own.
DIRECTIONS = {
    "basics": ("errors dates backoff fork wait_queue single_flight batch version", ""),
    "values": ("values advice value_writer value_reader canonical cache_name", "basics"),
    "documents": ("names nesting envelope touched compression entry changes", "basics values"),
    "environment": ("profile endpoints proxy trust", "basics"),
    "wire": ("exchange response_reader connection lookup dial pool wire", "basics environment"),
    "options": ("options config", "basics documents environment"),
    "aws": (
        "refusals credentials sigv4 aws aws_api metadata sts credential_chain credential_source",
        "basics environment wire",
    ),
    "signing": ("signing secrets grant write_grant", "basics documents environment wire options aws"),
    "answers": ("answer", "basics documents wire"),
    "stores": (
        "bucket edge origin store invalidation",
        "basics documents environment wire options aws signing answers",
    ),
    "state": ("stats circuit local session reading state", "basics documents options answers"),
    "reading": ("tag_reader change_reader reader", "basics documents options answers stores state"),
    "writing": (
        "wish announcer writer tag_writer updates",
        "basics values documents options stores state reading",
    ),
    "computing": ("wait_graph compute cached", "basics values documents options state"),
    "observing": ("observer", "basics"),
    "service": (
        "service",
        "basics values documents wire options signing stores state reading writing computing observing",
    ),
    "administration": (
        "admin",
        "basics documents wire options aws answers stores state reading writing service",
    ),
    "testing": ("testing", "basics wire aws service"),
}


@cache
def packages() -> tuple[Path, ...]:
    """Return the folders of all packages."""
    return tuple(
        file.parent
        for pattern in ("*/src/*/__init__.py", "spec/*/__init__.py")
        for file in sorted(ROOT.glob(pattern))
        if file.parent.name != "tests"
    )


def modules(package: Path) -> dict[str, Path]:
    """Return the files of a package by the names that they are imported by."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path) -> Iterator[tuple[str, str]]:
    """Return what a file imports: a module, and what is taken from it, if anything."""
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((source, alias.name) for alias in node.names)


def graph(files: Mapping[str, Path]) -> Graph:
    """Return who imports whom of some files."""
    known: dict[str, set[str]] = {}
    for name, path in files.items():
        meant = (
            f"{source}.{taken}" if f"{source}.{taken}" in files else source
            for source, taken in imports(name, path)
        )
        known[name] = {other for other in meant if other in files and other != name}
    return known


def reached(known: Graph, start: str) -> set[str]:
    """Return whom a room knows, itself or by others."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = known[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def circles(known: Graph) -> set[frozenset[str]]:
    """Return the largest sets of rooms that all know each other."""
    below = {name: reached(known, name) for name in known}
    return {
        frozenset(other for other in below[name] if name in below[other])
        for name in known
        if name in below[name]
    }


def line_of(module: str) -> str:
    """Return the line of the table that a room of the SDK is in; the package itself is what the service is.

    Raises:
        LookupError: It is in none.
    """
    if module == "memory":
        return "service"
    room = module.split(".")[1].lstrip("_")
    for line, (rooms, _) in DIRECTIONS.items():
        if room in rooms.split():
            return line
    raise LookupError(f"{module} is in no line of the table")


@pytest.fixture(scope="module")
def everything() -> Graph:
    files = {name: path for package in packages() for name, path in modules(package).items()}
    return graph(files)


def test_no_rooms_of_any_package_know_each_other_in_a_circle(everything: Graph) -> None:
    assert circles(everything) == set()


def test_all_packages_are_looked_at(everything: Graph) -> None:
    names = {package.name for package in packages()}
    assert {"memory", "memory_service", "memory_console", "local_cloud", "conformance", "mutants"} <= names
    assert {"memory._reader", "memory.testing._cloud", "local_cloud.edge.cache"} <= everything.keys()


def test_a_room_of_the_sdk_knows_only_those_below_it() -> None:
    wrong = []
    for name, others in graph(modules(SDK)).items():
        line = line_of(name)
        allowed = {line, *DIRECTIONS[line][1].split()}
        wrong += [
            f"{name} ({line}) knows {other} ({line_of(other)})"
            for other in others
            if line_of(other) not in allowed
        ]
    assert wrong == []


def test_the_table_goes_upwards_and_names_each_room_once() -> None:
    below: set[str] = set()
    for line, (_, allowed) in DIRECTIONS.items():
        assert set(allowed.split()) <= below, line
        below.add(line)
    rooms = [room for rooms, _ in DIRECTIONS.values() for room in rooms.split()]
    there = {name.split(".")[1].lstrip("_") for name in modules(SDK) if "." in name}
    assert sorted(rooms) == sorted(there)


@pytest.mark.parametrize(
    "text",
    [
        "from package.b import thing",
        "from package import b",
        "from . import b",
        "from .b import thing",
        "import package.b",
        "def later():\n    from package.b import thing",
        "if TYPE_CHECKING:\n    from package.b import thing",
    ],
)
def test_an_import_counts_wherever_and_however_it_is_written(tmp_path: Path, text: str) -> None:
    package = tmp_path / "package"
    package.mkdir()
    for name, source in (("__init__", ""), ("a", text), ("b", "import package.a, json")):
        (package / f"{name}.py").write_text(source)
    assert circles(graph(modules(package))) == {frozenset(("package.a", "package.b"))}

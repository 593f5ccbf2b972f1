"""What can be said to an SDK or the command is on a page, and so is what they raise."""

from __future__ import annotations

import re

import griffe
import memory
import pytest
from pages import ROOT

from docs import command_reference, python_api


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def rows(path: str) -> dict[str, list[str]]:
    """Return the cells of each line of a page's tables by the code in their first cell."""
    found = {}
    for line in re.findall(r"^\| (`.*) \|$", text(path), re.MULTILINE):
        first, *cells = line.split(" | ")
        for name in re.findall(r"`(\w+)", first):
            found[name] = cells
    return found


def test_each_error_is_on_the_page_with_its_code_and_what_it_is_in_python() -> None:
    errors = {name: getattr(memory, name) for name in memory.__all__ if name.endswith("Error")}
    told = {name: cells for name, cells in rows("docs/reference/errors.md").items() if name in errors}
    assert told.keys() == errors.keys()
    for name, error in errors.items():
        builtin = next(base for base in error.__mro__ if base.__module__ == "builtins")
        assert told[name][0] == f"`{error.code}`", name
        assert told[name][1] == f"`{builtin.__name__}`", name


@pytest.mark.parametrize("sdk", ["python-sdk", "nodejs-sdk"])
def test_each_call_is_in_the_page_of_its_sdk(sdk: str) -> None:
    if sdk == "python-sdk":
        calls = [name for name in vars(memory.MemoryService) if not name.startswith("_")]
        calls.remove("reset_after_fork")  # for whoever forks without Python's knowledge: in the API alone
    else:
        body = text("nodejs-sdk/index.d.ts").partition("declare class MemoryService")[2].partition("\n}\n")[0]
        calls = re.findall(r"^  (\w+)(?:<.*>)?\(", body, re.MULTILINE)
        calls = [name for name in dict.fromkeys(calls) if name != "constructor"]
        assert len(calls) > 15
    page = text(f"{sdk}/README.md")
    assert [name for name in calls if not re.search(rf"`[^`]*\b{name}\(", page)] == []


def test_each_argument_of_python_is_described() -> None:
    module = griffe.load(
        "memory", search_paths=[ROOT / "python-sdk" / "src"], docstring_parser="google", resolve_aliases=True
    )
    lacking = []
    for method in module["MemoryService"].members.values():
        if not isinstance(method, griffe.Function) or method.name.startswith("_") or not method.docstring:
            continue
        told = {
            item.name
            for section in method.docstring.parsed
            if section.kind is griffe.DocstringSectionKind.parameters
            for item in section.value
        }
        given = {one.name for one in method.parameters} - {"self"}
        if told:  # those of a call that does as another does are told there
            lacking += [f"{method.name}: {name}" for name in sorted(given - told)]
    assert lacking == []


def test_each_option_of_node_is_described() -> None:
    members = re.findall(
        r"^( +/\*\*.*\*/\n|.*\*/\n|.*\n)^    (\w+)\??: .*;$", text("nodejs-sdk/index.d.ts"), re.MULTILINE
    )
    undescribed = [name for before, name in members if "*/" not in before]
    assert len(members) > 40
    assert undescribed == []


def test_each_command_and_option_has_a_text() -> None:
    page = command_reference.page()
    for name in ("get", "put", "cost", "changes announce"):
        assert f"\n## {name}\n" in page
    assert "--edge-ttl" in page


def test_each_command_is_in_the_page_of_the_command() -> None:
    from memory_console.command import _COMMANDS

    page = text("console/README.md")
    assert [name for name in _COMMANDS if f"| `{name}" not in page and f"`{name} FILE" not in page] == []


def test_each_session_is_in_the_page_for_contributors() -> None:
    names = re.findall(r"^def (\w+)\(session: nox.Session\)", text("noxfile.py"), re.MULTILINE)
    page = text("CONTRIBUTING.md")
    assert [
        name
        for name in names
        if not name.startswith("_") and not re.search(rf"\b{name.replace('_', '-')}\b", page)
    ] == []


def test_the_reference_has_every_public_name() -> None:
    page = python_api.page(ROOT / "python-sdk" / "src", "memory")
    assert [name for name in memory.__all__ if not name.startswith("__") and f" {name}\n" not in page] == []

"""A package's public names as one page of Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import griffe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SECTIONS = {
    griffe.DocstringSectionKind.parameters: "Arguments",
    griffe.DocstringSectionKind.attributes: "Attributes",
    griffe.DocstringSectionKind.raises: "Errors",
    griffe.DocstringSectionKind.returns: "Returns",
}
_LINE = 100
_INTRODUCTION = (
    "Made from the docstrings. Ids such as GET-6 are clauses of the [specification](../../spec/README.md)."
)


def page(source: Path, package: str) -> str:
    """Return the page.

    Args:
        source: Folder that holds the package.
        package: Its name.
    """
    module = griffe.load(package, search_paths=[source], docstring_parser="google", resolve_aliases=True)
    classes = [
        _resolved(module.members[str(name)])
        for name in module.exports or ()
        if not str(name).startswith("__")
    ]
    errors = [one for one in classes if one.name.endswith("Error")]
    others = [one for one in classes if one not in errors]
    others.sort(key=lambda one: "put" not in one.members)  # the service first
    blocks = [
        "# Python API",
        _INTRODUCTION,
        *(block for one in others for block in _class(one)),
        "## Errors",
        *(block for one in errors for block in _error(one)),
    ]
    return "\n\n".join(blocks) + "\n"


def _resolved(member: griffe.Object | griffe.Alias) -> griffe.Class:
    found = member.final_target if isinstance(member, griffe.Alias) else member
    if not isinstance(found, griffe.Class):
        raise TypeError(f"{found.path} is no class: teach the reference what to make of it")
    return found


def _class(one: griffe.Class) -> Iterator[str]:
    yield f"## {one.name}"
    init = one.members.get("__init__")
    if isinstance(init, griffe.Function):
        yield _signature(one.name, init)
    elif "NamedTuple" in map(str, one.bases):
        fields = [member for member in one.members.values() if isinstance(member, griffe.Attribute)]
        yield _code(one.name, [f"{field.name}: {field.annotation}" for field in fields])
    yield from _text(one)
    for method in one.members.values():
        if isinstance(method, griffe.Function) and not method.name.startswith("_"):
            if not method.docstring:
                raise ValueError(f"{method.path} has no docstring")
            yield f"### {method.name}"
            yield _signature(method.name, method)
            yield from _text(method)


def _error(one: griffe.Class) -> Iterator[str]:
    bases = ", ".join(f"`{base}`" for base in one.bases)
    code = one.members.get("code")
    value = str(code.value).strip("'\"") if isinstance(code, griffe.Attribute) else ""
    yield f"### {one.name}"
    yield f"Code `{value}`; is a {bases}."
    yield from _text(one)


def _signature(name: str, function: griffe.Function) -> str:
    parameters = [_parameter(one) for one in _with_star(function.parameters)]
    returns = f" -> {function.returns}" if function.returns is not None and name != "__init__" else ""
    return _code(name, parameters, returns)


def _code(name: str, parameters: list[str], returns: str = "") -> str:
    line = f"{name}({', '.join(parameters)}){returns}"
    if len(line) > _LINE:
        line = f"{name}(\n    " + ",\n    ".join(parameters) + f",\n){returns}"
    return f"```python\n{line}\n```"


def _with_star(parameters: Iterable[griffe.Parameter]) -> Iterator[griffe.Parameter | None]:
    """Yield the parameters of a caller, None where those begin that are given by keyword only."""
    starred = False
    for one in parameters:
        if one.name == "self":
            continue
        if one.kind is griffe.ParameterKind.keyword_only and not starred:
            starred = True
            yield None
        yield one


def _parameter(one: griffe.Parameter | None) -> str:
    if one is None:
        return "*"
    annotation = f": {one.annotation}" if one.annotation is not None else ""
    default = f" = {one.default}" if one.default is not None else ""
    return f"{one.name}{annotation}{default}"


def _text(one: griffe.Object) -> Iterator[str]:
    for section in one.docstring.parsed if one.docstring else ():
        if section.kind is griffe.DocstringSectionKind.text:
            yield str(section.value)
        elif section.kind in _SECTIONS:
            yield f"**{_SECTIONS[section.kind]}**"
            yield "\n".join(_item(section.kind, item) for item in section.value)


def _item(kind: griffe.DocstringSectionKind, item: griffe.DocstringElement) -> str:
    text = re.sub(r"\s*\n\s*", " ", item.description)
    if kind is griffe.DocstringSectionKind.returns:
        return f"- {text}"
    name = item.annotation if kind is griffe.DocstringSectionKind.raises else getattr(item, "name", "")
    return f"- `{name}`: {text}"

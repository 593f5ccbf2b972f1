"""A hundred names at 10 ms each: with one call, and one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases.case import Case, bench, checked, service, value

if TYPE_CHECKING:
    from cases.case import Make

_NAMES = [f"many/{number}" for number in range(100)]


def _expected() -> dict[str, Any]:
    return dict.fromkeys(_NAMES, value("200b"))


def _get_many() -> Case:
    reader = service(bench()["slow"])
    return checked(lambda: reader.get_many(_NAMES), _expected())


def _one_by_one() -> Case:
    reader = service(bench()["slow"])
    return checked(lambda: {name: reader.get(name) for name in _NAMES}, _expected())


CASES: dict[str, Make] = {"many/get-many": _get_many, "many/one-by-one": _one_by_one}

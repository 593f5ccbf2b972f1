"""What a case is, and what cases are made of."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

import memory


class SkippedError(Exception):
    """This case cannot run here; the message says why."""


@dataclass(frozen=True)
class Case:
    """Something that can be done again and again.

    Attributes:
        run: Does it that many times.
        facts: What else to say in each answer.
    """

    run: Callable[[int], None]
    facts: dict[str, float] = field(default_factory=dict)


Make = Callable[[], Case]


def repeated(operation: Callable[[], Any]) -> Case:
    """Return the case of an operation that takes so long that calling it does not count."""

    def run(operations: int) -> None:
        for _ in repeat(None, operations):
            operation()

    return Case(run)


def checked(operation: Callable[[], Any], expected: Any) -> Case:
    """Return the case of an operation after looking at what it gives."""
    given = operation()
    if given != expected or type(given) is not type(expected):
        raise SystemExit(f"the case gives {given!r:.200} and not {expected!r:.200}")
    return repeated(operation)


def bench() -> dict[str, Any]:
    """Return what the harness says about its servers."""
    given: dict[str, Any] = json.loads(os.environ["BENCH"])
    return given


def document(name: str) -> bytes:
    """Return the bytes of a document that the harness wrote."""
    return Path(bench()["documents"][name]).read_bytes()


def value(name: str) -> Any:
    """Return the value in such a document, read without the SDK."""
    return json.loads(document(name))["value"]


def service(distribution: str, *, keeps: bool = False, **more: Any) -> memory.MemoryService:
    """Return a service.

    Args:
        distribution: Where it reads.
        keeps: Whether it keeps copies in memory.
        more: More of its configuration.
    """
    s3 = bench()["s3"]
    conf = {"DISTRIBUTION": distribution, "BUCKET_NAME": s3["bucket"], "REGION": s3["region"], **more}
    if not keeps:
        conf["LOCAL_MAX_ITEMS"] = 0
    return memory.MemoryService(conf, bench()["service"])

"""What a case is, and what cases are made of."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

import memory

SIZES = [10**power for power in range(2, 8)]  # bytes of documents


@dataclass(frozen=True)
class Case:
    """What runs an operation that many times, and facts to say in each answer."""

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


def grown(
    what: str, at: Iterable[int], ours: Callable[[int], Case], peer: Callable[[int], Case]
) -> dict[str, Make]:
    """Return the cases of a curve and of its peer at each number."""
    both = (("", ours), ("-peer", peer))
    return {f"grow/{what}/{number}{end}": partial(make, number) for number in at for end, make in both}


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


def service(distribution: str, **more: Any) -> memory.MemoryService:
    """Return a service that reads there, nowhere else, and keeps no copies, unless `more` says so."""
    s3 = bench()["s3"]
    conf = {"DISTRIBUTION": distribution, "BUCKET_NAME": s3["bucket"], "REGION": s3["region"]}
    # The largest document has 10 MB.
    bounds = {"FAILOVER": False, "LOCAL_MAX_ITEMS": 0, "MAX_VALUE_BYTES": 2**24}
    return memory.MemoryService({**conf, **bounds, **more}, bench()["service"])

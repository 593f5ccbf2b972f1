"""How cost grows: every curve as data, measured with the same rounds as the figures."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.contents import DEPTHS, GZIPPED, SIZES
from benchmarks.errors import WorkerError
from benchmarks.figure import needs
from benchmarks.rounds import Effort, launched

if TYPE_CHECKING:
    import random
    from collections.abc import Collection

    from benchmarks.figure import Language
    from benchmarks.rounds import Plan

_EFFORT = Effort(launches=1, rounds=5, turns=3)
_BYTES, _THREADS = "bytes of the document", "threads or promises"
_NAMES, _LEVELS = "names in memory", "levels"
_TOGETHER = (1, 2, 4, 8, 16, 32, 64)
_COUNTS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
_FEWEST_NAMES = 10_000  # below, a name's bytes are lost among those of the process


@dataclass(frozen=True)
class Curve:
    """One curve of the SDK, and that of its peer, whose cases have `-peer` behind their names."""

    id: str  # language and what grows
    title: str  # the same for readers
    x: str  # what the points are
    points: tuple[int, ...]
    peer: str

    @property
    def language(self) -> Language:
        """The SDK that it is about."""
        return "python" if self.id.startswith("python/") else "node"

    def cases(self, point: int) -> tuple[str, str]:
        """Return the case of the SDK and that of the peer."""
        ours = f"{self.id.partition('/')[2]}/{point}"
        return ours, f"{ours}-peer"


# fmt: off
CURVES = (
    Curve("python/grow/read", "read through the edge", _BYTES, SIZES, "a bare prepared request"),
    Curve("python/grow/plain-read", "the same, gzip off", _BYTES, GZIPPED, "a bare prepared request"),
    Curve("python/grow/memory", "hit in memory", _BYTES, SIZES, "json.loads"),
    Curve("python/grow/put", "put", _BYTES, SIZES, "boto3"),
    Curve("python/grow/concurrent", "read among concurrent ones", _THREADS, _TOGETHER, "a bare prepared request"),
    Curve("python/grow/names", "hit among many names", _NAMES, _COUNTS, "cachetools"),
    Curve("python/grow/depth-decode", "decode what is nested", _LEVELS, DEPTHS, "json.loads"),
    Curve("python/grow/depth-encode", "encode what is nested", _LEVELS, DEPTHS, "json.dumps"),
    Curve("node/grow/read", "read through the edge", _BYTES, SIZES, "a bare keep-alive request"),
    Curve("node/grow/plain-read", "the same, gzip off", _BYTES, GZIPPED, "a bare keep-alive request"),
    Curve("node/grow/memory", "hit in memory", _BYTES, SIZES, "JSON.parse"),
    Curve("node/grow/put", "put", _BYTES, SIZES, "client-s3"),
    Curve("node/grow/concurrent", "read among concurrent ones", _THREADS, _TOGETHER, "a bare keep-alive request"),
    Curve("node/grow/names", "hit among many names", _NAMES, _COUNTS, "lru-cache"),
    Curve("node/grow/depth-decode", "decode what is nested", _LEVELS, DEPTHS, "JSON.parse"),
    Curve("node/grow/depth-encode", "encode what is nested", _LEVELS, DEPTHS, "JSON.stringify"),
)
# fmt: on


@dataclass
class Growth:
    """What was found about a curve: at each point, for the SDK and the peer, nanoseconds and other facts."""

    curve: Curve
    points: dict[int, tuple[dict[str, float], ...]] = field(default_factory=dict)
    why: str = ""  # it, or its end, was not measured

    def as_json(self) -> dict[str, Any]:
        """Return it for results.json."""
        return {"id": self.curve.id, "points": self.points, "why": self.why}


def measure(curve: Curve, plan: Plan, missing: Collection[str], source: random.Random) -> Growth:
    """Measure a curve, point by point; servers that are missing are said to be."""
    growth = Growth(curve)
    for point in curve.points:
        cases = curve.cases(point)
        if (key := needs(cases[0])) in missing:
            growth.why = f"there is no {key}"
            break
        facts: dict[str, dict[str, float]] = {}
        try:
            rounds = list(launched(curve.language, cases, plan, _EFFORT, source, facts))
        except WorkerError as error:
            growth.why = str(error)
            break
        if point < _FEWEST_NAMES:
            facts.clear()
        growth.points[point] = tuple(
            {"nanoseconds": statistics.median(one[case] for one in rounds), **facts.get(case, {})}
            for case in cases
        )
    return growth

"""How cost grows: every curve as data, measured with the same rounds as the figures."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.contents import DEPTHS, GZIPPED, SIZES
from benchmarks.errors import WorkerError
from benchmarks.figures import needs
from benchmarks.rounds import Effort, launched
from benchmarks.statistics import Summary
from benchmarks.worker import SkippedError

if TYPE_CHECKING:
    import random
    from collections.abc import Collection

    from benchmarks.figures import Language
    from benchmarks.results import Round
    from benchmarks.rounds import Plan

_EFFORT = Effort(launches=1, rounds=5, turns=3)
_THREADS = (1, 2, 4, 8, 16, 32, 64)
_NAMES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
_FEWEST_NAMES = 10_000  # below, a name's bytes are lost among those of the process


@dataclass(frozen=True)
class Curve:
    """One curve of the SDK, and that of its peer.

    Attributes:
        id: Language and what grows, such as `python/grow/read`.
        title: The same for readers.
        x: What the numbers along the axis are.
        points: These numbers.
        peer: What the peer is, for the legend; empty if there is none.
        beside: A second case of the SDK at the same points, and what it is: `("plain-read", "gzip off")`.
    """

    id: str
    title: str
    x: str
    points: tuple[int, ...]
    peer: str
    beside: tuple[str, str] | None = None

    @property
    def language(self) -> Language:
        """The SDK that it is about."""
        return "python" if self.id.startswith("python/") else "node"

    def cases(self, point: int) -> dict[str, str]:
        """Return the cases at a point, by what they are."""
        grows = self.id.partition("/")[2]
        cases = {"ours": f"{grows}/{point}"}
        if self.peer:
            cases["peer"] = f"{grows}/{point}-peer"
        if self.beside and point in GZIPPED:
            cases["beside"] = f"grow/{self.beside[0]}/{point}"
        return cases


def _curves(  # noqa: PLR0913, PLR0917 - one for each name that differs
    language: Language, bare: str, s3: str, lru: str, reads: str, writes: str, by: str
) -> list[Curve]:
    size = "bytes of the document"
    return [
        Curve(
            f"{language}/grow/read", "A read through the edge", size, SIZES, bare, ("plain-read", "gzip off")
        ),
        Curve(f"{language}/grow/memory", "A hit in memory", size, SIZES, reads),
        Curve(f"{language}/grow/put", "A put", size, SIZES, s3),
        Curve(f"{language}/grow/concurrent", "A read among concurrent ones", by, _THREADS, bare),
        Curve(f"{language}/grow/names", "A hit among many names", "names in memory", _NAMES, lru),
        Curve(f"{language}/grow/depth-decode", "Decoding what is nested", "levels", DEPTHS, reads),
        Curve(f"{language}/grow/depth-encode", "Encoding what is nested", "levels", DEPTHS, writes),
    ]


CURVES: tuple[Curve, ...] = (
    *_curves(
        "python",
        "a bare prepared request",
        "boto3 put_object",
        "cachetools.TTLCache",
        "json.loads",
        "json.dumps",
        "threads",
    ),
    *_curves(
        "node",
        "a bare keep-alive request",
        "client-s3 PutObject",
        "lru-cache",
        "JSON.parse",
        "JSON.stringify",
        "promises",
    ),
)


@dataclass
class Growth:
    """What was found about a curve.

    Attributes:
        curve: The curve.
        points: Of each point its number and, by what the case is, nanoseconds and facts.
        why: Why it, or its end, was not measured.
    """

    curve: Curve
    points: list[dict[str, Any]] = field(default_factory=list)
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it for results.json."""
        curve = self.curve
        beside = curve.beside and curve.beside[1]
        return {
            "id": curve.id,
            "title": curve.title,
            "x": curve.x,
            "peer": curve.peer,
            "beside": beside,
            "why": self.why,
            "points": self.points,
        }


def measure(curve: Curve, plan: Plan, missing: Collection[str], source: random.Random) -> Growth:
    """Measure a curve, point by point.

    Args:
        curve: The curve.
        plan: How its cases are started.
        missing: The servers that there are not.
        source: Shuffles.
    """
    growth = Growth(curve)
    lacking = [key for key in needs(f"{curve.id.partition('/')[2]}/1") if key in missing]
    if lacking:
        growth.why = f"there is no {lacking[0]}"
        return growth
    for point in curve.points:
        cases = curve.cases(point)
        facts: dict[str, dict[str, float]] = {}
        try:
            rounds = list(launched(curve.language, list(cases.values()), plan, _EFFORT, source, facts))
        except (SkippedError, WorkerError) as error:
            growth.why = str(error)
            break
        growth.points.append(
            {"at": point, **{what: _found(rounds, case, facts, point) for what, case in cases.items()}}
        )
    return growth


def _found(
    rounds: list[Round], case: str, facts: dict[str, dict[str, float]], point: int
) -> dict[str, float]:
    times = Summary.of([one[case] for one in rounds])
    found = {"nanoseconds": times.median, "low": times.low, "high": times.high}
    if "bytes_per_name" in facts.get(case, {}) and point >= _FEWEST_NAMES:
        found["bytes_per_name"] = facts[case]["bytes_per_name"]
    return found


def selected(patterns: list[str]) -> list[Curve]:
    """Return the curves whose id is matched by any of the patterns; all without patterns."""
    if not patterns:
        return list(CURVES)
    return [curve for curve in CURVES if any(fnmatch.fnmatchcase(curve.id, each) for each in patterns)]

"""The table: every figure as data, with the limits that it is held to."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Literal

Language = Literal["python", "node"]
Kind = Literal["warm", "fresh", "size"]
Measure = Literal["ratio", "milliseconds", "megabytes"]
Gate = Literal["handler", "start-up"]


@dataclass(frozen=True)
class Limit:
    """What a figure is held to.

    Attributes:
        number: A ratio, milliseconds or megabytes, as the figure's measure says.
        is_least: Whether the figure has to reach it, not to stay below it.
    """

    number: float
    is_least: bool = False

    def allows(self, number: float) -> bool:
        """Return whether a measured number keeps it."""
        return number >= self.number if self.is_least else number <= self.number

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {self.number:g}"


def at_most(number: float) -> Limit:
    """Return the limit that a figure has to stay below."""
    return Limit(number)


def at_least(number: float) -> Limit:
    """Return the limit that a figure has to reach; its ratio says how many times faster than the peer we are."""
    return Limit(number, is_least=True)


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        id: Language, what is measured, and how, such as `python/edge/plain`.
        title: The same for readers.
        ours: The case of the SDK; the zip file of a figure of kind `size`.
        over: The case it is measured against; None for a size.
        limit: What it is held to; None for a figure that is only reported.
        reported: More cases, shown beside.
        kind: `warm`: calls in a running process. `fresh`: whole cold processes. `size`: a file.
        measure: `ratio` of times; `milliseconds` more than the other; `megabytes` more (fresh: resident memory).
        gate: Of a fresh figure: what runs under the quota of a small function; None for nothing.
    """

    id: str
    title: str
    ours: str
    over: str | None
    limit: Limit | None
    reported: tuple[str, ...] = ()
    kind: Kind = "warm"
    measure: Measure = "ratio"
    gate: Gate | None = None

    @property
    def language(self) -> Language:
        """The SDK that it is about."""
        return "python" if self.id.startswith("python/") else "node"

    @property
    def cases(self) -> tuple[str, ...]:
        """All cases, ours first."""
        return (self.ours, *((self.over,) if self.over else ()), *self.reported)

    @property
    def is_faster(self) -> bool:
        """Whether its ratio says how many times faster we are, not how many times slower."""
        return self.limit is not None and self.limit.is_least


def needs(case: str) -> tuple[str, ...]:
    """Return the keys of `BENCH` that a case cannot do without."""
    if case in ("memory/redis", "memory/node-redis"):
        return ("redis",)
    kind = case.partition("/")[0]
    if case.startswith(("decode/", "encode/", "grow/depth", "grow/names")) or case in _FREE:
        return ()
    if kind == "many":
        return ("slow",)
    if kind == "put" or "boto3" in case or "client-s3" in case or "put" in case or "failover" in case:
        return ("s3",)
    return ("edge",)


_FREE = ("bare", "bare-worker", "import", "import-class", "import-requests")
_SIZES = ("1kb", "10kb", "100kb", "1mb")


def _warm_python() -> list[Figure]:
    local = ("http-client", "requests-session", "raw-socket", "original")
    edge = [
        Figure(
            f"python/edge/{name}",
            f"warm read through the edge, 200 B, {title}, over a bare prepared request",
            f"{prefix}/memory",
            f"{prefix}/requests-prepared",
            at_most(1.15),
            (*(f"{prefix}/{peer}" for peer in local), *more),
        )
        for name, title, prefix, more in (
            ("plain", "plain", "edge", ("edge/boto3-get-object",)),
            ("tls", "TLS", "edge-tls", ()),
        )
    ]
    hits = [
        Figure(
            f"python/memory/{kind}",
            f"memory hit, {kind}, over cachetools.TTLCache under a lock",
            f"memory/{kind}",
            f"memory/cachetools-{kind}",
            at_most(0.6),
            ("memory/redis",) if kind == "int" else (),
        )
        for kind in ("int", "str")
    ]
    return [
        *edge,
        *hits,
        Figure(
            "python/memory/dict",
            "memory hit, 1 KB dict, a fresh copy, over json.loads",
            "memory/dict",
            "memory/json-loads",
            at_most(1.2),
            ("memory/redis",),
        ),
        Figure(
            "python/private", "private read over a public one", "private/memory", "edge/memory", at_most(1.10)
        ),
        Figure("python/put", "put, 200 B, over boto3 put_object", "put/memory", "put/boto3", at_most(1.15)),
        Figure(
            "python/many",
            "100 names at 10 ms each: times faster than one by one",
            "many/get-many",
            "many/one-by-one",
            at_least(8),
        ),
    ]


def _warm_node() -> list[Figure]:
    edge = [
        Figure(
            f"node/edge/{call}-{name}",
            f"warm {'read' if call == 'get-async' else 'synchronous read'} through the edge, 200 B, {title}, "
            "over a bare keep-alive request",
            f"{prefix}/{call}",
            f"{prefix}/keep-alive",
            at_most(limit),
            more,
        )
        for name, title, prefix, more in (
            ("plain", "plain", "edge", ("edge/raw-socket", "edge/original", "edge/client-s3")),
            ("tls", "TLS", "edge-tls", ()),
        )
        for call, limit in (("get-async", 1.2), ("get", 1.8))
    ]
    hits = [
        Figure(
            f"node/memory/{kind}",
            f"memory hit, {kind}, over lru-cache",
            f"memory/{kind}",
            f"memory/lru-cache-{kind}",
            at_most(1.5),
            (f"memory/lru-cache-exact-{kind}", *(("memory/node-redis",) if kind == "int" else ())),
        )
        for kind in ("int", "str")
    ]
    return [
        *edge,
        Figure(
            "node/edge/sync-request",
            "synchronous read: times faster than sync-request",
            "edge/get",
            "edge/sync-request",
            at_least(150),
        ),
        *hits,
        Figure(
            "node/memory/dict",
            "memory hit, 1 KB object, a fresh copy, over JSON.parse",
            "memory/dict",
            "memory/json-parse",
            at_most(1.2),
            ("memory/node-redis",),
        ),
        Figure(
            "node/private",
            "private read over a public one",
            "private/get-async",
            "edge/get-async",
            at_most(1.10),
        ),
        Figure(
            "node/private-sync",
            "private synchronous read over a public one",
            "private/get",
            "edge/get",
            at_most(1.10),
        ),
        Figure("node/put", "put, 200 B, over client-s3", "put/memory", "put/client-s3", at_most(1.0)),
        Figure(
            "node/many",
            "100 names at 10 ms each: times faster than one by one",
            "many/get-many",
            "many/one-by-one",
            at_least(8),
        ),
    ]


def _codec(language: Language, reads: str, writes: str, write_limit: float) -> list[Figure]:
    return [
        Figure(
            f"{language}/{what}/{size}",
            f"{title} {size[:-2]} {size[-2:].upper()}{with_}, over {platform}",
            f"{what}/{size}",
            f"{what}/{size}-json",
            at_most(limit),
        )
        for what, title, with_, platform, limit in (
            ("decode", "decode", "", reads, 1.15),
            ("encode", "encode", " with validation", writes, write_limit),
        )
        for size in _SIZES
    ]


# Of a fresh process: what is told first under full speed is held to under the quota too.
_GATES: tuple[tuple[Gate | None, str, str], ...] = (
    (None, "", ""),
    ("handler", "/quota", "; 1/14 of a core, constructor at module level"),
    ("start-up", "/quota-all", "; 1/14 of a core, all inside the handler"),
)


def _fresh(language: Language, lines: tuple[tuple[str, str, str, str, Limit | None], ...]) -> list[Figure]:
    return [
        Figure(
            f"{language}/fresh/{name}{suffix}",
            f"fresh process: {title}{where}",
            ours,
            over,
            limit,
            kind="fresh",
            gate=gate,
        )
        for gate, suffix, where in _GATES
        for name, title, ours, over, limit in lines
    ]


def _more(language: Language, least_load: tuple[str, float], size: float, memory: Figure) -> list[Figure]:
    call, milliseconds = least_load
    return [
        Figure(
            f"{language}/load",
            f"{call}, over a bare interpreter, ms",
            "import",
            "bare",
            at_most(milliseconds),
            ("import-class", "import-requests") if language == "python" else (),
            kind="fresh",
            measure="milliseconds",
        ),
        Figure(
            f"{language}/layer",
            "layer, zipped, MB",
            f"{'python' if language == 'python' else 'nodejs'}.zip",
            None,
            at_most(size),
            kind="size",
            measure="megabytes",
        ),
        memory,
    ]


_PYTHON_FRESH = (
    ("read", "first read, over importing requests and one Session.get", "first-read", "requests-first-get", at_most(1.1)),  # noqa: E501 - one row of the table
    ("failover", "first read by failover to S3, over importing boto3 and one get_object", "first-read-failover", "boto3-first-get", at_most(0.5)),  # noqa: E501 - one row of the table
    ("put", "first put, over boto3 from import to put", "first-put", "boto3-first-put", at_most(1.05)),
    ("put-late", "first put without PRELOAD, over boto3 from import to put", "first-put-late", "boto3-first-put", None),
    ("read-put", "read and put, over requests and boto3", "first-read-put", "requests-boto3", None),
    ("private", "first private read, over importing requests and one Session.get", "first-read-private", "requests-first-get", None),  # noqa: E501 - one row of the table
)  # fmt: skip
_NODE_FRESH = (
    ("read", "first synchronous read, over a bare async request", "first-read", "keep-alive-first-get", at_most(2)),
    ("failover", "first read by failover to S3, over client-s3", "first-read-failover", "client-s3-first-get", at_most(0.5)),  # noqa: E501 - one row of the table
    ("put", "first put, over client-s3", "first-put", "client-s3-first-put", at_most(0.6)),
    ("read-async", "first asynchronous read, over a bare async request", "first-read-async", "keep-alive-first-get", None),  # noqa: E501 - one row of the table
    ("read-put", "read and put, over a bare request and client-s3", "first-read-put", "keep-alive-client-s3", None),
    ("private", "first private read, over a bare async request", "first-read-private", "keep-alive-first-get", None),
)  # fmt: skip


def _memory(language: Language, title: str, over: str, limit: float) -> Figure:
    return Figure(
        f"{language}/resident",
        f"resident memory after one read, MB over {title}",
        "first-read",
        over,
        at_most(limit),
        ("bare",),
        kind="fresh",
        measure="megabytes",
    )


FIGURES: tuple[Figure, ...] = (
    *_warm_python(),
    *_codec("python", "json.loads", "json.dumps", 2.5),
    *_more(
        "python",
        ("import memory", 15),
        0.55,
        _memory("python", "requests and one Session.get alone", "requests-first-get", 3),
    ),
    *_fresh("python", _PYTHON_FRESH),
    *_warm_node(),
    *_codec("node", "JSON.parse", "JSON.stringify", 2.2),
    *_more(
        "node",
        ("require", 10),
        0.1,
        _memory("node", "a bare process with one worker", "bare-worker", 12),
    ),
    *_fresh("node", _NODE_FRESH),
)


def selected(patterns: list[str]) -> list[Figure]:
    """Return the figures whose id is matched by any of the patterns; all without patterns."""
    if not patterns:
        return list(FIGURES)
    return [figure for figure in FIGURES if any(fnmatch.fnmatchcase(figure.id, each) for each in patterns)]

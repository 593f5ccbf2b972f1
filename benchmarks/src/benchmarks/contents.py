"""What is stored before anything is measured, the same in every run."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import boto3
import memory
from botocore.config import Config
from memory._envelope import encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SERVICE = "bench"
DAY = 86_400  # seconds, the longest an edge may keep a copy
MANY = 100
LARGEST = 2**24  # bytes, more than any value has
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
GZIPPED = (1_000, 10_000, 100_000, 1_000_000)  # sizes that are also stored plain
DEPTHS = (1, 10, 50, 100)
VALUE_BYTES = 200
_WRITE = "9f86d081884c7d65"
_WORDS = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet", "knoll", "lagoon")


def records(size: int) -> list[dict[str, Any]]:
    """Return records like those of a table, whose document has about so many bytes."""
    source = random.Random(size)  # noqa: S311 - the same values in every run
    made: list[dict[str, Any]] = []
    length = len(encode([]))
    while True:
        record = _record(source, len(made))
        length += len(json.dumps(record, separators=(",", ":"))) + 1
        if length > size:
            return made or [{"id": 1, "name": "dune"}]
        made.append(record)


def _record(source: random.Random, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": " ".join(source.choices(_WORDS, k=3)),
        "price": round(source.uniform(1, 500), 2),
        "stock": source.randrange(100_000),
        "active": source.random() < 0.8,  # noqa: PLR2004 - four of five
        "code": f"{source.getrandbits(64):016x}",
        "tags": source.choices(_WORDS, k=2),
    }


def nested(levels: int) -> list[Any]:
    """Return lists within each other, that many, with three numbers in each."""
    value: list[Any] = [1, 2, 3]
    for _ in range(levels - 1):
        value = [1, 2, value]
    return value


def small() -> dict[str, Any]:
    """Return the value whose document has 200 bytes."""
    value = {"Name": "Joe", "visits": 3, "ratio": 0.25, "cart": ["tea", "milk"], "note": ""}
    value["note"] = "x" * (VALUE_BYTES - len(encode(value, write=_WRITE)))
    return value


def documents(folder: Path) -> dict[str, str]:
    """Write documents as the SDK does, and return their paths by name."""
    sized = {"1kb": 1_000, "10kb": 10_000, "100kb": 100_000, "1mb": 1_000_000}
    values: dict[str, Any] = {"200b": small()}
    values |= {name: records(size) for name, size in sized.items()}
    values |= {f"depth-{levels}": nested(levels) for levels in DEPTHS}
    values |= {f"size-{size}": records(size) for size in SIZES}
    folder.mkdir()
    for name, value in values.items():
        (folder / f"{name}.json").write_bytes(encode(value, write=_WRITE))
    return {name: str(folder / f"{name}.json") for name in values}


def store(bench: Mapping[str, Any]) -> None:
    """Put everything into the bucket, with the SDK as a user would; the environment has endpoint and credentials."""
    bucket, private = bench["s3"]["bucket"], bench["private"]
    common = {"BUCKET_NAME": bucket, "DISTRIBUTION": bench["dead"], "REGION": bench["s3"]["region"]}
    keys = {"PK_PATH": private["pk_path"], "PUBLIC_KEY_ID": private["public_key_id"]}
    with memory.MemoryService({**common, **keys}, SERVICE) as service:
        service.put("value", small(), edge_ttl=DAY)
    with memory.MemoryService({**common, "MAX_VALUE_BYTES": LARGEST}, SERVICE) as service:
        service.put("value", small(), edge_ttl=DAY)
        service.put("int", 42, edge_ttl=DAY)
        service.put("str", "twenty characters, x", edge_ttl=DAY)
        table = {"region": "eu-central-1", "total": 12.5, "rows": records(VALUE_BYTES * 5)}
        service.put("dict", table, edge_ttl=DAY)
        service.put_many({f"many/{number}": small() for number in range(MANY)}, edge_ttl=DAY)
        with memory.MemoryService({**common, "CHANGES": True}, SERVICE) as announcing:
            announcing.put("int", 42, edge_ttl=DAY)
        for size in SIZES:
            service.put(f"size/{size}", records(size), edge_ttl=DAY)
    s3 = boto3.client("s3", region_name=bench["s3"]["region"], config=Config(proxies={}))
    for size in GZIPPED:
        s3.put_object(
            Bucket=bucket,
            Key=f"public/{SERVICE}/plain/{size}.json",
            Body=encode(records(size), write=_WRITE),
            ContentType="application/json",
            CacheControl=f"max-age={DAY}, stale-if-error=300",
        )

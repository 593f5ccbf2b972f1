"""What tests of the change record have in common: a cloud in memory, and what it has of the record."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from memory import MemoryService
from memory._changes import Record, mark_of, read

if TYPE_CHECKING:
    from memory.testing import Cloud

NOW = 1_800_000_000
KEY = "public/shop.changes/.changes.json"
PLACE = "public/shop.changes/"
OLD = 2_000  # seconds after which the first record's lead is over (CHG-6)


def service(cloud: Cloud, **conf: Any) -> MemoryService:
    """Make a service with a change record."""
    seams = {name: conf.pop(name) for name in ("clock", "random", "sleep", "observer") if name in conf}
    return MemoryService(cloud.conf(**{"CHANGES": True, **conf}), "shop", **seams)


def stored(cloud: Cloud, bucket: str = "testing") -> Record:
    """Return the record that S3 has."""
    held = cloud.objects[KEY]
    document = gzip.decompress(held.body) if held.headers.get("content-encoding") else held.body
    record = read(document, mark_of(bucket, KEY), held.modified)
    assert record is not None
    return record


def aged(cloud: Cloud) -> None:
    """Let there be a record whose lead is over."""
    service(cloud).put("seed", 0)
    cloud.clock.advance(OLD)
    cloud.requests.clear()


def asked(cloud: Cloud, where: str = "s3") -> list[str]:
    """Return what was asked since the last time, such as `PUT .changes.json`."""
    told = [
        f"{entry.method} {entry.path.partition('shop.changes/')[2]}".strip()
        for entry in cloud.requests
        if entry.where == where
    ]
    cloud.requests.clear()
    return told


def store(cloud: Cloud, record: Record, bucket: str = "testing") -> None:
    """Store a record, as no SDK does."""
    cloud.put(KEY, record.document(mark_of(bucket, KEY)), {"Cache-Control": "max-age=5"})

"""Puts: the SDK's, and boto3's put_object with the same headers."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import boto3
from cases.case import SIZES, Case, bench, grown, repeated, service, value

if TYPE_CHECKING:
    from cases.case import Make


def _memory(name: str, document: str) -> Case:
    writer = service(bench()["dead"], LOCAL_MAX_ITEMS=10_000)  # unless told, a put keeps a copy
    put = partial(writer.put, name, value(document))
    put()
    if writer.get(name, consistent=True) != value(document):
        raise SystemExit("what was put is not what is read")
    return repeated(put)


def _boto3(name: str, document: str) -> Case:
    put = partial(
        boto3.client("s3").put_object,
        Bucket=bench()["s3"]["bucket"],
        Key=f"public/{bench()['service']}/{name}.json",
        ContentType="application/json",
        CacheControl="max-age=5, stale-if-error=300",
    )
    given = value(document)
    put(Body=b"")
    return repeated(lambda: put(Body=json.dumps(given).encode()))


CASES: dict[str, Make] = {
    "put/memory": partial(_memory, "put/memory", "200b"),
    "put/boto3": partial(_boto3, "put/boto3", "200b"),
    **grown(
        "put",
        SIZES,
        lambda size: _memory(f"put/size/{size}", f"size-{size}"),
        lambda size: _boto3(f"put/size-peer/{size}", f"size-{size}"),
    ),
}

"""Puts of 200 bytes: the SDK's, and boto3's put_object with the same headers."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from cases.case import Case, bench, repeated, service, value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.case import Make


def _memory() -> Case:
    writer = service(bench()["dead"], keeps=True)
    put = partial(writer.put, "put/memory", value("200b"))
    put()
    if writer.get("put/memory", consistent=True) != value("200b"):
        raise SystemExit("what was put is not what is read")
    return repeated(put)


def boto3_put(name: str, given: Any) -> Callable[[], Any]:
    """Return a put of a value's JSON text with boto3."""
    s3 = boto3.client("s3")
    put = partial(
        s3.put_object,
        Bucket=bench()["s3"]["bucket"],
        Key=f"public/{bench()['service']}/{name}.json",
        ContentType="application/json",
        CacheControl="max-age=5, stale-if-error=300",
    )
    return lambda: put(Body=json.dumps(given).encode())


def _boto3() -> Case:
    put = boto3_put("put/boto3", value("200b"))
    put()
    return repeated(put)


CASES: dict[str, Make] = {"put/memory": _memory, "put/boto3": _boto3}

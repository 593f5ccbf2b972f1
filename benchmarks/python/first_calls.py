"""The start-ups of fresh processes; each returns its handler. What they import, they import inside."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import memory

    Handler = Callable[[], object]

_BENCH: dict[str, Any] = json.loads(os.environ["BENCH"])
_SERVICE: str = _BENCH["service"]
_BUCKET: str = _BENCH["s3"]["bucket"]
_VALUE = {"Name": "Joe", "visits": 3, "ratio": 0.25, "cart": ["tea", "milk"], "note": "x" * 73}


def _check(value: Any) -> None:
    if value["Name"] != "Joe" or value["visits"] != _VALUE["visits"]:
        raise SystemExit(f"the first read gives {value!r}")


def _service(distribution: str, **more: str) -> memory.MemoryService:
    from memory import MemoryService

    conf = {"DISTRIBUTION": distribution, "BUCKET_NAME": _BUCKET, "REGION": _BENCH["s3"]["region"], **more}
    return MemoryService(conf, _SERVICE)


def _first_read(edge: str = "plain", **more: str) -> Handler:
    mem = _service(_BENCH["edge"][edge], FAILOVER="false", **more)
    return lambda: _check(mem.get("value"))


def _first_read_private() -> Handler:
    keys = _BENCH["private"]
    return _first_read("private", PK_PATH=keys["pk_path"], PUBLIC_KEY_ID=keys["public_key_id"])


def _first_read_failover() -> Handler:
    import logging

    logging.getLogger("memory").setLevel(logging.ERROR)  # that it fails over is meant
    mem = _service(_BENCH["dead"])
    return lambda: _check(mem.get("value"))


def _first_put() -> Handler:
    mem = _service(_BENCH["edge"]["plain"])
    return lambda: mem.put("put/first", _VALUE)


def _first_read_put() -> Handler:
    mem = _service(_BENCH["edge"]["plain"])

    def handler() -> None:
        _check(mem.get("value"))
        mem.put("put/first", _VALUE)

    return handler


def _requests(edge: str = "plain") -> Handler:
    import requests

    session = requests.Session()
    url = f"{_BENCH['edge'][edge]}/{_SERVICE}/value.json"
    return lambda: _check(session.get(url, timeout=(1, 2)).json()["value"])


def _boto3_first_get() -> Handler:
    import boto3

    s3 = boto3.client("s3")

    def handler() -> None:
        answer = s3.get_object(Bucket=_BUCKET, Key=f"public/{_SERVICE}/value.json")
        _check(json.loads(answer["Body"].read())["value"])

    return handler


def _boto3_first_put() -> Handler:
    import boto3

    s3 = boto3.client("s3")
    return lambda: s3.put_object(
        Bucket=_BUCKET,
        Key=f"public/{_SERVICE}/put/first-boto3.json",
        Body=json.dumps(_VALUE).encode(),
        ContentType="application/json",
        CacheControl="max-age=5, stale-if-error=300",
    )


def _requests_boto3() -> Handler:
    get, put = _requests(), _boto3_first_put()
    return lambda: (get(), put())


CASES: dict[str, Callable[[], Handler]] = {
    "first-read": _first_read,
    "first-read-tls": lambda: _first_read("tls"),
    "first-read-private": _first_read_private,
    "first-read-private-ssm": lambda: _first_read("private", PK_PATH=_BENCH["private"]["ssm_arn"]),
    "first-read-failover": _first_read_failover,
    "first-put": _first_put,
    "first-read-put": _first_read_put,
    "requests-first-get": _requests,
    "requests-first-get-tls": lambda: _requests("tls"),
    "boto3-first-get": _boto3_first_get,
    "boto3-first-put": _boto3_first_put,
    "requests-boto3": _requests_boto3,
}

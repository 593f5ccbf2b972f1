"""The start-ups of cold processes; each returns its handler. What they import, they import inside."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import memory

    Handler = Callable[[], None]

_BENCH: dict[str, Any] = json.loads(os.environ["BENCH"])
_SERVICE: str = _BENCH["service"]
_KEY = f"public/{_SERVICE}/value.json"
_VALUE = {"Name": "Joe", "visits": 3, "ratio": 0.25, "cart": ["tea", "milk"], "note": "x" * 73}
_HEADERS = {"ContentType": "application/json", "CacheControl": "max-age=5, stale-if-error=300"}


def _check(value: Any) -> None:
    if value["Name"] != "Joe" or value["visits"] != _VALUE["visits"]:
        raise SystemExit(f"the first read gives {value!r}")


def _service(distribution: str, **more: str) -> memory.MemoryService:
    from memory import MemoryService

    s3 = _BENCH["s3"]
    conf = {"DISTRIBUTION": distribution, "BUCKET_NAME": s3["bucket"], "REGION": s3["region"], **more}
    return MemoryService(conf, _SERVICE)


def _first_read() -> Handler:
    mem = _service(_BENCH["edge"]["plain"])
    return lambda: _check(mem.get("value"))


def _first_read_private() -> Handler:
    keys = _BENCH["private"]
    mem = _service(_BENCH["edge"]["private"], PK_PATH=keys["pk_path"], PUBLIC_KEY_ID=keys["public_key_id"])
    return lambda: _check(mem.get("value"))


def _first_read_failover() -> Handler:
    import logging

    logging.getLogger("memory").setLevel(logging.ERROR)  # that it fails over is meant
    mem = _service(_BENCH["dead"])
    return lambda: _check(mem.get("value"))


def _first_put() -> Handler:
    mem = _service(_BENCH["edge"]["plain"])

    def handler() -> None:
        mem.put("put/first", _VALUE)

    return handler


def _first_put_late() -> Handler:
    mem = _service(_BENCH["edge"]["plain"])

    def handler() -> None:
        mem.put("put/first", _VALUE)

    return handler


def _first_read_put() -> Handler:
    mem = _service(_BENCH["edge"]["plain"])

    def handler() -> None:
        _check(mem.get("value"))
        mem.put("put/first", _VALUE)

    return handler


def _requests() -> Callable[[], None]:
    import requests

    session = requests.Session()
    url = f"{_BENCH['edge']['plain']}/{_SERVICE}/value.json"
    return lambda: _check(session.get(url, timeout=(1, 2)).json()["value"])


def _boto3() -> Any:
    import boto3

    return boto3.client("s3")


def _boto3_first_get() -> Handler:
    s3 = _boto3()

    def handler() -> None:
        answer = s3.get_object(Bucket=_BENCH["s3"]["bucket"], Key=_KEY)
        _check(json.loads(answer["Body"].read())["value"])

    return handler


def _put_with(s3: Any) -> None:
    key = f"public/{_SERVICE}/put/first-boto3.json"
    body = json.dumps(_VALUE).encode()
    s3.put_object(Bucket=_BENCH["s3"]["bucket"], Key=key, Body=body, **_HEADERS)


def _boto3_first_put() -> Handler:
    s3 = _boto3()
    return lambda: _put_with(s3)


def _requests_boto3() -> Handler:
    get = _requests()
    s3 = _boto3()

    def handler() -> None:
        get()
        _put_with(s3)

    return handler


CASES: dict[str, Callable[[], Handler]] = {
    "first-read": _first_read,
    "first-read-private": _first_read_private,
    "first-read-failover": _first_read_failover,
    "first-put": _first_put,
    "first-put-late": _first_put_late,
    "first-read-put": _first_read_put,
    "requests-first-get": _requests,
    "boto3-first-get": _boto3_first_get,
    "boto3-first-put": _boto3_first_put,
    "requests-boto3": _requests_boto3,
}

"""Lets the conformance runner ask the Python SDK: one JSON object a line in, one out (spec/VECTORS.md)."""

from __future__ import annotations

import base64
import functools
import json
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import memory
from memory._envelope import decode, encode
from memory._names import check_service_name, object_key, url_path
from memory._signing import Signer, SigningKey, wildcard
from notation import Unavailable, from_python, to_python

if TYPE_CHECKING:
    from datetime import datetime

Message = dict[str, Any]
ahead = [0]  # seconds by which the SDK's clock is ahead


def op_start(_: Message) -> Message:
    runtime = f"{platform.python_implementation()} {platform.python_version()}"
    return {
        "protocol": 1,
        "sdk": "python",
        "version": memory.__version__,
        "runtime": runtime,
        "features": ["files"],
    }


def op_encode(request: Message) -> Message:
    return {"wire": encode(to_python(request["value"])).decode()}


def op_decode(request: Message) -> Message:
    octets = (
        base64.b64decode(request["wire_base64"]) if "wire_base64" in request else request["wire"].encode()
    )
    envelope = decode(octets)
    now = request["now"] / 1000 if "now" in request else time.time()
    return {"missing": True} if envelope.is_expired(now) else found(envelope.value)


def op_locate(request: Message) -> Message:
    service = check_service_name(request["service"])
    key = object_key(request["visibility"], service, to_python(request["name"]))
    return {"key": key, "url": f"https://{request['distribution']}{url_path(key)}"}


def op_configure(request: Message) -> Message:
    config = memory.Config.resolve(request["conf"], request["environment"])
    memory.MemoryService(config, request["service"]).close()
    return {"visibility": config.visibility}


def op_sign(request: Message) -> Message:
    key = SigningKey.from_pem(request["public_key_id"], request["pem"].encode(), "the vector")
    now = [request["now"]]
    resource = wildcard(f"https://{request['distribution']}", request["service"])
    algorithm = [request["hash_algorithm"]] if "hash_algorithm" in request else []
    signer = Signer(resource, lambda: key, request["lifetime"], lambda: now[0], *algorithm)
    reply = {"query": signer.query()}
    if "later" in request:
        now[0] += request["later"]
        reply["later"] = signer.query()
    return reply


def op_put(request: Message) -> Message:
    name, value = to_python(request["name"]), to_python(request["value"])
    return {"version": service(request).put(name, value, **request.get("options", {}))}


def op_get(request: Message) -> Message:
    missing = object()
    value = service(request).get(to_python(request["name"]), missing, consistent="consistent" in request)
    return {"missing": True} if value is missing else found(value)


def op_remove(request: Message) -> Message:
    service(request).remove(to_python(request["name"]))
    return {}


def op_entry(request: Message) -> Message:
    entry = service(request).get_entry(to_python(request["name"]), consistent="consistent" in request)
    if entry is None:
        return {"missing": True}
    known = {"type": entry.type, "version": entry.version, "source": entry.source, "age": entry.age}
    times = {"stored_at": milliseconds(entry.stored_at), "expires_at": milliseconds(entry.expires_at)}
    return {**found(entry.value), **known, **times}


def op_put_many(request: Message) -> Message:
    values = {to_python(name): to_python(value) for name, value in request["values"]}
    versions = service(request).put_many(values, **request.get("options", {}))
    return {"versions": [[["str", name], version] for name, version in versions.items()]}


def op_get_many(request: Message) -> Message:
    return {"values": pairs(service(request).get_many([to_python(name) for name in request["names"]]))}


def op_remove_many(request: Message) -> Message:
    service(request).remove_many([to_python(name) for name in request["names"]])
    return {}


def op_list(request: Message) -> Message:
    return {"names": list(service(request).keys(request["prefix"]))}


def op_clear(request: Message) -> Message:
    return {"count": service(request).clear(request["prefix"])}


def op_clock(request: Message) -> Message:
    ahead[0] = request["offset"]
    return {}


def pairs(values: dict[str, Any]) -> list[list[Any]]:
    return [[["str", name], from_python(value)] for name, value in values.items()]


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def found(value: Any) -> Message:
    return {"value": from_python(value), "native": type(value).__name__}


def service(request: Message) -> memory.MemoryService:
    return opened(json.dumps(request["conf"], sort_keys=True), request["service"])


@functools.cache
def opened(conf: str, service_name: str) -> memory.MemoryService:
    return memory.MemoryService(json.loads(conf), service_name, clock=lambda: time.time() + ahead[0])


def answer(request: Message) -> Message:
    try:
        return dict(globals()[f"op_{request['op']}"](request))
    except memory.MemoryServiceError as error:
        more: Message = {"path": error.path} if isinstance(error, memory.UnsupportedTypeError) else {}
        if isinstance(error, memory.BatchError):
            more["errors"] = [[["str", name], failed.code] for name, failed in error.errors.items()]
            more["results"] = pairs(error.results)
        return {"error": {"code": error.code, **more, "message": str(error)}}
    except Unavailable as lacking:
        return {"skipped": f"Python has no {lacking}"}


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({"id": asked["id"], **answer(asked)}), flush=True)

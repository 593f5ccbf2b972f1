"""Lets the conformance runner ask the Python SDK: one JSON object a line in, one out (spec/VECTORS.md)."""

from __future__ import annotations

import base64
import functools
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import memory
from memory._envelope import decode, encode
from memory._names import check_service_name, object_key, url_path
from memory._signing import Signer, SigningKey, wildcard
from notation import Unavailable, from_python, to_python

Message = dict[str, Any]


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
    signer = Signer(resource, lambda: key, request["lifetime"], lambda: now[0])
    reply = {"query": signer.query()}
    if "later" in request:
        now[0] += request["later"]
        reply["later"] = signer.query()
    return reply


def op_put(request: Message) -> Message:
    return {"version": service(request).put(to_python(request["name"]), to_python(request["value"]))}


def op_get(request: Message) -> Message:
    missing = object()
    value = service(request).get(to_python(request["name"]), missing)
    return {"missing": True} if value is missing else found(value)


def op_remove(request: Message) -> Message:
    service(request).remove(to_python(request["name"]))
    return {}


def found(value: Any) -> Message:
    return {"value": from_python(value), "native": type(value).__name__}


def service(request: Message) -> memory.MemoryService:
    return opened(json.dumps(request["conf"], sort_keys=True), request["service"])


@functools.cache
def opened(conf: str, service_name: str) -> memory.MemoryService:
    return memory.MemoryService(json.loads(conf), service_name)


def answer(request: Message) -> Message:
    try:
        return dict(globals()[f"op_{request['op']}"](request))
    except memory.MemoryServiceError as error:
        path = {"path": error.path} if isinstance(error, memory.UnsupportedTypeError) else {}
        return {"error": {"code": error.code, **path, "message": str(error)}}
    except Unavailable as lacking:
        return {"skipped": f"Python has no {lacking}"}


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({"id": asked["id"], **answer(asked)}), flush=True)

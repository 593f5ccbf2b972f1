"""Lets the conformance runner ask the Python SDK: one JSON object a line in, one out (spec/VECTORS.md)."""

from __future__ import annotations

import base64
import json
import logging
import platform
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import memory
from change_record import said
from double import Double
from environment import endpoint
from memory._aws import forget_time
from memory._envelope import decode, encode
from memory._names import check_service_name, object_key, place_of, url_path
from memory._signing import Signer, SigningKey, wildcard
from minting import minted
from notation import Unavailable, from_python, to_python
from world import World, spoil

if TYPE_CHECKING:
    from datetime import datetime

Message = dict[str, Any]
world = World()
double = Double()


BEFORE_ASKING = 0.2  # seconds


class FactoryError(Exception):
    """What a factory raises that is to fail."""


def op_start(_: Message) -> Message:
    runtime = f"{platform.python_implementation()} {platform.python_version()}"
    return {
        "protocol": 1,
        "sdk": "python",
        "version": memory.__version__,
        "runtime": runtime,
        "features": [
            "files",
            "endpoints",
            "credentials",
            "double",
            "named-arguments",
            "changes",
            "tags",
            "write-grants",
        ],
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
    place = place_of(service, changes="changes" in request)
    key = object_key(request["visibility"], place, to_python(request["name"]))
    return {"key": key, "url": f"https://{request['distribution']}{url_path(key)}"}


def op_changes(request: Message) -> Message:
    return said(request)


def op_configure(request: Message) -> Message:
    config = memory.Config.resolve(request["conf"], request["environment"])
    memory.MemoryService(config, request["service"]).close()
    return {"visibility": config.visibility}


def op_sign(request: Message) -> Message:
    key = SigningKey.from_pem(request["public_key_id"], request["pem"].encode(), "the vector")
    now = [request["now"]]
    place = place_of(request["service"], changes="changes" in request)
    resource = wildcard(f"https://{request['distribution']}", place)
    algorithm = [request["hash_algorithm"]] if "hash_algorithm" in request else []
    signer = Signer(resource, lambda _: key, request["lifetime"], lambda: now[0], *algorithm)
    reply = {"query": signer.query()}
    if "later" in request:
        now[0] += request["later"]
        reply["later"] = signer.query()
    return reply


def op_put(request: Message) -> Message:
    name, value = to_python(request["name"]), to_python(request["value"])
    with world.service(request) as mem:
        version = mem.put(name, value, **options(request))
    if "mutate" in request:
        spoil(value)
    return {"version": version}


def op_get(request: Message) -> Message:
    missing = object()
    with world.service(request) as mem:
        value = mem.get(to_python(request["name"]), missing, consistent="consistent" in request)
    if value is missing:
        return {"missing": True}
    reply = found(value)
    if "mutate" in request:
        spoil(value)
    return reply


def op_remove(request: Message) -> Message:
    with world.service(request) as mem:
        mem.remove(to_python(request["name"]), **options(request))
    return {}


def op_entry(request: Message) -> Message:
    with world.service(request) as mem:
        entry = mem.get_entry(to_python(request["name"]), consistent="consistent" in request)
    if entry is None:
        return {"missing": True}
    known = {"type": entry.type, "version": entry.version, "source": entry.source, "age": entry.age}
    times = {"stored_at": milliseconds(entry.stored_at), "expires_at": milliseconds(entry.expires_at)}
    return {**found(entry.value), **known, **times, "tags": list(entry.tags)}


def op_put_many(request: Message) -> Message:
    values = {to_python(name): to_python(value) for name, value in request["values"]}
    with world.service(request) as mem:
        try:
            versions = mem.put_many(values, **options(request))
        except memory.MemoryServiceError:
            raise
        except TypeError as error:  # Python refuses by itself what is no argument
            raise memory.ConfigurationError(str(error)) from error
    return {"versions": [[["str", name], version] for name, version in versions.items()]}


def op_get_many(request: Message) -> Message:
    with world.service(request) as mem:
        names = [to_python(name) for name in request["names"]]
        return {"values": pairs(mem.get_many(names, consistent="consistent" in request))}


def op_remove_many(request: Message) -> Message:
    with world.service(request) as mem:
        mem.remove_many([to_python(name) for name in request["names"]], **options(request))
    return {}


def op_invalidate_tags(request: Message) -> Message:
    with world.service(request) as mem:
        mem.invalidate_tags(request["tags"], **options(request))
    return {}


def op_list(request: Message) -> Message:
    with world.service(request) as mem:
        return {"names": list(mem.keys(request["prefix"]))}


def op_clear(request: Message) -> Message:
    with world.service(request) as mem:
        return {"count": mem.clear(request["prefix"], **options(request))}


def op_update(request: Message) -> Message:
    key, value = request["set"]

    def ask(names: list[str]) -> None:
        """Update the first name, in whose function the next is updated."""

        def nested(old: Message) -> Message:
            ask(names[1:])
            return {**old}

        if names:
            mem.update(names[0], nested, default={})

    def change(old: Message) -> Any:
        invalidate(request)
        ask(request.get("asks", []))
        if "how" not in request:
            return {**old, key: to_python(value)}
        if request["how"] == "in_place":
            old[key] = to_python(value)
        return to_python(request["returns"]) if "returns" in request else None

    with world.service(request) as mem, world.waits() as waits:
        new = mem.update(
            to_python(request["name"]),
            change,
            default={},
            **options(request),
        )
        return {**found(new), "waits": waits}


def op_increment(request: Message) -> Message:
    by = [to_python(request["by"])] if "by" in request else []
    with world.service(request) as mem, world.waits() as waits:
        new = mem.increment(to_python(request["name"]), *by, **options(request))
        return {**found(new), "waits": waits}


def op_touch(request: Message) -> Message:
    with world.service(request) as mem:
        version = mem.touch(to_python(request["name"]), request["ttl"], **options(request))
    return {"missing": True} if version is None else {"version": version}


def op_get_or_put(request: Message) -> Message:
    called = []

    def factory() -> Any:
        called.append(True)
        if world.now is not None:
            world.now += request.get("takes", 0)
        invalidate(request)
        if "asks" in request:
            time.sleep(BEFORE_ASKING)
            mem.get_or_put(request["asks"], lambda: to_python(request["value"]))
        if "fails" in request:
            raise FactoryError
        return to_python(request["value"])

    with world.service(request) as mem:
        value = mem.get_or_put(to_python(request["name"]), factory, **options(request))
    reply = {**found(value), "called": bool(called)}
    if "mutate" in request:
        spoil(value)
    return reply


def op_cached(request: Message) -> Message:
    called = []
    name = {"name": to_python(request["name"])} if "name" in request else {}

    def make() -> Any:
        called.append(True)
        return to_python(request["value"])

    with world.service(request) as mem:
        function = world.function(request)
        cached = mem.cached(**name, **options(request))(function)
        function.make = make
        value = cached(*map(to_python, request["arguments"]))
    return {**found(value), "called": bool(called)}


def op_cache_name(request: Message) -> Message:
    positional = [to_python(value) for value in request["arguments"]]
    named = {name: to_python(value) for name, value in request.get("named", {}).items()}
    conf = {"DISTRIBUTION": "d111111abcdef8.cloudfront.net", "BUCKET_NAME": "values", "REGION": "us-east-1"}
    with memory.MemoryService(conf, "shop") as mem:
        cached = mem.cached(name=request["function"])(lambda *args, **kwargs: (args, kwargs))
        return {"cache_name": cached.cache_name(*positional, **named)}


def op_grant(request: Message) -> Message:
    with world.service(request) as mem:
        grant = mem.grant(request["what"], request["ttl"])
    return {"grant": grant.to_dict(), "printed": f"{grant} {grant!r}"}


def op_grant_put(request: Message) -> Message:
    with world.service(request) as mem:
        grant = mem.grant_put(request["what"], request["ttl"], request["max_bytes"], **options(request))
    return {"grant": grant.to_dict(), "printed": f"{grant} {grant!r}"}


def op_mint(request: Message) -> Message:
    return minted(request)


def op_stats(request: Message) -> Message:
    with world.service(request) as mem:
        return {"stats": mem.stats().to_dict()}


def op_together(request: Message) -> Message:
    lanes = request["lanes"]
    start = threading.Barrier(len(lanes))

    def run(lane: list[Message]) -> list[Message]:
        start.wait()
        return [answer(one) for one in lane]

    with ThreadPoolExecutor(len(lanes)) as pool:
        return {"lanes": list(pool.map(run, lanes))}


def op_pause(request: Message) -> Message:
    time.sleep(request["seconds"])
    return {}


def op_clock(request: Message) -> Message:
    world.now = request.get("now")
    world.ahead = Path(request["file"]) if "file" in request else None
    return {}


def op_random(request: Message) -> Message:
    world.chance = request["value"]
    return {}


def op_log(_: Message) -> Message:
    logging.basicConfig(level=logging.DEBUG, force=True)
    return {}


def op_endpoint(request: Message) -> Message:
    signed_by = "signed_by" in request
    return endpoint(request["target"], request["conf"], request["environment"], signed_by=signed_by)


def op_double(request: Message) -> Message:
    try:
        return double.answer(request, world.present, world.advance)
    except NotImplementedError as lacking:
        raise Unavailable(str(lacking)) from None


def op_close(_: Message) -> Message:
    world.close()
    forget_time()
    logging.getLogger().setLevel(logging.WARNING)
    return {}


def options(request: Message) -> Message:
    return dict(request.get("options", {}))


def invalidate(request: Message) -> None:
    """Do what befalls the tags while a value is made."""
    if "invalidates" in request:
        with world.service({"conf": request["conf"], "service": request["service"]}) as mem:
            mem.invalidate_tags(request["invalidates"])


def pairs(values: dict[str, Any]) -> list[list[Any]]:
    return [[["str", name], from_python(value)] for name, value in values.items()]


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def found(value: Any) -> Message:
    return {"value": from_python(value), "native": type(value).__name__}


def answer(request: Message) -> Message:
    world.pace = request.get("pace", 0)
    world.pass_later(request.get("passes", 0))
    try:
        return dict(globals()[f"op_{request['op']}"](request))
    except memory.MemoryServiceError as error:
        more: Message = {"path": error.path} if isinstance(error, memory.UnsupportedTypeError) else {}
        if isinstance(error, memory.BatchError):
            more["errors"] = [[["str", name], failed.code] for name, failed in error.errors.items()]
            more["results"] = pairs(error.results)
        if isinstance(error, memory.UnavailableError) and error.outcome_unknown:
            more["unknown"] = True
        return {"error": {"code": error.code, **more, "message": str(error)}}
    except FactoryError:
        return {"error": {"code": "factory", "message": "the factory failed"}}
    except Unavailable as lacking:
        return {"skipped": f"Python: {lacking}"}


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({"id": asked["id"], **answer(asked)}), flush=True)

"""Steps that the runner does with the records of tags: looking at them, and playing somebody else who puts one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .answers import FailureError, equal
from .change import members_of
from .names import escaped

if TYPE_CHECKING:
    from .answers import Message
    from .play import Play

_FOLDER = ".tags/"
_INACCURACY = 10_000  # milliseconds that an at may be from the present (CTAG-3)


def key(tag: str) -> str:
    """Return the key of a tag's record behind the place's (CTAG-1)."""
    return f"{_FOLDER}{escaped(tag)}.json"


def look(play: Play, step: Message) -> None:
    """Look at the record of a tag, and remember its generation.

    Raises:
        FailureError: It is not what the step says.
    """
    found = play.store.stored(play.key({"key": key(step["tag"])}))
    if found is None or step.get("missing"):
        equal("no record" if step.get("missing") else "a record", "a record" if found else "no record")
        return
    for name, value in step.get("headers", {}).items():
        equal({name: value}, {name: found.headers.get(name.lower())})
    told = members_of(found.body)
    if (
        told.get("v") != 1
        or told.get("type") != "int"
        or type(told.get("value")) is not int
        or "expires_at" in told
    ):
        shown = found.body.decode(errors="replace")[:300]
        raise FailureError("invalid_document", "an int without an end (CTAG-2)", shown)
    if "at_ago" in step:
        ago = round(play.store.clock.now * 1000) - told["value"]
        if abs(ago - step["at_ago"] * 1000) > _INACCURACY:
            equal({"at_ago": step["at_ago"]}, {"at_ago": ago / 1000})
    generation, before = told.get("write"), play.remembered.get(f"generation of {step['tag']}")
    if "generation" in step:
        equal({"generation": step["generation"]}, {"generation": generation})
    if "same" in step:
        equal({"same generation": step["same"]}, {"same generation": generation == before})
    play.remembered[f"generation of {step['tag']}"] = generation


def store(play: Play, step: Message) -> None:
    """Store the record of a tag as no SDK would, `at` seconds from now."""
    at = round((play.store.clock.now + step.get("at", 0)) * 1000)
    record = {"v": 1, "type": "int", "value": at, "write": step["write"]}
    headers = {"Cache-Control": "max-age=5", "Content-Type": "application/json"}
    play.store.put(play.key({"key": key(step["tag"])}), headers, json.dumps(record).encode())


def check_document(play: Play, step: Message, document: Message) -> None:
    """Check that a document has these tags, in any order, each with the generation that its record has now.

    Raises:
        FailureError: It has not, or is not of the version that it has to be of (CTAG-4).
    """
    tags = step["tagged_with"]
    found = document.get("tags", {})
    equal({"v": 2 if tags else 1, "tags": sorted(tags)}, {"v": document.get("v"), "tags": sorted(found)})
    for tag in tags:
        record = play.store.stored(play.key({"key": key(tag)}))
        equal({tag: members_of(record.body).get("write") if record else "a generation"}, {tag: found[tag]})


def is_record(entry: Any) -> bool:
    """Whether a request is for the record of a tag."""
    return f"/{_FOLDER}" in str(entry.path)


def count(asked: list[Any], step: Message) -> None:
    """Check what was asked for records of tags: `edge` and `s3`, how often they were read; `puts` of them.

    Args:
        asked: all requests for the place.
        step: the step, whose `tags` has the numbers.

    Raises:
        FailureError: It was something else.
    """
    told = step["tags"]
    about = [entry for entry in asked if is_record(entry)]
    found = {
        where: sum(entry.method == "GET" and entry.where == where for entry in about)
        for where in ("edge", "s3")
    }
    found["puts"] = sum(entry.method == "PUT" for entry in about)
    equal(told, {name: found[name] for name in told})

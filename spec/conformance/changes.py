"""What a driver is asked of the change record (section 14), and what it has to say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import record
from .answers import equal
from .vectors import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .answers import Answer, Message
    from .vectors import Vector

BUCKET_NAME = "values"
PLACE = record.place_of(BUCKET_NAME, record.key_of("public", "shop"))
_RECORDS = ("stored", "newer")
_ASKED = ("name", "names", "e", "all", "until", "f", "date", "elapsed", "age", "max_age", "last_modified")


def request(vector: Vector) -> Message:
    """Return what a driver is asked."""
    members = vector.members
    asked = {"op": "changes", "do": members["changes"], "place": PLACE}
    if members["changes"] == "place":
        asked = {"op": "changes", "do": "place", "bucket_name": BUCKET_NAME}
        asked |= {member: members[member] for member in ("visibility", "service")}
    records: Message = {member: _told(members[member]) for member in _RECORDS if member in members}
    return {**asked, **records, **{member: members[member] for member in _ASKED if member in members}}


def judge(vector: Vector, answer: Answer) -> None:
    """Judge what it says.

    Raises:
        FailureError: It is not what the vector says.
    """
    expected = vector.members["is"]
    answer.check_success(expected)
    said = dict(answer.message)
    if "wire" in said:
        said["wire"] = _read(said["wire"])
        expected = {"wire": _read(joined(expected["wire"]))}
    equal(expected, {member: said.get(member) for member in expected})


def is_right(vector: Vector) -> bool:
    """Whether what the vector expects is what section 14 says."""
    members = vector.members
    told: Message = {member: _believed(members[member]) for member in _RECORDS if member in members}
    says: dict[str, Any] = _SAYS[members["changes"]](members, told)
    if "wire" in says:
        return bool(_read(says["wire"]) == _read(joined(members["is"]["wire"])))
    return bool(says == members["is"])


def is_document(wire: str) -> bool:
    """Whether a text is the document of a record, of whatever place and time."""
    told = _read(wire)
    place = told.get("place") if isinstance(told, dict) else None
    newest = told.get("newest") if isinstance(told, dict) else None
    return isinstance(place, str) and record.believed(wire, place, newest) is not None


def documents(vector: Vector) -> list[str]:
    """Return the documents of a vector that stand for a record, or for what is none."""
    members = vector.members
    stored = [members[member]["wire"] for member in _RECORDS if member in members]
    return [joined(wire) for wire in [*stored, *([members["is"]["wire"]] if "wire" in members["is"] else [])]]


def _told(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {**stored, "wire": joined(stored["wire"])}


def _believed(stored: Mapping[str, Any]) -> record.Record | None:
    return record.believed(joined(stored["wire"]), PLACE, stored.get("last_modified"))


def _read(wire: str) -> Any:
    try:
        return json.loads(wire)
    except ValueError:
        return wire


def _f(members: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    f = record.read_at(members.get("date"), members["elapsed"], members["age"], members.get("max_age"))
    return {"missing": True} if f is None else {"f": f}


def _record(_: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    believed: record.Record | None = told["stored"]
    if believed is None:
        return {"believed": False}
    buckets = {str(bucket): time for bucket, time in believed.buckets.items()}
    return {
        "record": {
            "newest": believed.newest,
            "since": believed.since,
            "all": believed.all,
            "buckets": buckets,
        }
    }


def _raised(members: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    e: int = members["e"]
    until = members.get("until", e if members.get("all") else None)
    buckets = [record.bucket_of(name) for name in members.get("names", ())]
    raised = (told.get("stored") or record.first(e)).raised(e, buckets, until=until)
    return {"wire": record.document(raised, PLACE)}


def _confirmed(members: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    believed: record.Record | None = told["stored"]
    bucket = record.bucket_of(members["name"])
    return {"confirmed": believed is not None and believed.confirms(bucket, members.get("f"))}


def _distrusts(members: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    believed: record.Record | None = told["stored"]
    bucket, modified = record.bucket_of(members["name"]), members["last_modified"]
    return {"distrusts": believed is not None and believed.contradicts(members.get("f"), bucket, modified)}


def _put_back(members: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    back = record.put_back(told["stored"], members["date"], told["newer"], members.get("f"))
    return {"distrusts": back}


def _place(members: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    key = record.key_of(members["visibility"], members["service"])
    return {"key": key, "place": record.place_of(BUCKET_NAME, key)}


_SAYS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]] = {
    "bucket": lambda members, _: {"bucket": record.bucket_of(members["name"])},
    "place": _place,
    "read": _record,
    "raise": _raised,
    "f": _f,
    "confirm": _confirmed,
    "contradict": _distrusts,
    "put back": _put_back,
}

"""What the SDK says of a change record that the runner shows it (spec/VECTORS.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memory._changes import bucket_of, first, mark_of, read, record_key, surely_read, was_put_back
from memory._names import place_of

if TYPE_CHECKING:
    from memory._changes import Record

Message = dict[str, Any]


def said(request: Message) -> Message:
    """Answer a request about a record."""
    return dict(globals()[f"_{request['do'].replace(' ', '_')}"](request))


def _bucket(request: Message) -> Message:
    return {"bucket": bucket_of(request["name"])}


def _place(request: Message) -> Message:
    key = record_key(request["visibility"], place_of(request["service"], changes=True))
    return {"key": key, "place": mark_of(request["bucket_name"], key)}


def _read(request: Message) -> Message:
    record = _told(request, "stored")
    if record is None:
        return {"believed": False}
    times = {str(bucket): time for bucket, time in record.times().items()}
    return {"record": {"newest": record.newest, "since": record.since, "all": record.all, "buckets": times}}


def _raise(request: Message) -> Message:
    e = request["e"]
    record = (_told(request, "stored") if "stored" in request else None) or first(e)
    buckets = [bucket_of(name) for name in request.get("names", ())]
    until: int = request.get("until") or (e if "all" in request else 0)
    return {"wire": record.raised(e, buckets, until=until).document(request["place"]).decode()}


def _f(request: Message) -> Message:
    f = surely_read(request.get("date"), request["elapsed"], request["age"], request.get("max_age"))
    return {"missing": True} if f is None else {"f": f}


def _confirm(request: Message) -> Message:
    record = _told(request, "stored")
    is_confirmed = record is not None and record.confirms(bucket_of(request["name"]), request.get("f"))
    return {"confirmed": is_confirmed}


def _contradict(request: Message) -> Message:
    record = _told(request, "stored")
    bucket, last_modified = bucket_of(request["name"]), request["last_modified"]
    return {"distrusts": record is not None and record.contradicts(request.get("f"), bucket, last_modified)}


def _put_back(request: Message) -> Message:
    older, newer = _told(request, "stored"), _told(request, "newer")
    if older is None or newer is None:
        return {"distrusts": False}
    return {"distrusts": was_put_back(older, request["date"], newer, request.get("f"))}


def _told(request: Message, which: str) -> Record | None:
    stored = request[which]
    return read(stored["wire"].encode(), request["place"], stored.get("last_modified"))

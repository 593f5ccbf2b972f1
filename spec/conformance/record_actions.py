"""Steps that the runner does with a scenario's change record: looking at it, and playing somebody else who puts one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import record
from .answers import FailureError, equal
from .change import NEW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Message
    from .play import Play

NAME = ".changes.json"
_INACCURACY = 10  # seconds that an e may be from the present (CHG-10)
_SIGNED_FOR = 20  # seconds (CHG-12)
_WRITES = frozenset({"PUT", "DELETE", "POST"})


def look(play: Play, step: Message) -> None:
    """Look at the record that is stored.

    Raises:
        FailureError: It is not what the step says, or none that anybody believes.
    """
    found = play.store.stored(play.key({"key": NAME}))
    if found is None or step.get("missing"):
        equal("no record" if step.get("missing") else "a record", "a record" if found else "no record")
        return
    for name, value in step.get("headers", {}).items():
        equal({name: value}, {name: found.headers.get(name.lower())})
    text = found.body.decode(errors="replace")
    now = int(play.store.clock.now)
    told = record.believed(text, _place(play), 0)
    if told is None:
        raise FailureError("invalid_document", "a change record of this place (CHG-2)", text[:300])
    for member, time in (("newest_ago", told.newest), ("since_ago", told.since)):
        if member in step:
            _about(member, step[member], now - time)
    if "all_ago" in step:
        _about("all_ago", step["all_ago"], now - told.all if told.all else None)
    for name, ago in step.get("names", {}).items():
        announced = told.buckets.get(record.bucket_of(name))
        _about(name, ago, None if announced is None else now - announced)
    for name in step.get("announced", ()):
        last = max(told.buckets.get(record.bucket_of(name), 0), told.all)
        _about(f"the announcement of {name}", 0, now - last)


def document(play: Play, told: Mapping[str, Any]) -> str:
    """Return the document of a record whose times are given in seconds from now, new each time that it is stored.

    Args:
        play: the scenario, whose place it is, unless it is `of` another one.
        told: `newest`, `since`, maybe `all`, and the times of the buckets of some `names`.
    """
    now = int(play.store.clock.now)
    buckets = {record.bucket_of(name): now + at for name, at in told.get("names", {}).items()}
    everything = now + told["all"] if "all" in told else 0
    stored = record.Record(now + told["newest"], now + told["since"], everything, buckets)
    members = json.loads(record.document(stored, told.get("of") or _place(play)))
    return json.dumps({**members, "note": NEW})


def is_record(entry: Any) -> bool:
    """Whether a request is for a record."""
    return str(entry.path).endswith(f"/{NAME}")


def count(asked: list[Any], step: Message) -> None:
    """Check what was asked for the record: `edge`, `s3`, `unchanged`, and at most so many `puts`.

    Args:
        asked: all requests for the place.
        step: the step, whose `records` has the numbers.

    Raises:
        FailureError: It was something else.
    """
    told = step["records"]
    about = [entry for entry in asked if is_record(entry)]
    reads = [entry for entry in about if entry.method == "GET"]
    for where in ("edge", "s3"):
        if where in told:
            equal({where: told[where]}, {where: sum(entry.where == where for entry in reads)})
    if "unchanged" in told:
        unchanged = sum(getattr(entry, "status", None) == 304 for entry in reads)  # noqa: PLR2004 - a status
        equal({"unchanged": told["unchanged"]}, {"unchanged": unchanged})
    puts = sum(entry.method == "PUT" for entry in about)
    if puts > told.get("puts", puts):
        raise FailureError("mismatch", f"at most {told['puts']} puts of the record", str(puts))


def check_writes(asked: list[Any], step: Message) -> None:
    """Check what S3 was asked to change: in which order, what is repeated counted once, and how it was signed.

    Args:
        asked: all requests for the place.
        step: the step: `writes`, each a method and, but for `POST`, what follows the place in the key; `query_signed`.

    Raises:
        FailureError: It was something else, or not signed in its query for 20 s.
    """
    writes = [entry for entry in asked if entry.where == "s3" and entry.method in _WRITES]
    if "writes" in step:
        said = [f"{entry.method} {entry.path.partition('.changes/')[2]}".strip() for entry in writes]
        alone = [one for one, before in zip(said, ["", *said], strict=False) if one != before]
        equal(step["writes"], alone)
    for entry in writes if step.get("query_signed") else ():
        if getattr(entry, "signed_at", None) is None or entry.expires != _SIGNED_FOR:
            expires = getattr(entry, "expires", None)
            expected = f"a {entry.method} signed in its query for {_SIGNED_FOR} s (CHG-12)"
            raise FailureError(
                "mismatch", expected, f"one signed there for {expires} s" if expires else "another"
            )


def _place(play: Play) -> str:
    return record.place_of(play.store.bucket, play.key({"key": NAME}))


def _about(what: str, expected: int | None, found: int | None) -> None:
    """Check a time, which an SDK takes by its own clock."""
    if expected is None or found is None or abs(expected - found) > _INACCURACY:
        equal({what: expected}, {what: found})

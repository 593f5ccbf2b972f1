"""Steps that the runner does itself: looking at the store, playing somebody else, and letting things fail."""

from __future__ import annotations

import gzip
import json
import re
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from . import forms, grants, record_actions, tag_actions
from .answers import equal
from .change import Change, filled, members_of, write_of
from .checks import check_document
from .vectors import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .answers import Message
    from .play import Play

_CONCURRENT_PUTS = 16
_OF_THE_ROLE = ("s3", "cloudfront")  # whose requests it signs (ROLE-1)
_DATE = re.compile(r"\$DATE([+-]\d+)")
_TIME = re.compile(r"\$NOW([+-]\d+)")
_FAULT = ("where", "kind", "method", "pop", "times", "status", "code", "delay", "pause", "headers")


def _object(play: Play, step: Message) -> None:
    found = play.store.stored(play.key(step))
    if found is None or step.get("missing"):
        equal("no object" if step.get("missing") else "an object", "an object" if found else "no object")
        return
    for name, value in step.get("headers", {}).items():
        equal({name: value}, {name: found.headers.get(name.lower())})
    if "document" in step:
        check_document(joined(step["document"]), found.body.decode(errors="replace"))
    if step.get("version"):
        equal(found.version, play.remembered["$VERSION"])
    if "storage_class" in step:
        equal(step["storage_class"], found.storage_class)
    if "tags" in step:
        equal(step["tags"], play.store.tags(play.key(step)))
    _members(play, step, members_of(found.body))
    play.remembered["$WRITE"] = write_of(found.body)


def _members(play: Play, step: Message, document: Message) -> None:
    """Check what a document has besides its value."""
    if "tagged_with" in step:
        tag_actions.check_document(play, step, document)
    if "expires_in" in step:
        now = play.store.clock.now
        expected = None if step["expires_in"] is None else round((now + step["expires_in"]) * 1000)
        equal({"expires_at": expected}, {"expires_at": document.get("expires_at")})
    if "previous" in step:
        previous = [play.remembered.get(write, write) for write in step["previous"]]
        equal({"previous": previous}, {"previous": document.get("previous", [])})
    if "took" in step:
        equal({"took": step["took"]}, {"took": document.get("took")})


def _place(play: Play, step: Message) -> None:
    play.store.put(play.key(step), step.get("headers", {}), _body(play, step))


def _store_record(play: Play, step: Message) -> None:
    text = filled(record_actions.document(play, step), None)
    headers = {"Cache-Control": "max-age=5", "Content-Type": "application/json"}
    play.store.put(play.key({"key": record_actions.NAME}), headers, text.encode())


def _delete(play: Play, step: Message) -> None:
    play.store.remove(play.key(step))


def _meanwhile(play: Play, step: Message) -> None:
    when = {"method": step["before"], "key": play.key(step), "times": step.get("times", 1)}
    if "passes" in step:
        play.store.delay(step["passes"], **when)
        return
    if "record" in step:
        when["key"] = play.key({"key": record_actions.NAME})
        body: str | None = record_actions.document(play, step["record"])
    else:
        body = None if step.get("remove") else _at_present(play, step["body"])
    play.store.meanwhile(Change(step.get("headers", {}), body), **when)


def _meet(play: Play, step: Message) -> None:
    play.store.meet(method=step["before"], key=play.key(step), count=step["count"])


def _body(play: Play, step: Message) -> bytes:
    text = _at_present(play, step["gzip"] if "gzip" in step else step["body"])
    text = filled(text, play.remembered.get("$WRITE"))
    return gzip.compress(text.encode()) if "gzip" in step else text.encode()


def _at_present(play: Play, wire: Any) -> str:
    """Return a text whose times are counted from now."""
    now = play.store.clock.now
    return _TIME.sub(lambda found: str(round((now + int(found[1])) * 1000)), joined(wire))


def _fill(play: Play, step: Message) -> None:
    if not step.get("anew"):
        # Once for all pairs: a thousand puts take longer than all else.
        play.service = f"filled-{step['count']}"
        if play.key({}) in play.store.filled:
            return
        play.store.filled.add(play.key({}))
    names = [f"n/{number:04}" for number in range(step["count"])]
    with ThreadPoolExecutor(_CONCURRENT_PUTS) as pool:
        list(pool.map(lambda name: play.store.put(play.key({"name": name}), {}, b""), names))


def _requests(play: Play, step: Message) -> None:
    asked = play.store.requests(play.visibility, play.place)
    if "records" in step:
        record_actions.count(asked, step)
    if "tags" in step:
        tag_actions.count(asked, step)
    record_actions.check_writes(asked, step)
    if "services" in step:
        equal({"services": step["services"]}, {"services": play.store.services(asked)})
    counted = [
        entry
        for entry in asked
        if entry.method == step.get("method", "GET")
        and not record_actions.is_record(entry)
        and not tag_actions.is_record(entry)
    ]
    for where in ("edge", "s3"):
        if where in step:
            equal({where: step[where]}, {where: sum(entry.where == where for entry in counted)})
    if "role" in step:
        keys = {entry.access_key for entry in counted if entry.where in _OF_THE_ROLE}
        signers = "a role" if keys and play.store.access_key not in keys else "not only a role"
        equal({"signer": "a role"}, {"signer": signers})


def _fault(play: Play, step: Message) -> None:
    fault = {member: step[member] for member in _FAULT if member in step}
    if "headers" in step:
        fault["headers"] = "\n".join(_dated(play, joined(line)) for line in step["headers"])
    play.store.fault(fault, play.visibility, "" if step.get("everything") else play.key(step))


def _dated(play: Play, line: str) -> str:
    """Return a header whose date is counted from now."""
    now = play.store.clock.now
    return _DATE.sub(lambda found: formatdate(now + int(found[1]), usegmt=True), line)


def _heal(play: Play, _: Message) -> None:
    play.store.heal()


def _invalidations(play: Play, step: Message) -> None:
    found = play.store.invalidations(play.visibility, f"/{play.place}/")
    if "counts" in step:
        equal(sorted(step["counts"]), sorted(len(paths) for paths in found))
        return
    expected = [[path.replace("$SERVICE", play.place) for path in paths] for paths in step["paths"]]
    equal([sorted(paths) for paths in expected], [sorted(paths) for paths in found])


def _wait(play: Play, step: Message) -> None:
    play.wait(step["seconds"])


def _random(play: Play, step: Message) -> None:
    play.chance(step["value"])


def _log(play: Play, _: Message) -> None:
    play.log()


def _fetch(play: Play, step: Message) -> None:
    grants.fetch(play, step)


def _post(play: Play, step: Message) -> None:
    tags = json.dumps(play.remembered["write grant"].get("tags", {}), separators=(",", ":"))
    told: Message = {
        member: joined(step[member]).replace("$TAGS", tags) for member in ("body", "gzip") if member in step
    }
    forms.post(play, step, _body(play, told))


ACTIONS: Mapping[str, Callable[[Play, Message], None]] = {
    "object": _object,
    "store": _place,
    "record": record_actions.look,
    "store_record": _store_record,
    "tag": tag_actions.look,
    "store_tag": tag_actions.store,
    "delete": _delete,
    "meanwhile": _meanwhile,
    "meet": _meet,
    "fill": _fill,
    "requests": _requests,
    "fault": _fault,
    "heal": _heal,
    "invalidations": _invalidations,
    "fetch": _fetch,
    "post": _post,
    "wait": _wait,
    "random": _random,
    "log": _log,
}

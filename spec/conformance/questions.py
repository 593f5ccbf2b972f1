"""Steps that a driver does: what it is asked, and how its answer is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import grants, write_grants
from .answers import FailureError, equal
from .names import key_behind_place
from .notation import normal, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .answers import Answer, Message
    from .play import Play

READS = frozenset({"get", "entry"})  # what a language may have in two ways
OF_READERS = frozenset({"get", "entry", "get_many", "list"})
_PASSED = (
    "prefix",
    "consistent",
    "mutate",
    "what",
    "ttl",
    "max_bytes",
    "set",
    "by",
    "takes",
    "fails",
    "pace",
    "passes",
    "asks",
    "how",
    "returns",
    "function",
    "arguments",
    "tags",
    "invalidates",
)


def request(step: Message, remembered: Message) -> Message:
    """Return what a driver is asked, without the configuration.

    Args:
        step: the step.
        remembered: what stands for `$VERSION` and `$WRITE`.
    """
    asked = {member: step[member] for member in _PASSED if member in step}
    if "name" in step:
        asked["name"] = ["str", step["name"]]
    if "names" in step and step["do"] != "list":
        asked["names"] = [["str", name] for name in step["names"]]
    if step["do"] == "remove_many" and "count" in step:
        asked["names"] = [["str", f"n/{number:04}"] for number in range(step["count"])]
    if step["do"] == "put_many":
        asked["values"] = [[["str", name], value] for name, value in step["values"].items()]
    if step["do"] == "put":
        asked["value"] = step["value"]
    if "makes" in step:
        asked["value"] = step["makes"]
    if "options" in step:
        asked["options"] = {
            name: remembered.get(value, value) if isinstance(value, str) else value
            for name, value in step["options"].items()
        }
    return asked


def _put(play: Play, step: Message, answer: Answer) -> None:
    if "error" in step:
        _refused(step, answer)
        return
    version = answer.get("version", {"version": "…"})
    if "version" in step:
        expected = play.remembered.get(step["version"], step["version"])
        equal({"version": expected}, {"version": version})
    play.remembered["$VERSION"] = version


def _get(_: Play, step: Message, answer: Answer) -> None:
    if "error" in step:
        _refused(step, answer)
    elif step.get("any"):
        answer.check_success({})
    elif step.get("missing"):
        expected = {"missing": True}
        equal(expected, {"missing": answer.get("missing", expected)})
    else:
        _judge_value(step, answer)


def _entry(play: Play, step: Message, answer: Answer) -> None:
    if "error" in step:
        answer.check_refusal(step["error"])
        return
    if step.get("missing"):
        equal({"missing": True}, {"missing": answer.get("missing", {"missing": True})})
        return
    for member, told in step["entry"].items():
        if member == "value":
            value = normal(told)
            equal(value, answer.value(value))
        elif member in _TIMES:
            real, sign = _TIMES[member]
            expected = round((play.store.clock.now + sign * told) * 1000)
            if member == "stored_ago":  # S3 counts whole seconds
                expected = int(play.store.clock.now - told) * 1000
            equal({real: expected}, {real: answer.get(real, {real: expected})})
        else:
            expected = play.remembered["$VERSION"] if told == "$VERSION" else told
            equal({member: expected}, {member: answer.get(member, {member: expected})})
    play.remembered["$VERSION"] = answer.message["version"]


_TIMES: Mapping[str, tuple[str, int]] = {"expires_in": ("expires_at", 1), "stored_ago": ("stored_at", -1)}


def _succeeds(_: Play, step: Message, answer: Answer) -> None:
    if "error" in step:
        _refused(step, answer)
    else:
        answer.check_success({})


def _put_many(_: Play, step: Message, answer: Answer) -> None:
    if "error" in step:
        answer.check_refusal(step["error"])
        if "errors" in step:
            error = answer.message["error"]
            equal(step["errors"], {name[1]: code for name, code in error.get("errors", [])})
            done = [[name[1], kind] for name, (kind, *_) in error.get("results", [])]
            equal([[name, "str"] for name in step["done"]], done)
        return
    versions = answer.get("versions", sorted(step["values"]))
    equal(sorted(step["values"]), sorted(name[1] for name, _ in versions))


def _invalidate_tags(_: Play, step: Message, answer: Answer) -> None:
    if "error" not in step:
        answer.check_success({})
        return
    answer.check_refusal(step["error"])
    if "errors" in step:
        errors = answer.message["error"].get("errors", [])
        equal(step["errors"], {name[1]: code for name, code in errors})


def _get_many(_: Play, step: Message, answer: Answer) -> None:
    if "error" not in step:
        found = answer.get("values", step["values"])
    else:
        answer.check_refusal(step["error"])
        if step["error"] != "batch":
            return
        error = answer.message["error"]
        equal(step["errors"], {name[1]: code for name, code in error.get("errors", [])})
        found = error.get("results", [])
    expected = [[name, normal(value)] for name, value in step["values"].items()]
    equal(expected, [[name[1], plain(value)] for name, value in found])


def _remove_many(_: Play, step: Message, answer: Answer) -> None:
    if "error" not in step:
        answer.check_success({})
        return
    answer.check_refusal(step["error"])
    error = answer.message["error"]
    if "errors" in step:
        equal(step["errors"], {name[1]: code for name, code in error.get("errors", [])})
    if "done" in step:
        done = [[name[1], result] for name, result in error.get("results", [])]
        equal([[name, ["null"]] for name in step["done"]], done)


def _list(_: Play, step: Message, answer: Answer) -> None:
    if "error" in step:
        answer.check_refusal(step["error"])
        return
    names = answer.get("names", step.get("names", step.get("count")))
    if "count" in step:
        equal(step["count"], len(set(names)))
        equal(sorted(names, key=key_behind_place), names)
    else:
        equal(sorted(step["names"], key=key_behind_place), names)


def _clear(_: Play, step: Message, answer: Answer) -> None:
    if "error" in step:
        answer.check_refusal(step["error"])
    else:
        equal(step["count"], answer.get("count", step["count"]))


def _change(_: Play, step: Message, answer: Answer) -> None:
    """Judge an update or an increment."""
    if "error" in step:
        _refused(step, answer)
        return
    if "value" in step:
        _judge_value(step, answer)
    waits = answer.get("waits", "how long it waited")
    if "waits" in step:
        equal(step["waits"], [round(wait) for wait in waits])
    for attempt, wait in enumerate(waits):
        longest = min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT)
        if not 0 <= wait <= longest:
            raise FailureError("mismatch", f"a wait of up to {longest} ms (UPD-2)", f"{wait} ms")


_FIRST_WAIT, _LONGEST_WAIT = 20, 1000  # milliseconds


def _get_or_put(play: Play, step: Message, answer: Answer) -> None:
    if "takes" in step:
        play.wait(step["takes"])  # so far only the clock of the driver has moved, while the factory ran
    if "error" in step:
        _refused(step, answer)
        return
    _judge_value(step, answer)
    if "called" in step:
        equal({"called": step["called"]}, {"called": answer.get("called", {"called": step["called"]})})


def _touch(play: Play, step: Message, answer: Answer) -> None:
    if step.get("missing"):
        equal({"missing": True}, {"missing": answer.get("missing", {"missing": True})})
        return
    _put(play, step, answer)


def _grant(play: Play, step: Message, answer: Answer) -> None:
    if answer.refuses(step):
        return
    grant = answer.get("grant", "a grant")
    grants.check(play, step, grant, answer.get("printed", "the grant as it is printed"))
    play.remembered["grant"] = grant


def _grant_put(play: Play, step: Message, answer: Answer) -> None:
    if answer.refuses(step):
        return
    grant = answer.get("grant", "a write grant")
    write_grants.check(play, step, grant, answer.get("printed", "the grant as it is printed"))
    play.remembered["write grant"] = grant


def _stats(_: Play, step: Message, answer: Answer) -> None:
    stats = answer.get("stats", step["stats"])
    equal(step["stats"], {name: stats.get(name) for name in step["stats"]})


def _refused(step: Message, answer: Answer) -> None:
    answer.check_refusal(step["error"], step.get("path"))
    answer.check_names(step.get("says", ()))
    if "ring" in step:
        answer.check_ring(step["ring"])
    if "unknown" in step:
        answer.check_unknown(unknown=step["unknown"])


def _judge_value(step: Message, answer: Answer) -> None:
    value: Any = normal(step["value"])
    equal(value, answer.value(value))


JUDGES: Mapping[str, Callable[[Play, Message, Answer], None]] = {
    "put": _put,
    "get": _get,
    "entry": _entry,
    "remove": _succeeds,
    "put_many": _put_many,
    "get_many": _get_many,
    "remove_many": _remove_many,
    "list": _list,
    "clear": _clear,
    "update": _change,
    "increment": _change,
    "touch": _touch,
    "get_or_put": _get_or_put,
    "cached": _get_or_put,
    "grant": _grant,
    "grant_put": _grant_put,
    "stats": _stats,
    "invalidate_tags": _invalidate_tags,
}

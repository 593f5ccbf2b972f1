"""What is asked of one SDK for each vector, and how its answers are judged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import changes, endpoints, opening, signing, write_grants
from .answers import FailureError, during, equal
from .meaning import MeaningError, written
from .vectors import DISTRIBUTION, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from .answers import Answer, Message
    from .driver import Driver
    from .vectors import Vector


@dataclass(frozen=True)
class Check:
    """Something to ask of one driver.

    Attributes:
        vector: what it is about.
        requests: what is asked.
        judge: takes the answers, one for each request, and raises `FailureError` or `SkippedError`, or returns.
    """

    vector: Vector
    requests: Sequence[Message]
    judge: Callable[[Sequence[Answer]], None]


def of(vector: Vector, driver: Driver, rsa_key: Path) -> Check:
    """Return the check of a vector, of any kind but `STORE`; it asks nothing that the driver has not the features for.

    Args:
        vector: the vector.
        driver: who is asked.
        rsa_key: a file with the RSA test key, for configurations.
    """
    if driver.lacking(vector):
        return Check(vector, (), lambda _: None)
    if vector.kind is Kind.GOLDEN:
        return _golden(vector, driver)
    if vector.kind is Kind.CALL:
        return _call(vector, driver)
    if vector.kind is Kind.CONFIGURATION:
        return _configuration(vector, rsa_key)
    if vector.kind is Kind.SIGNATURE:
        return Check(vector, signing.requests(vector), lambda answers: signing.judge(vector, answers[0]))
    return _SIMPLE[vector.kind](vector)


def check_absent(absent: Sequence[str], answers: Sequence[Answer], stderr: str) -> None:
    """Check that nothing the SDK said has a text that must be absent.

    Args:
        absent: the texts.
        answers: what came of the requests.
        stderr: what the driver said on standard error meanwhile.

    Raises:
        FailureError: Something has; the text itself is not repeated.
    """
    said = json.dumps([[answer.message, answer.detail] for answer in answers], ensure_ascii=False)
    for number, text in enumerate(absent):
        quoted = json.dumps(text, ensure_ascii=False)[1:-1]
        for place, where in (("a reply", said), ("standard error", stderr)):
            if text in where or quoted in where:
                raise FailureError("leaked", f"absent[{number}] nowhere", f"it is in {place}")


def check_document(expected: str, actual: str) -> str:
    """Check that a document says what another one says, and return its `write`.

    Raises:
        FailureError: It does not, or breaks a clause that binds writers.
    """
    try:
        document = written(actual)
    except MeaningError as error:
        raise FailureError("invalid_document", expected, f"{error}\n{actual}") from error
    if not document.says_the_same_as(written(expected)):
        raise FailureError("mismatch", expected, actual)
    return document.write


def _golden(vector: Vector, driver: Driver) -> Check:
    documents = vector.documents()
    expected = vector.value_for(single_number=driver.is_single_number)
    kind = vector.members.get("native", "")
    encodes = 2 if vector.is_written_by(single_number=driver.is_single_number) else 0
    requests = [_decode(vector, document) for document in documents]
    requests += [{"op": "encode", "value": vector.members["value"]}] * encodes

    def judge(answers: Sequence[Answer]) -> None:
        for document, answer in zip(documents, answers, strict=False):
            with during("decode", document["wire"]):
                equal(expected, answer.value(expected))
                if kind:
                    _check_native(driver.sdk.natives.get(kind, ()), kind, answer)
        writes = set()
        for answer in answers[len(documents) :]:
            with during("encode"):
                wire = documents[0]["wire"]
                writes.add(check_document(wire, answer.get("wire", wire)))
        if len(writes) < encodes:
            raise FailureError("same_write", "another write with every put (ENV-6)", f"twice {writes.pop()}")

    return Check(vector, requests, judge)


def _check_native(names: Sequence[str], kind: str, answer: Answer) -> None:
    if not names:
        raise FailureError("no_natives", f"what the language calls {kind}", "driver.json does not say it")
    if answer.get("native", names) not in names:
        raise FailureError("mismatch", {"native": list(names)}, answer.message)


def _refused_value(vector: Vector) -> Check:
    def judge(answers: Sequence[Answer]) -> None:
        answers[0].check_refusal(vector.members["error"], vector.members.get("path"))

    return Check(vector, [{"op": "encode", "value": vector.members["value"]}], judge)


def _refused_document(vector: Vector) -> Check:
    documents = vector.documents()

    def judge(answers: Sequence[Answer]) -> None:
        for document, answer in zip(documents, answers, strict=True):
            with during("decode", *document.values()):
                answer.check_refusal(vector.members["error"])

    return Check(vector, [_decode(vector, document) for document in documents], judge)


def _missing(vector: Vector) -> Check:
    documents = vector.documents()

    def judge(answers: Sequence[Answer]) -> None:
        for document, answer in zip(documents, answers, strict=True):
            with during("decode", *document.values()):
                missing = vector.members["missing"]
                equal(missing, answer.get("missing", {"missing": missing}))

    return Check(vector, [_decode(vector, document) for document in documents], judge)


def _name(vector: Vector) -> Check:
    def judge(answers: Sequence[Answer]) -> None:
        for member in ("key", "url"):
            expected = vector.members[member]
            equal(expected, answers[0].get(member, expected))

    return Check(vector, [_locate(vector)], judge)


def _refused_name(vector: Vector) -> Check:
    def judge(answers: Sequence[Answer]) -> None:
        answers[0].check_refusal(vector.members["error"])

    return Check(vector, [_locate(vector)], judge)


def _call(vector: Vector, driver: Driver) -> Check:
    one_number = driver.is_single_number and "single_number" in vector.members
    expected = vector.members["single_number" if one_number else "cache_name"]

    def judge(answers: Sequence[Answer]) -> None:
        for answer in answers:
            equal(expected, answer.get("cache_name", expected))

    return Check(vector, [_name_of_call(vector)], judge)


def _refused_call(vector: Vector) -> Check:
    def judge(answers: Sequence[Answer]) -> None:
        answers[0].check_refusal(vector.members["error"], vector.members.get("path"))

    return Check(vector, [_name_of_call(vector)], judge)


def _name_of_call(vector: Vector) -> Message:
    asked: Message = {"op": "cache_name"}
    for member in ("function", "arguments", "named"):
        if member in vector.members:
            asked[member] = vector.members[member]
    return asked


def _configuration(vector: Vector, rsa_key: Path) -> Check:
    request = {
        "op": "configure",
        "conf": _with_key(vector.members["conf"], rsa_key),
        "environment": _with_key(vector.members.get("environment", {}), rsa_key),
        "service": vector.members.get("service", "shop"),
    }

    def judge(answers: Sequence[Answer]) -> None:
        if "error" in vector.members:
            answers[0].check_refusal(vector.members["error"])
            answers[0].check_names(vector.members.get("names", ()))
        else:
            expected = vector.members["visibility"]
            equal(expected, answers[0].get("visibility", {"visibility": expected}))

    return Check(vector, [request], judge)


def _endpoint(vector: Vector) -> Check:
    return Check(vector, [endpoints.request(vector)], lambda answers: endpoints.judge(vector, answers[0]))


def _changes(vector: Vector) -> Check:
    return Check(vector, [changes.request(vector)], lambda answers: changes.judge(vector, answers[0]))


def _write_grant(vector: Vector) -> Check:
    return Check(
        vector, [write_grants.request(vector)], lambda answers: write_grants.judge(vector, answers[0])
    )


def _opened(vector: Vector) -> Check:
    return Check(vector, [opening.request(vector)], lambda answers: opening.judge(vector, answers[0]))


def _decode(vector: Vector, document: dict[str, str]) -> Message:
    now = {"now": vector.members["now"]} if "now" in vector.members else {}
    return {"op": "decode", **document, **now}


def _locate(vector: Vector) -> Message:
    asked = {"visibility": "public", **vector.members}
    return {
        "op": "locate",
        **{member: asked[member] for member in ("visibility", "service", "name")},
        "distribution": DISTRIBUTION,
        **_with_changes(vector.members),
    }


def _with_changes(members: Mapping[str, Any]) -> Message:
    """Say that a vector is about a service with a change record (CHG-1)."""
    return {"changes": True} if members.get("with_changes") else {}


def _with_key(conf: Mapping[str, Any], rsa_key: Path) -> Message:
    return {name: str(rsa_key) if value == "$RSA" else value for name, value in conf.items()}


_SIMPLE: Mapping[Kind, Callable[[Vector], Check]] = {
    Kind.REFUSED_VALUE: _refused_value,
    Kind.REFUSED_DOCUMENT: _refused_document,
    Kind.MISSING: _missing,
    Kind.NAME: _name,
    Kind.REFUSED_NAME: _refused_name,
    Kind.ENDPOINT: _endpoint,
    Kind.REFUSED_CALL: _refused_call,
    Kind.CHANGES: _changes,
    Kind.WRITE_GRANT: _write_grant,
    Kind.OPENED: _opened,
}

"""Judges conditional puts of a register: each must have an order with the others in which its condition held."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from .violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .operation import Operation
    from .tags import Tags


def judge(operations: list[Operation], tags: Tags) -> Iterator[Violation]:
    """Return the conditional puts that cannot have come out as they say; what was invalidated is absent."""
    writes = [operation for operation in operations if operation.is_write]
    puts = {write.value: write for write in writes if write.verb == "put"}
    of_versions: dict[str, list[Operation]] = defaultdict(list)
    absent: list[Operation] = []
    for operation in operations:
        if operation.condition == "absent":
            if operation.outcome == "done":
                yield from _stored_if_absent(operation, writes, tags)
                absent.append(operation)
            elif operation.outcome == "conflict":
                yield from _refused_if_absent(operation, writes, tags)
        elif operation.condition == "version" and (replaced := puts.get(operation.replaces)):
            if operation.outcome == "done":
                yield from _stored_if_version(operation, replaced, writes)
                of_versions[str(operation.replaces)].append(operation)
            elif operation.outcome == "conflict":
                yield from _refused_if_version(operation, replaced, writes)
    for word, stored in of_versions.items():
        yield from _each_version_is_replaced_once(puts[word], stored)
    yield from _not_absent_twice(absent, writes, tags)


def in_doubt(put: Operation, operations: list[Operation]) -> Operation:
    """Return a conflict as a put with an unknown outcome if nobody could have known better (COND-4).

    If the answer to a put was lost, and what it wrote was then removed or replaced without a condition, its writer
    finds no trace of it.
    """
    if put.outcome != "conflict" or not any(_wipes(one, put) for one in operations):
        return put
    return dataclasses.replace(put, outcome="unknown")


def _wipes(write: Operation, put: Operation) -> bool:
    is_plain = write.verb == "remove" or (write.verb == "put" and write.condition is None)
    return write.is_write and is_plain and write.began < put.ended and put.began < write.latest


def _stored_if_absent(put: Operation, writes: list[Operation], tags: Tags) -> Iterator[Violation]:
    for present in writes:
        sure = present.verb == "put" and present.outcome == "done" and present.ended < put.began
        if sure and not _may_be_gone(present, put, writes, tags):
            yield Violation("conditional put", put, f"the value was there, since {present}")
            return


def _may_be_gone(present: Operation, put: Operation, writes: list[Operation], tags: Tags) -> bool:
    """Return whether there may be no value at some time of a put that began after another had ended."""
    if _has_ended(present, put.ended, tags):
        return True
    return any(
        _ends_the_value(one, put, tags) for one in writes if one.latest > present.began and one is not put
    )


def _ends_the_value(write: Operation, put: Operation, tags: Tags) -> bool:
    if write.began > put.ended:
        return False
    return write.verb == "remove" or _has_ended(write, put.ended, tags)


def _has_ended(write: Operation, time: float, tags: Tags) -> bool:
    """Return whether what was written may have expired by then, or have been invalidated."""
    has_expired = write.ttl is not None and write.began + write.ttl <= time
    return has_expired or tags.may_end(write) <= time


def _refused_if_absent(put: Operation, writes: list[Operation], tags: Tags) -> Iterator[Violation]:
    removed = [
        one for one in writes if one.verb == "remove" and one.outcome == "done" and one.ended < put.began
    ]
    for value in writes:
        if value.verb != "put" or value.began > put.ended:
            continue
        expired = value.ttl is not None and value.outcome == "done" and value.ended + value.ttl < put.began
        if (
            not expired
            and tags.is_over(value) > put.began
            and not any(value.latest < one.began for one in removed)
        ):
            return
    yield Violation("conditional put", put, "it was refused, but there was no value")


def _stored_if_version(put: Operation, replaced: Operation, writes: list[Operation]) -> Iterator[Violation]:
    for other in writes:
        if other.outcome == "done" and replaced.latest < other.began and other.ended < put.began:
            yield Violation("conditional put", put, f"the version had been replaced by {other}")
            return


def _refused_if_version(put: Operation, replaced: Operation, writes: list[Operation]) -> Iterator[Violation]:
    others = (one for one in writes if one is not replaced and one.latest > replaced.began)
    if replaced.outcome == "done" and not any(one.began < put.ended for one in others):
        yield Violation(
            "conditional put", put, f"it was refused, but the version was still that of {replaced}"
        )


def _each_version_is_replaced_once(replaced: Operation, stored: list[Operation]) -> Iterator[Violation]:
    # A put that is sent again because its answer was lost may restore its version until it has ended.
    after = [put for put in stored if put.began > replaced.latest]
    for put in after[1:]:
        yield Violation("lost update", put, f"{after[0]} has replaced the same version")


def _not_absent_twice(absent: list[Operation], writes: list[Operation], tags: Tags) -> Iterator[Violation]:
    for index, first in enumerate(absent):
        for second in absent[index + 1 :]:
            began, ended = min(first.began, second.began), max(first.ended, second.ended)
            between = (one for one in writes if one.latest > began and one.began < ended)
            gone = (one.verb == "remove" or _has_ended(one, ended, tags) for one in between)
            if first.began <= second.ended and second.began <= first.ended and not any(gone):
                yield Violation("conditional put", second, f"so has been {first}, at the same time")

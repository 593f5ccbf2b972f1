"""Conditional puts: nobody's value is overwritten, and a lost answer is no conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import memory
import pytest
from memory_console.bucket import Bucket
from memory_console.sdk import PutOptions, encode
from memory_console.stored import Address, read_value
from memory_console.writing import MAX_PREVIOUS, Draft, put, put_if_absent, put_if_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory_console.stored import StoredValue

    from conftest import Values

ADDRESS = Address("public", "shop", "a")
OPTIONS = PutOptions.check(None, None, None, default_edge_ttl=5, default_storage_class="STANDARD")


class LosesAnswers(Bucket):
    """A bucket whose first answer is lost: botocore sends the put again, and that one finds the first in its way."""

    def write(self, *arguments: Any, **options: Any) -> str:
        super().write(*arguments, **options)
        return super().write(*arguments, **options)


def draft(value: Any) -> Draft:
    return Draft(ADDRESS, value, None, OPTIONS)


def held(values: Values) -> StoredValue:
    found = read_value(values.bucket, ADDRESS)
    assert found is not None
    return found


def test_lost_answer_is_no_conflict(values: Values) -> None:
    loses = LosesAnswers(values.name)

    first = put_if_absent(loses, draft(1), now=0)
    assert (first, held(values).envelope.value) == (held(values).stored.version, 1)
    second = put_if_version(loses, draft(2), first)
    assert (second, held(values).envelope.value) == (held(values).stored.version, 2)


def test_value_of_somebody_else_is_a_conflict(values: Values) -> None:
    version = values.put("shop", "a", "theirs")

    attempts: list[Callable[[], str]] = [
        lambda: put_if_absent(values.bucket, draft("mine"), now=0),
        lambda: put_if_version(values.bucket, draft("mine"), version[::-1]),
        lambda: put_if_absent(LosesAnswers(values.name), draft("mine"), now=0),
    ]
    for attempt in attempts:
        with pytest.raises(memory.ConflictError):
            attempt()
    assert held(values).envelope.value == "theirs"


def test_expired_value_counts_as_absent(values: Values) -> None:
    values.put("shop", "a", "old", expires_at=1_000)

    with pytest.raises(memory.ConflictError):
        put_if_absent(values.bucket, draft("new"), now=0.5)
    put_if_absent(values.bucket, draft("new"), now=2)

    assert held(values).envelope.value == "new"


def test_replacement_names_the_writes_that_it_replaces(values: Values) -> None:
    version = put(values.bucket, draft(0))
    writes = [held(values).envelope.write]
    for number in (1, 2):
        version = put_if_version(values.bucket, draft(number), version)
        assert held(values).envelope.previous == tuple(writes)
        writes.insert(0, held(values).envelope.write)


def test_lineage_does_not_grow_for_ever(values: Values) -> None:
    ids = [f"{number:016x}" for number in range(MAX_PREVIOUS)]

    version = values.bucket.write(ADDRESS.key, encode(0, write="f" * 16, previous=ids), OPTIONS)
    put_if_version(values.bucket, draft(1), version)

    assert held(values).envelope.previous == ("f" * 16, *ids[:-1])

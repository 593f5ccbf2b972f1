"""`memory-service touch`: another end, and nothing else is another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import memory
import pytest
from memory_console.bucket import Bucket
from memory_console.stored import Address, read_value
from memory_console.writing import touch

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from memory_console.stored import StoredValue

    from conftest import Values

    Run = Callable[..., Result]

ADDRESS = Address("public", "shop", "a")
KEY = "public/shop/a.json"
NOW = 1_900_000_000.0
# As an SDK of another language may spell it.
SPELT = b'{"v":1, "type":"float", "value":1.50e1, "took":7, "write":"00000000000000aa", "other":[1.0]}'


def held(values: Values) -> StoredValue:
    found = read_value(values.bucket, ADDRESS)
    assert found is not None
    return found


class Meets(Bucket):
    """A bucket in which others put something before each of the first writes."""

    def __init__(self, values: Values, others: list[Any]) -> None:
        super().__init__(values.name)
        self.values, self.others = values, others

    def write(self, *arguments: Any, **options: Any) -> str:
        if self.others:
            self.values.put("shop", "a", self.others.pop())
        return super().write(*arguments, **options)


def test_everything_but_the_end_stays_as_it_was_spelt(values: Values, run: Run) -> None:
    values.bucket.s3.put_object(
        Bucket=values.name,
        Key=KEY,
        Body=SPELT,
        CacheControl="max-age=60, stale-if-error=9",
        StorageClass="ONEZONE_IA",
    )

    version = run("touch", "shop", "a", "--ttl", "2h", "--json")

    assert json.loads(version.stdout)["version"] == held(values).stored.version
    document = json.loads(held(values).stored.document)
    assert b'"value":1.50e1' in held(values).stored.document
    assert (document["took"], document["other"], document["previous"]) == (7, [1.0], ["00000000000000aa"])
    assert held(values).ends_at is not None
    stored = values.bucket.s3.get_object(Bucket=values.name, Key=KEY)
    assert (stored["CacheControl"], stored["StorageClass"]) == ("max-age=60, stale-if-error=9", "ONEZONE_IA")
    tags = values.bucket.s3.get_object_tagging(Bucket=values.name, Key=KEY)["TagSet"]
    assert tags == [{"Key": "ttl-days", "Value": "1"}]


def test_for_ever_takes_the_end_away(values: Values, run: Run) -> None:
    run("put", "shop", "a", "1", "--ttl", "1h")

    assert run("touch", "shop", "a", "--for-ever").exit_code == 0
    assert held(values).ends_at is None


def test_end_is_so_long_from_now(values: Values) -> None:
    values.put("shop", "a", 1)

    assert touch(values.bucket, ADDRESS, 2_000_000_000_000, NOW) == held(values).stored.version
    assert held(values).envelope.expires_at == 2_000_000_000_000


def test_what_others_put_meanwhile_is_touched_and_not_lost(values: Values) -> None:
    values.put("shop", "a", "first")

    assert touch(Meets(values, ["third", "second"]), ADDRESS, 2_000_000_000_000, NOW) is not None
    assert (held(values).envelope.value, held(values).envelope.expires_at) == ("third", 2_000_000_000_000)


def test_whoever_is_overtaken_each_time_is_told(values: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memory_console.writing._ATTEMPTS", 2)
    values.put("shop", "a", 0)

    with pytest.raises(memory.ConflictError, match="in each of 2 attempts"):
        touch(Meets(values, [3, 2, 1]), ADDRESS, None, NOW)
    assert held(values).envelope.expires_at is None


@pytest.mark.parametrize("state", ["missing", "expired", "invalidated"])
def test_what_is_no_value_is_not_brought_back(values: Values, run: Run, state: str) -> None:
    if state == "expired":
        values.put("shop", "a", 1, expires_at=1)
    elif state == "invalidated":
        run("put", "shop", "a", "1", "--tag", "t")
        run("invalidate", "shop", "t")
    before = values.stored_keys()

    told = run("touch", "shop", "a", "--ttl", "1h")

    assert (told.exit_code, told.stdout) == (3, "")
    assert "is not there" in told.stderr
    assert values.stored_keys() == before


def test_tags_stay(values: Values, run: Run) -> None:
    run("put", "shop", "a", "1", "--tag", "t")

    assert run("touch", "shop", "a", "--ttl", "1h").exit_code == 0
    assert run("get", "shop", "a").stdout == "1\n"
    run("invalidate", "shop", "t")
    assert run("get", "shop", "a").exit_code == 3


@pytest.mark.parametrize("arguments", [(), ("--ttl", "1h", "--for-ever")])
def test_one_end_is_to_be_given(values: Values, run: Run, arguments: tuple[str, ...]) -> None:
    values.put("shop", "a", 1)

    assert run("touch", "shop", "a", *arguments).exit_code == 2

"""`memory-service touch`: another end, and nothing else is another."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from memory_console.stored import Address, read_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from memory_console.stored import StoredValue

    from conftest import Values

    Run = Callable[..., Result]

ADDRESS = Address("public", "shop", "a")
KEY = "public/shop/a.json"
# As an SDK of another language may spell it.
SPELT = b'{"v":1, "type":"float", "value":1.50e1, "took":7, "write":"00000000000000aa", "other":[1.0]}'


def held(values: Values) -> StoredValue:
    found = read_value(values.bucket, ADDRESS)
    assert found is not None
    return found


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


def test_what_others_put_meanwhile_is_touched_and_not_lost(
    values: Values, run: Run, meanwhile: Callable[..., None]
) -> None:
    values.put("shop", "a", "first")
    puts = [lambda value=value: values.put("shop", "a", value) for value in ("second", "third")]
    meanwhile(values.bucket, KEY, *puts)

    assert run("touch", "shop", "a", "--ttl", "1h").exit_code == 0
    assert held(values).envelope.value == "third"
    assert held(values).ends_at is not None


def test_whoever_is_overtaken_each_time_is_told(
    values: Values, run: Run, meanwhile: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory._updates.ATTEMPTS", 2)
    values.put("shop", "a", 0)
    meanwhile(values.bucket, KEY, *[lambda: values.put("shop", "a", os.urandom(9))] * 3)

    told = run("touch", "shop", "a", "--for-ever")

    assert (told.exit_code, "in each of 2 attempts" in told.stderr) == (4, True)


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

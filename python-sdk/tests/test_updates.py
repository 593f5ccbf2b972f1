"""What an update makes of a value, and what a touch leaves of it (UPD-5, UPD-6, TOUCH-1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cloud import Stored
from memory import ConfigurationError, UnsupportedTypeError
from memory._envelope import decode, encode
from memory._touched import renewed

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud import Cloud


def document(cloud: Cloud) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cloud.objects["public/shop/a.json"].body)
    return found


def somebody_puts(cloud: Cloud, value: int) -> None:
    cloud.objects["public/shop/a.json"] = Stored(
        encode(value), {"ETag": '"theirs"', "Cache-Control": "max-age=5"}, cloud.clock.now
    )


KEPT: list[tuple[Any, Callable[[Any], Any], Any]] = [
    (["milk"], lambda cart: cart.append("tea"), ["milk", "tea"]),
    (["b", "a"], lambda cart: cart.sort(), ["a", "b"]),
    ({"a": 1}, lambda it: it.update(b=2), {"a": 1, "b": 2}),
    ({"a": 1}, lambda it: it.update(a=1), {"a": 1}),
    (["a", "b"], lambda cart: cart.sort(), ["a", "b"]),
    ({"a": [1]}, lambda it: it["a"].clear(), {"a": []}),
    ([1], lambda it: it.__setitem__(slice(None), [True]), [True]),  # equal to Python, and another value
    ([1], lambda it: it, [1]),
    ([1], lambda it: [*it, 2], [1, 2]),
    ([1], lambda it: it.append(2) or list(it), [1, 2]),
    (5, lambda it: it + 1, 6),
    (None, lambda _: 1, 1),
]


@pytest.mark.parametrize(("stored", "change", "expected"), KEPT)
def test_the_new_value_is_what_was_returned_or_changed(
    cloud: Cloud, stored: Any, change: Callable[[Any], Any], expected: Any
) -> None:
    mem = cloud.service()
    mem.put("a", stored)
    assert mem.update("a", change) == expected
    assert json.dumps(mem.get("a", consistent=True)) == json.dumps(expected)


REFUSED: list[tuple[Any, Callable[[Any], Any], str]] = [
    ([1, 2], lambda it: it.pop(), "returned something else, of the type int"),
    ({"a": [1]}, lambda it: it.pop("a"), "returned something else, of the type list"),
    ({"a": {}}, lambda it: it.setdefault("b", {}), "returned something else, of the type dict"),
    ({"a": 1}, lambda it: {**it, "b": it.pop("a")}, "returned something else, of the type dict"),
    ([1], lambda it: len(it.append(2) or it), "returned something else, of the type int"),
    (5, lambda _: None, "a int cannot be changed in place"),
    (None, lambda it: it, "a NoneType cannot be changed in place"),
    ([1], lambda it: it.append({2}), r"\$\[1\]: set cannot be stored"),
]


@pytest.mark.parametrize(("stored", "change", "words"), REFUSED)
def test_a_value_is_not_lost_by_a_function_that_forgets_it(
    cloud: Cloud, stored: Any, change: Callable[[Any], Any], words: str
) -> None:
    mem = cloud.service()
    mem.put("a", stored)
    with pytest.raises(UnsupportedTypeError, match=words):
        mem.update("a", change)
    assert cloud.service().get("a", consistent=True) == stored


def test_a_default_is_changed_in_place_and_stays_the_callers(cloud: Cloud) -> None:
    default: list[str] = []
    assert cloud.service().update("a", lambda cart: cart.append("tea"), default=default) == ["tea"]
    assert default == []
    assert cloud.service().update("b", lambda _: None, default=[1]) == [1]


def test_a_window_ends_when_its_first_increment_says(cloud: Cloud) -> None:
    mem = cloud.service()
    for expected in (1, 2, 3):
        assert mem.increment("a", ttl_if_new=60) == expected
        cloud.clock.now += 25
    assert mem.increment("a", ttl_if_new=60) == 1
    assert document(cloud)["expires_at"] == round((cloud.clock.now + 60) * 1000)


def test_a_counter_without_an_end_gets_one(cloud: Cloud) -> None:
    mem = cloud.service()
    cloud.before_write = lambda: somebody_puts(cloud, 5)
    assert mem.increment("a", ttl_if_new=60, edge_ttl=90) == 6
    assert document(cloud)["expires_at"] == round((cloud.clock.now + 60) * 1000)
    headers = cloud.objects["public/shop/a.json"].headers
    assert headers["Cache-Control"].startswith("max-age=60,")


def test_two_ttls_in_one_call_are_refused(cloud: Cloud) -> None:
    mem = cloud.service()
    wrong: list[dict[str, Any]] = [{"ttl": 5, "ttl_if_new": 5}, {"ttl_if_new": 0}, {"ttl_if_new": "5"}]
    for options in wrong:
        with pytest.raises(ConfigurationError, match="ttl"):
            mem.increment("a", **options)
    assert not cloud.requests


def test_a_touch_changes_the_end_alone(cloud: Cloud) -> None:
    mem = cloud.service()
    first = mem.put("a", {"b": 1.0}, edge_ttl=50)
    before = document(cloud)
    version = mem.touch("a", 100)
    after = document(cloud)
    assert version not in (None, first)
    assert after.pop("expires_at") == round((cloud.clock.now + 100) * 1000)
    assert after.pop("previous") == [before["write"]]
    assert after.pop("write") != before.pop("write")
    assert after == before
    assert cloud.objects["public/shop/a.json"].headers["Cache-Control"].startswith("max-age=50,")
    entry = mem.get_entry("a")
    assert entry is not None
    assert (entry.source, entry.version, entry.value) == ("memory", version, {"b": 1.0})
    mem.touch("a", 20)
    assert cloud.objects["public/shop/a.json"].headers["Cache-Control"].startswith("max-age=20,")
    mem.touch("a", None)
    assert "expires_at" not in document(cloud)


def test_a_touch_of_what_is_not_there_stores_nothing(cloud: Cloud) -> None:
    mem = cloud.service()
    assert mem.touch("a", 60) is None
    mem.put("b", 1, ttl=1)
    cloud.clock.now += 1
    assert mem.touch("b", 60) is None
    assert cloud.requests.count("s3 PUT") == 1


def test_a_touch_loses_no_change_of_others(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", 1)
    cloud.before_write = lambda: somebody_puts(cloud, 2)
    assert mem.touch("a", 60)
    assert mem.get("a", consistent=True) == 2


@pytest.mark.parametrize("ttl", [0, -1, "60", float("nan"), True])
def test_a_touch_with_a_ttl_that_is_none_is_refused(cloud: Cloud, ttl: Any) -> None:
    with pytest.raises(ConfigurationError, match="ttl"):
        cloud.service().touch("a", ttl)


def test_a_touched_document_is_spelt_as_it_was() -> None:
    value = '{ "a" : [1.0, 1e2,-0.0,\t"}\\",{"],"$int":{"x":[]}}'
    text = (
        f'\n{{"value" : {value} , "write":"{"0" * 16}","new":"é,}}",\r\n"v":1,"type":"dict","previous":[]}}\n'
    )
    renewed_text = renewed(text.encode(), 5000, write="1" * 16, previous=["2" * 16]).decode()
    assert renewed_text == (
        f'{{"value":{value},"new":"é,}}","v":1,"type":"dict","write":"{"1" * 16}","expires_at":5000,'
        f'"previous":["{"2" * 16}"]}}'
    )
    assert decode(renewed_text.encode()).expires_at == 5000

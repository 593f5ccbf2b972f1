"""Equal values have equal normal forms, and different ones different."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.notation import NotationError, is_lacked_somewhere, normal, plain, shortened

SAME = [
    (["float", "7ff8000000000001"], ["float", "fff8000000000000"]),
    (["dict", [["b", ["null"]], ["a", ["null"]]]], ["dict", [["a", ["null"]], ["b", ["null"]]]]),
    (["nest", "list", 2, ["int", "1"]], ["list", [["list", [["int", "1"]]]]]),
    (["nest", "dict", 1, ["int", "1"]], ["dict", [["k", ["int", "1"]]]]),
    (["repeat", "ab", 3], ["str", "ababab"]),
    (["repeat-int", "7", 3], ["int", "777"]),
    (["str16", "d83dde00"], ["str", "😀"]),
    (["dict", [[["str16", "0061"], ["null"]]]], ["dict", [["a", ["null"]]]]),
    (["list", [["repeat", "a", 2]]], ["list", [["str", "aa"]]]),
    (["repeat-int", "7", 4300], ["int", "7" * 4300]),
]
DIFFERENT = [
    (["float", "8000000000000000"], ["float", "0000000000000000"]),
    (["float", "7ff0000000000000"], ["float", "7ff8000000000000"]),
    (["float", "3ff0000000000000"], ["int", "1"]),
    (["bool", True], ["int", "1"]),
    (["str", "1"], ["int", "1"]),
    (["bytes", "61"], ["str", "a"]),
    (["str", "é"], ["str", "e\u0301"]),
    (["list", [["int", "1"], ["int", "2"]]], ["list", [["int", "2"], ["int", "1"]]]),
    (["list", []], ["dict", []]),
    (["null"], ["str", ""]),
]
NONE = [
    None,
    "null",
    [],
    [1],
    ["null", None],
    ["none"],
    ["bool", 1],
    ["bool"],
    ["int", 5],
    ["int", "05"],
    ["int", "-0"],
    ["int", "+5"],
    ["int", "5\n"],
    ["int", "\u0665"],
    ["float", "3FF0000000000000"],
    ["float", "3ff"],
    ["float", 1.0],
    ["str", None],
    ["str", "a", "b"],
    ["bytes", "0"],
    ["bytes", "FF"],
    ["list", "ab"],
    ["list", [5]],
    ["dict", {"a": ["null"]}],
    ["dict", [["a"]]],
    ["dict", [[1, ["null"]]]],
    ["dict", [["a", ["null"]], ["a", ["null"]]]],
    ["native", "tuple"],
    ["repeat", "a", 2],
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_values_are_equal(one: Any, other: Any) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_values_are_different(one: Any, other: Any) -> None:
    assert normal(one) != normal(other)


@pytest.mark.parametrize("said", NONE)
def test_what_a_driver_may_not_say_is_refused(said: Any) -> None:
    with pytest.raises(NotationError):
        plain(said)


@pytest.mark.parametrize(
    ("part", "lacked"),
    [
        (["native", "tuple"], True),
        (["list", [["native", "date"]]], True),
        (["dict", [["a", ["native", "date"]]]], True),
        (["dict", [[["int", "1"], ["null"]]]], True),
        ({"steps": [{"do": "put", "value": ["native", "set"]}]}, True),
        ({"name": ["int", "5"], "error": "invalid_name"}, True),
        ({"name": ["str16", "d800"], "error": "invalid_name"}, False),
        ({"name": ["null"], "error": "invalid_name"}, False),
        (["dict", [[["str16", "d800"], ["null"]]]], False),
        (["dict", [["native", ["str", "a"]]]], False),
        (["str", "native"], False),
        ({"title": "native", "value": ["nest", "list", 5000, ["int", "1"]]}, False),
    ],
)
def test_only_native_values_and_keys_and_names_that_are_no_strings_are_lacked(
    part: Any, *, lacked: bool
) -> None:
    assert is_lacked_somewhere(part) == lacked


def test_what_is_long_is_shortened() -> None:
    assert shortened("a" * 200) == "a" * 200
    assert shortened("a" * 1000) == "a" * 170 + "… (1,000 characters)"

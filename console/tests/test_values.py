import math
import random

import pytest
from memory_console.durations import parse_duration, shown_duration
from memory_console.escapes import harmless, one_line
from memory_console.failures import InvalidTextError
from memory_console.output import shown_size
from memory_console.values import parse_value, value_text


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("42", "json", 42),
        ("1.0", "json", 1.0),
        ("5", "float", 5.0),
        ("-Infinity", "float", -math.inf),
        ("true", "bool", True),
        ("null", "null", None),
        ("9007199254740993", "json", 9007199254740993),
        ("hello", "str", "hello"),
        ("5", "str", "5"),
        ("AP8=", "bytes", b"\x00\xff"),
        ('{"a": [1, 1.0]}', "dict", {"a": [1, 1.0]}),
    ],
)
def test_text_is_the_value_of_its_type(text: str, kind: str, value: object) -> None:
    parsed = parse_value(text, kind)

    assert repr(parsed) == repr(value)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("hello", "json", "--type str"),
        ("1.0", "int", "of type float, not int"),
        ("1", "bool", "of type int, not bool"),
        ("NaN", "json", r"\$float"),
        ("AP8", "bytes", "base64"),
        ('{"a": 1, "a": 2}', "json", '"a" is there twice'),
        ("[" * 100_000, "json", "nested"),
    ],
)
def test_text_of_another_type_is_refused(text: str, kind: str, message: str) -> None:
    with pytest.raises(InvalidTextError, match=message):
        parse_value(text, kind)


def test_tagged_nodes_are_dicts_unless_asked_for() -> None:
    text = '{"raw": {"$bytes": "AP8="}}'

    assert parse_value(text) == {"raw": {"$bytes": "AP8="}}
    assert parse_value(text, tagged=True) == {"raw": b"\x00\xff"}


def test_what_is_shown_can_be_typed_again() -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    scalars = [
        None,
        True,
        2**70,
        -0.0,
        math.nan,
        1e300,
        "ö\n",
        b"\x00",
        {"$int": 1},
        chance.random(),
        chance.getrandbits(64),
    ]
    for value in (*scalars, scalars, {"inner": scalars}):
        kind = (
            "str"
            if type(value) is str
            else "bytes"
            if type(value) is bytes
            else "float"
            if type(value) is float
            else "json"
        )

        again = parse_value(value_text(value), kind, tagged=True)

        assert repr(again) == repr(value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1.5", 1.5), ("15m", 900), ("1h30m", 5400), ("7d", 604_800), ("1d1s", 86_401)],
)
def test_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "m", "1w", "-5", "5 minutes"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="length of time"):
        parse_duration(text)


def test_duration_is_shown_in_two_units() -> None:
    assert [shown_duration(seconds) for seconds in (0, 59.9, 3600, 3661, 90_061)] == [
        "0s",
        "59s",
        "1h",
        "1h 1m",
        "1d 1h",
    ]


def test_size_is_shown_in_binary_units() -> None:
    assert [shown_size(octets) for octets in (0, 1023, 1024, 16 * 2**20)] == [
        "0 B",
        "1023 B",
        "1.0 KiB",
        "16.0 MiB",
    ]


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    evil = "a\x1b]0;title\x07\r\n\u202eb\x9b2J"

    assert one_line(evil) == r"a\u001b]0;title\u0007\u000d\u000a\u202eb\u009b2J"
    assert harmless("a\n\tb\x1b[2J") == "a\n\tb\\u001b[2J"

"""What the vectors leave to each SDK: the bytes of a document, what is known of it, and what messages say."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from memory._envelope import Envelope, decode, encode
from memory._errors import CorruptValueError, InvalidNameError, UnsupportedTypeError
from memory._names import check_service_name, object_key

TAGGED = ',"tagged":true'


def envelope(kind: str, value: str, more: str = "") -> bytes:
    return f'{{"v":1,"type":"{kind}","value":{value}{more}}}'.encode()


def test_a_document_is_compact_and_leaves_letters_as_they_are() -> None:
    document = encode({"é": [1, 2.5]})
    assert document.startswith('{"v":1,"type":"dict","value":{"é":[1,2.5]},"write":"'.encode())


def test_a_document_tells_its_type_write_and_expiry() -> None:
    document = envelope("int", "1", ',"write":"9f86d081884c7d65","expires_at":5.0')
    assert decode(document) == Envelope(1, "int", "9f86d081884c7d65", 5, (), 0)
    assert decode(envelope("int", "1")) == Envelope(1, "int", None, None, (), 0)


def test_a_document_has_the_end_it_is_given() -> None:
    assert decode(encode(1, 1_800_000_000_000)).expires_at == 1_800_000_000_000
    assert b"expires_at" not in encode(1)


def test_a_document_tells_what_it_was_made_from_and_how_long_that_took() -> None:
    document = encode(1, write="9f86d081884c7d65", previous=["0123456789abcdef"], took=7)
    assert decode(document) == Envelope(1, "int", "9f86d081884c7d65", None, ("0123456789abcdef",), 7)


@pytest.mark.parametrize("previous", ['"0123456789abcdef"', "[1]", '["0123"]', "{}", "null"])
def test_what_is_no_list_of_ids_counts_as_none(previous: str) -> None:
    read = decode(envelope("int", "1", f',"previous":{previous},"took":-1'))
    assert (read.value, read.previous, read.took) == (1, (), 0)


CORRUPT = [
    (b"[" * 100_000, "the document is nested in more than 256 levels"),
    (
        b"\xff",
        "the document is not UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
    (envelope("str", r'"\ud800"'), "the document has an escaped lone surrogate"),
    (
        b"{",
        "the document is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ),
    (b"NaN", "the document is not JSON: NaN is no JSON"),
    (b"[]", "the document is not an envelope but a JSON array"),
    (b'"x"', "the document is not an envelope but a JSON string"),
    (b"true", "the document is not an envelope but a JSON boolean"),
    (b"null", "the document is not an envelope but a JSON null"),
    (b"5", "the document is not an envelope but a JSON number"),
    (b'{"v":3}', "the document is not an envelope of version 1 or 2: its v is 3"),
    (b'{"v":1,"type":"x"}', "the envelope has no known type: 'x'"),
    (b'{"v":1,"type":"int"}', "the envelope has no value"),
    (envelope("int", "1", ',"tagged":5'), "the envelope's tagged is neither true nor false: 5"),
    (envelope("int", "1", ',"write":"x"'), "the envelope's write is not 16 hexadecimal digits: 'x'"),
    (envelope("int", "1", ',"expires_at":1.5'), "the envelope's expires_at is not an integer: 1.5"),
    (envelope("int", "[1]"), "the envelope's type is int, but its value is [1]"),
    (envelope("int", "1.5"), "the envelope's type is int, but its value is 1.5"),
    (envelope("float", "1e400"), "the envelope's number is beyond any float: inf"),
    (
        envelope("list", "[" * 101 + "]" * 101, TAGGED),
        "the tagged document is nested in more than 100 levels",
    ),
    (
        envelope("dict", '{"k":' * 101 + "1" + "}" * 101, TAGGED),
        "the tagged document is nested in more than 100 levels",
    ),
    (
        envelope("int", '{"$int":"x"}', TAGGED),
        "the tagged document has a node that no tag explains: {'$int': 'x'}",
    ),
    (envelope("bytes", '{"$bytes":"A"}', TAGGED), "$bytes is not base64: 'A'"),
]


@pytest.mark.parametrize(("document", "message"), CORRUPT)
def test_a_corrupt_document_is_told_from_others(document: bytes, message: str) -> None:
    with pytest.raises(CorruptValueError) as raised:
        decode(document)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ('{"a":"ok"}', "{'a': 'ok'}"),
        (f'"{"x" * 100}"', "'xxxxxxxxxxxx...xxxxxxxxxxxxx'"),
        ("[1234567890,1234567890,1234567890,1234567890,1234567890]", None),
        ("[1234567890,1234567890,1234567890,1234567890,12345678901]", None),
    ],
)
def test_a_message_shows_sixty_characters_at_most(part: str, shown: str | None) -> None:
    with pytest.raises(CorruptValueError) as raised:
        decode(f'{{"v":{part}}}'.encode())
    whole = part.replace(",", ", ")
    expected = shown or (whole if len(whole) <= 60 else whole[:60] + "...")
    assert str(raised.value) == f"the document is not an envelope of version 1 or 2: its v is {expected}"


class Order:
    """Nothing that can be stored."""


def cycle() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels else 1


UNSUPPORTED = [
    (cycle(), "$[0]: a value that contains itself cannot be stored"),
    (nested(101), "$" + "[0]" * 100 + ": lists and dicts nested in more than 100 levels cannot be stored"),
    (10**4300, "$: an integer of more than 4300 digits cannot be stored"),
    (-(10**4300), "$: an integer of more than 4300 digits cannot be stored"),
    ({1: 2}, "$: a dict has string keys only, not int: use str(1)"),
    (["a\ud800"], "$[0]: a string with a lone surrogate (at index 1) cannot be stored"),
    (Order(), "$: Order cannot be stored: store a dict of what is to be kept, such as vars(it) instead"),
    (
        [Order(), cycle()],
        "$[0]: Order cannot be stored: store a dict of what is to be kept, such as vars(it) instead",
    ),
    ((1,), "$: tuple cannot be stored: store a list instead"),
    ({1}, "$: set cannot be stored: store a list instead"),
    (bytearray(b"a"), "$: bytearray cannot be stored: store bytes instead"),
    (
        type("Count", (int,), {"__qualname__": "Count"})(5),
        "$: Count, a subclass of int, cannot be stored, as it would come back as int: store int(it) instead",
    ),
    ({"größe": {1}}, '$["größe"]: set cannot be stored: store a list instead'),
]


@pytest.mark.parametrize(
    ("value", "message"), [pytest.param(*case, id=case[1][-50:]) for case in UNSUPPORTED]
)
def test_a_refused_value_is_told_with_its_place_and_what_to_do(value: object, message: str) -> None:
    with pytest.raises(UnsupportedTypeError) as raised:
        encode(value)
    assert str(raised.value) == message


def test_a_cycle_of_a_hundred_and_one_lists_is_a_cycle() -> None:
    value: list[Any] = []
    innermost = value
    for _ in range(100):
        innermost.append([])
        innermost = innermost[0]
    innermost.append(value)
    with pytest.raises(UnsupportedTypeError, match="contains itself") as raised:
        encode(value)
    assert raised.value.path == "$" + "[0]" * 101


def test_the_largest_integer_comes_back() -> None:
    assert decode(encode(10**4300 - 1)).value == 10**4300 - 1


def test_an_integer_that_this_process_cannot_print_is_refused() -> None:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(1000)
    try:
        with pytest.raises(
            UnsupportedTypeError, match=r"^\$: an integer cannot be stored: Exceeds the limit"
        ):
            encode(10**1000)
    finally:
        sys.set_int_max_str_digits(limit)


NAMES = [
    (5, "a name is a string, not int: 5"),
    ("a//b", "name 'a//b' has an empty segment: give every part between slashes a character"),
    ("a\ud800", r"name 'a\ud800' has a lone surrogate at index 1: names are Unicode text"),
    ("x" * 1008, f"name {'x' * 1008!r} is too long: its key has 1025 bytes, S3 allows 1024"),
]


@pytest.mark.parametrize(("name", "message"), NAMES)
def test_a_refused_name_is_told_with_the_reason(name: object, message: str) -> None:
    with pytest.raises(InvalidNameError) as raised:
        object_key("public", "shop", name)
    assert str(raised.value) == message


def test_a_refused_service_name_is_told_what_is_allowed() -> None:
    with pytest.raises(InvalidNameError) as raised:
        check_service_name("a b")
    assert (
        str(raised.value)
        == "service name 'a b' is not allowed: use 1 to 64 of the characters A-Z a-z 0-9 _ -"
    )

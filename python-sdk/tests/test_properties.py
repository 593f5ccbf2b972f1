"""What holds for any value, name and document."""

import re

import pytest
from arbitrary import NAMES, SEED, VALUES, damaged, envelopes, repeated
from hypothesis import given
from hypothesis import strategies as st
from memory._envelope import decode, encode
from memory._errors import CorruptValueError, InvalidNameError
from memory._names import MAX_KEY_BYTES, escape, object_key
from notation import from_python


@pytest.fixture(autouse=True, scope="module")
def _seed_in_the_log() -> None:
    print(f"rerun with SEED={SEED}")  # noqa: T201 - pytest shows it with a failure


@repeated(100)
@given(VALUES)
def test_any_value_comes_back_as_it_was(value: object) -> None:
    assert from_python(decode(encode(value)).value) == from_python(value)


@repeated(100)
@given(st.binary())
def test_random_bytes_are_a_value_or_corrupt(document: bytes) -> None:
    is_a_value_or_corrupt(document)


@repeated(100)
@given(VALUES.map(encode).flatmap(damaged))
def test_a_damaged_document_is_a_value_or_corrupt(document: bytes) -> None:
    is_a_value_or_corrupt(document)


@repeated(100)
@given(envelopes())
def test_an_odd_envelope_is_a_value_or_corrupt(document: bytes) -> None:
    is_a_value_or_corrupt(document)


def is_a_value_or_corrupt(document: bytes) -> None:
    try:
        value = decode(document).value
    except CorruptValueError:
        return
    from_python(value)


def unescape(key: str) -> str:
    octets = re.sub(rb"\.([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode()), key.encode())
    return octets.decode()


@repeated(200)
@given(NAMES)
def test_an_escaped_name_has_one_origin_and_a_small_alphabet(name: str) -> None:
    try:
        escaped = escape(name)
    except InvalidNameError:
        assert "" in name.split("/") or any("\ud800" <= character <= "\udfff" for character in name)
        return
    assert re.fullmatch(r"(?:[A-Za-z0-9_/-]|\.[0-9A-F]{2})+", escaped)
    assert unescape(escaped) == name


@repeated(50)
@given(st.text(min_size=1).filter(lambda text: "/" not in text), st.text(min_size=1))
def test_prefixes_of_whole_segments_stay_prefixes(segment: str, rest: str) -> None:
    name = f"{segment}/{rest}"
    if all(rest.split("/")):
        assert escape(name).startswith(escape(segment) + "/")


@repeated(50)
@given(st.text("aö.", min_size=300, max_size=1100))
def test_a_key_is_refused_exactly_if_it_is_too_long(name: str) -> None:
    length = len(f"public/shop/{escape(name)}.json")
    if length <= MAX_KEY_BYTES:
        assert len(object_key("public", "shop", name)) == length
    else:
        with pytest.raises(InvalidNameError, match="too long"):
            object_key("public", "shop", name)

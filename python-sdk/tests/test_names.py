"""From prefixes to the keys below them, and from keys back to names."""

import pytest
from memory._errors import InvalidNameError
from memory._names import key_prefix, name_of, object_key


def test_a_prefix_is_empty_or_a_name_and_a_slash() -> None:
    assert key_prefix("public", "shop", "") == "public/shop/"
    assert key_prefix("private", "shop", "a.json/ö/") == "private/shop/a.2Ejson/.C3.B6/"


@pytest.mark.parametrize("prefix", ["a", "/", "/a", 5, None, ["a/"], "\ud800/", "a//"])
def test_another_prefix_is_refused(prefix: object) -> None:
    with pytest.raises(InvalidNameError):
        key_prefix("public", "shop", prefix)


def test_a_refused_prefix_is_told_what_is_allowed() -> None:
    with pytest.raises(
        InvalidNameError, match=r"^prefix 'a' is not allowed: it is empty or ends with a slash$"
    ):
        key_prefix("public", "shop", "a")


@pytest.mark.parametrize("name", ["a", "a/b", "user.42/öl", "😀", "\ufeffa", "a.json", ".."])
def test_a_key_that_a_writer_makes_has_its_name_back(name: str) -> None:
    assert name_of(object_key("public", "shop", name)) == name


@pytest.mark.parametrize(
    "rest",
    [
        "a",
        "a.json.json",
        ".json",
        "a.2e.json",
        "a.41.json",
        "a..json",
        ".FF.json",
        ".ED.A0.80.json",
        "a b.json",
    ],
)
def test_a_key_that_no_writer_makes_has_no_name(rest: str) -> None:
    assert name_of(f"public/shop/{rest}") is None

"""Documents made to hurt: each is a value or corrupt, in bounded time and memory, and nothing crashes."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from memory._compression import decompress
from memory._envelope import decode, encode
from memory._errors import CorruptValueError

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES = str(Path(__file__).resolve().parents[1] / "src")
MIB = 2**20
MAX_VALUE_BYTES = 16 * MIB
MEMORY = 1024 * MIB
SECONDS = 10  # of processor time, far beyond what any needs: what is quadratic takes minutes
TAGGED = ',"tagged":true'


def envelope(kind: str, value: str, more: str = "") -> bytes:
    return f'{{"v":1,"type":"{kind}","value":{value}{more}}}'.encode()


CORRUPT: dict[str, Callable[[], bytes]] = {
    "open-lists": lambda: b"[" * 100_000,
    "open-dicts": lambda: b'{"a":' * 100_000,
    "tagged-lists": lambda: envelope("list", "[" * 100_000 + "]" * 100_000, TAGGED),
    "tagged-dicts": lambda: envelope("dict", '{"a":' * 100_000 + "1" + "}" * 100_000, TAGGED),
    "wraps": lambda: envelope("dict", '{"$dict":' * 100_000 + "1" + "}" * 100_000, TAGGED),
    "tags-in-tags": lambda: envelope("int", '{"$int":' * 900 + '"1"' + "}" * 900, TAGGED),
    "deep-version": lambda: b'{"v":' + b"[" * 900 + b"]" * 900 + b"}",
    "deep-type": lambda: b'{"v":1,"type":' + b"[" * 900 + b"]" * 900 + b"}",
    "deep-text": lambda: envelope("str", "[" * 900 + "]" * 900),
    "deep-surrogate": lambda: envelope("list", "[" * 900 + r'"\ud800"' + "]" * 900),
    "wide-version": lambda: b'{"v":[' + b"1," * 4 * MIB + b"1]}",
    "digits": lambda: envelope("int", "9" * 10**6),
    "digits-as-float": lambda: envelope("float", "9" * 10**6),
    "digits-in-list": lambda: envelope("list", f"[{'9' * 10**6}]"),
    "digits-in-tag": lambda: envelope("int", f'{{"$int":"{"9" * 10**6}"}}', TAGGED),
    "digits-in-float-tag": lambda: envelope("float", f'{{"$float":"{"9" * 15 * MIB}"}}', TAGGED),
    "digits-of-expiry": lambda: envelope("int", "1", f',"expires_at":{"9" * 10**6}'),
    "float-tag-without-end": lambda: envelope("float", f'{{"$float":"{"1" * 10**6}e"}}', TAGGED),
    "exponent": lambda: envelope("float", "1e999999999"),
    "exponent-at-int": lambda: envelope("int", "1e999999999"),
    "exponent-in-tag": lambda: envelope("float", '{"$float":"1e999999999"}', TAGGED),
    "exponent-of-expiry": lambda: envelope("int", "1", ',"expires_at":1e999999999'),
    "base64": lambda: envelope("bytes", f'{{"$bytes":"{"A" * (15 * MIB + 1)}"}}', TAGGED),
    "surrogates": lambda: envelope("str", '"' + r"\ud800" * 2 * MIB + '"'),
    "keys-that-are-wrong": lambda: envelope("list", "{" + many_keys() + "}"),
    "binary": lambda: bytes(range(256)) * 4096,
    "zeros": lambda: bytes(15 * MIB),
}
VALUES: dict[str, Callable[[], bytes]] = {
    "keys": lambda: envelope("dict", "{" + many_keys() + "}"),
    "tagged-keys": lambda: envelope("dict", "{" + many_keys() + "}", TAGGED),
    "one-key-a-million-times": lambda: envelope("dict", "{" + '"k":1,' * 10**6 + '"k":2}'),
    "a-tag-a-million-times": lambda: envelope("list", "[" + '{"$int":"1"},' * 10**6 + "1]", TAGGED),
    "empty-lists": lambda: envelope("list", "[" + "[]," * MIB + "[]]", TAGGED),
    "members": lambda: envelope("int", "1", "," + many_keys()),
    "fraction": lambda: envelope("float", "0." + "1" * 15 * MIB),
    "fraction-in-tag": lambda: envelope("float", f'{{"$float":"0.{"1" * 15 * MIB}"}}', TAGGED),
    "small-exponent": lambda: envelope("float", "1e-999999999"),
    "exponent-of-zero": lambda: envelope("int", "0e999999999"),
    "pairs": lambda: envelope("str", '"' + r"\ud83d\ude00" * MIB + '"'),
    "bytes": lambda: envelope("bytes", f'{{"$bytes":"{"A" * 15 * MIB}"}}', TAGGED),
}


def many_keys() -> str:
    return ",".join(f'"{number}":1' for number in range(10**6))


def is_corrupt(document: bytes) -> bool:
    try:
        decode(document)
    except CorruptValueError:
        return True
    return False


@pytest.mark.parametrize("name", CORRUPT)
def test_is_corrupt(name: str) -> None:
    started = time.process_time()
    with pytest.raises(CorruptValueError) as raised:
        decode(CORRUPT[name]())
    assert time.process_time() - started < SECONDS
    assert len(str(raised.value)) < 300


@pytest.mark.slow
@pytest.mark.parametrize("name", VALUES)
def test_is_a_value(name: str) -> None:
    started = time.process_time()
    decode(VALUES[name]())
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("tag", ["$int", "$bytes", "$dict", "$x"])
def test_a_tag_around_any_depth_is_corrupt(tag: str) -> None:
    for levels in range(80, 1100):  # somewhere there the stack ends
        assert is_corrupt(envelope("int", f'{{"{tag}":' + "[" * levels + "]" * levels + "}", TAGGED))


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", TAGGED])
def test_a_document_of_any_depth_is_a_value_or_corrupt(more: str) -> None:
    for levels in range(101, 1100):
        assert is_corrupt(envelope("str", "[" * levels + "]" * levels, more))
        assert is_corrupt(envelope("list", "[" * levels + "]" * levels, more)) or not more


BAD_UTF_8 = {
    "continuation": b"\x80",
    "two-continuations": b"\xbf\xbf",
    "overlong-2": b"\xc0\xaf",
    "overlong-2-nul": b"\xc1\xbf",
    "overlong-3": b"\xe0\x80\xaf",
    "overlong-4": b"\xf0\x80\x80\xaf",
    "surrogate": b"\xed\xa0\x80",
    "surrogate-pair": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond-unicode": b"\xf4\x90\x80\x80",
    "five-bytes": b"\xf8\x88\x80\x80\x80",
    "six-bytes": b"\xfc\x84\x80\x80\x80\x80",
    "fe": b"\xfe",
    "ff": b"\xff",
    "cut-2": b"\xc3",
    "cut-3": b"\xe2\x82",
    "cut-4": b"\xf0\x9f\x98",
}


@pytest.mark.parametrize("octets", [pytest.param(octets, id=name) for name, octets in BAD_UTF_8.items()])
def test_bad_utf_8_is_corrupt_wherever_it_is(octets: bytes) -> None:
    for template in (
        b'{"v":1,"type":"str","value":"%s"}',
        b'{"v":1,"type":"dict","value":{"%s":1}}',
        b'{"v":1,"type":"int","value":1,"future":"%s"}',
        b'{"v":1,"type":"int","value":1}%s',
        b'%s{"v":1,"type":"int","value":1}',
    ):
        with pytest.raises(CorruptValueError):
            decode(template % octets)


def test_a_document_cut_anywhere_is_corrupt() -> None:
    value = {
        "a": [1, -2.5e-7, True, None, 'é😀\\"'],
        "$x": {"$int": b"\x00\xff"},
        "big": 2**64,
        "nan": float("nan"),
    }
    document = encode(value)
    for length in range(len(document)):
        with pytest.raises(CorruptValueError):
            decode(document[:length])


def test_a_gzip_that_inflates_beyond_the_limit_is_corrupt_and_not_inflated() -> None:
    bomb = gzip.compress(gzip.compress(bytes(MIB)) * 64 + bytes(256 * MIB))
    with pytest.raises(CorruptValueError, match="larger than"):
        decompress(bomb, "gzip", MAX_VALUE_BYTES)


def test_a_gzip_cut_anywhere_is_corrupt() -> None:
    zipped = gzip.compress(encode("a" * 2000), mtime=0)
    for length in range(len(zipped)):
        with pytest.raises(CorruptValueError):
            decompress(zipped[:length], "gzip", MAX_VALUE_BYTES)


@pytest.mark.slow
def test_no_document_takes_more_than_its_share_of_memory() -> None:
    environment = {**os.environ, "PYTHONPATH": SOURCES}
    command = [sys.executable, __file__]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"corrupt": len(CORRUPT), "values": len(VALUES)}


def main() -> None:
    """Decode all of them in a process that has no more than `MEMORY`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    verdicts = [is_corrupt(make()) for make in [*CORRUPT.values(), *VALUES.values()]]
    counts = {"corrupt": sum(verdicts), "values": verdicts.count(False)}
    with pytest.raises(CorruptValueError):
        decompress(gzip.compress(bytes(256 * MIB), compresslevel=1), "gzip", MAX_VALUE_BYTES)
    print(json.dumps(counts))  # noqa: T201 - to the test that started it


if __name__ == "__main__":
    main()

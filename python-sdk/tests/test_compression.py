"""How documents are gzipped (OBJ-2)."""

from __future__ import annotations

import random
import zlib

import pytest
from memory._compression import compress


@pytest.mark.parametrize(("size", "expected"), [(64 * 1024 - 1, 6), (64 * 1024, 3), (1024 * 1024, 3)])
def test_gzip_tries_as_hard_as_the_size_is_worth(size: int, expected: int) -> None:
    chance = random.Random(7)  # noqa: S311 - a text, no secret
    words = ["".join(chance.choices("abcdefgh ", k=12)) for _ in range(500)]
    document = " ".join(chance.choices(words, k=size // 8)).encode()[:size]
    zipped = {level: _zipped(document, level) for level in range(1, 10)}
    assert len({len(body) for body in zipped.values()}) > 5, "the document does not tell levels apart"
    body, encoding = compress(document)
    assert encoding == "gzip"
    assert [level for level, other in zipped.items() if other == body] == [expected]


def _zipped(document: bytes, level: int) -> bytes:
    deflater = zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return deflater.compress(document) + deflater.flush()

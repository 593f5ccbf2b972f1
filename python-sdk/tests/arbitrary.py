"""Arbitrary values, names and documents, beyond what anybody thought of.

In the environment `SEED` reruns what a log shows, and `TIMES` asks for so many times the examples.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import struct
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = int(os.environ.get("SEED") or secrets.randbits(32))
TIMES = int(os.environ.get("TIMES") or 1)
SAFE = 2**53 - 1

KEYS = st.text(max_size=8) | st.sampled_from(
    ["", "$", "$int", "$float", "$bytes", "$dict", "$ref", "__proto__", "constructor", "toJSON", "v", "value"]
)
INTS = (
    st.integers()
    | st.sampled_from([SAFE, SAFE + 1, SAFE + 2, -SAFE, -SAFE - 1, 2**63, 2**64, 10**4299, 1 - 10**4300])
    | st.integers(min_value=SAFE - 5, max_value=SAFE + 5)
)
FLOATS = (
    st.floats(allow_nan=False)
    | st.just(math.nan)  # one of its many bit patterns: the others are no values of their own
    | st.integers(min_value=0, max_value=2**64 - 1)
    .map(lambda bits: struct.unpack(">d", bits.to_bytes(8, "big"))[0])
    .filter(lambda number: not math.isnan(number))
    | st.integers(min_value=-(2**70), max_value=2**70).map(float)
)
VALUES = st.recursive(
    st.none() | st.booleans() | INTS | FLOATS | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)
NAMES = st.text(st.characters() | st.sampled_from("/.%~ "), max_size=30)  # with lone surrogates


def repeated(examples: int) -> Callable[[Any], Any]:
    """Run a test on so many examples, the same for the same `SEED`; a failure shows the one that fails."""

    def decorate(test: Any) -> Any:
        chosen = settings(
            max_examples=examples * TIMES,
            deadline=None,
            derandomize=False,
            database=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        return seed(SEED)(chosen(test))

    return decorate


@st.composite
def damaged(draw: Callable[[Any], Any], document: bytes) -> bytes:
    """A document with a few bytes changed, cut out or put in, or with another part of JSON in place of one."""
    octets = bytearray(document)
    for _ in range(draw(st.integers(min_value=1, max_value=4))):
        start = draw(st.integers(min_value=0, max_value=len(octets)))
        end = min(len(octets), start + draw(st.integers(min_value=0, max_value=6)))
        octets[start:end] = draw(
            st.binary(max_size=3)
            | st.sampled_from(
                [b"[", b"]", b"{", b"}", b'"', b",", b":", b"-", b"0", b"9", b"e", b".5", b"\\"]
            )
            | st.sampled_from([b"null", b"true", b"NaN", b"1e999", b'{"$int":"1"}', b'"$dict":', b"\\ud800"])
            | st.sampled_from([b'"tagged":true', b'"tagged":false', b'"type":"dict"', b'"value":'])
        )
    return bytes(octets)


@st.composite
def envelopes(draw: Callable[[Any], Any]) -> bytes:
    """A JSON object with members of an envelope, each perhaps odd, perhaps missing."""
    odd = draw(JSON)
    members = {
        "v": draw(st.sampled_from([1, 1, 1, 1, 2, True, 1.0, "1", None])),
        "type": draw(
            st.sampled_from(["null", "bool", "int", "float", "str", "bytes", "list", "dict", "x", 5])
        ),
        "value": draw(
            st.sampled_from([odd, {"$int": odd}, {"$float": odd}, {"$bytes": odd}, {"$dict": odd}])
        ),
        "tagged": draw(st.sampled_from([True, True, False, None])),
    }
    for missing in draw(st.sets(st.sampled_from(sorted(members)), max_size=1)):
        del members[missing]
    return json.dumps(members).encode()

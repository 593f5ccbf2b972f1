"""How deep a document may be nested (ENV-8)."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import memory._nesting
import pytest
from arbitrary import SEED, repeated
from hypothesis import given
from hypothesis import strategies as st
from memory._nesting import MAX_NESTING, is_too_deep

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = st.text(alphabet='[]{}"\\aé\n', max_size=12)
TREES = st.recursive(
    TEXTS,
    lambda child: st.lists(child, max_size=4) | st.dictionaries(TEXTS, child, max_size=3),
    max_leaves=30,
)


def levels(document: str) -> int:
    """Count them one letter after the other."""
    depth = deepest = 0
    in_string = is_escaped = False
    for letter in document:
        if in_string:
            in_string = is_escaped or letter != '"'
            is_escaped = letter == "\\" and not is_escaped
        elif letter == '"':
            in_string = True
        else:
            depth += (letter in "[{") - (letter in "]}")
            deepest = max(deepest, depth)
    return deepest


@repeated(300)
@given(TREES, st.integers(250, 260), st.sampled_from([1, 2, 3, 7, 64]), st.integers(0, 200))
def test_depth_is_what_one_counts(tree: object, around: int, block: int, siblings: int) -> None:
    inner = ",".join([json.dumps(tree, ensure_ascii=False), *["[]"] * siblings])
    document = "[" * around + inner + "]" * around
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory._nesting, "_BLOCK", block)
        assert is_too_deep(document.encode()) == (levels(document) > MAX_NESTING), f"SEED={SEED}"


@pytest.mark.slow
@pytest.mark.parametrize("item", ["[]", '{"a":1}', '""', '"\\""'])
def test_a_flat_document_of_16_mib_takes_less_time_than_its_parser(item: str) -> None:
    text = "[" + f"{item}," * (16 * 2**20 // (len(item) + 1)) + "1]"
    document = text.encode()
    assert not is_too_deep(document)
    assert _least_time(lambda: is_too_deep(document)) < _least_time(lambda: json.loads(text))


def _least_time(work: Callable[[], object]) -> float:
    """Return what it takes of the processor when nothing comes in between, in seconds."""

    def once() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return min(once() for _ in range(3))

"""The code of the demo for browsers: function, page, and the SDK as one module without anything of Node's."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from layers.demo import BrowserDemo
from layers.layer import LayerTooLargeError

pytestmark = pytest.mark.slow  # bundles the SDK
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def content() -> bytes:
    return BrowserDemo(ROOT).build().content


def test_same_sources_give_the_same_bytes(content: bytes) -> None:
    assert BrowserDemo(ROOT).build().content == content


def test_all_that_the_page_loads_is_there(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        texts = {name: archive.read(name).decode() for name in names}
    assert "lambda_function.py" in names
    wanted = {match for text in texts.values() for match in re.findall(r"from '\./([\w-]+\.js)'", text)}
    assert wanted >= {"memory-service.js"}
    assert {f"page/{name}" for name in wanted} <= names
    bundle = texts["page/memory-service.js"]
    assert re.findall(r"^import\b|\bimport\(|\brequire\(|\bnode:\w+", bundle) == []
    assert re.search(r"export\s*\{[^}]*\bas MemoryService\b", bundle)


def test_what_outgrows_its_budget_is_not_built() -> None:
    with pytest.raises(LayerTooLargeError, match="raise the budget in layers/demo.py"):
        BrowserDemo(ROOT, budget_bytes=1000).build()

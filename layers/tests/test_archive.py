from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

import pytest
from layers.archive import read_folder, zip_files

if TYPE_CHECKING:
    from pathlib import Path


def test_the_order_of_files_makes_no_difference() -> None:
    assert zip_files({"a": b"1", "b/c": b"2"}) == zip_files({"b/c": b"2", "a": b"1"})


def test_the_dates_and_modes_of_files_make_no_difference(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("pass")
    before = zip_files(read_folder(tmp_path))
    os.utime(tmp_path / "code.py", (1_700_000_000, 1_700_000_000))
    (tmp_path / "code.py").chmod(0o600)
    assert zip_files(read_folder(tmp_path)) == before


def test_everybody_may_read_the_files_and_nobody_but_the_owner_may_write_them() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_files({"a": b""}))) as archive:
        assert archive.getinfo("a").external_attr >> 16 == 0o100644


def test_what_python_compiled_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "package" / "__pycache__").mkdir(parents=True)
    (tmp_path / "package" / "__pycache__" / "code.cpython-311.pyc").write_bytes(b"")
    (tmp_path / "package" / "code.py").write_bytes(b"pass")
    assert read_folder(tmp_path) == {"package/code.py": b"pass"}


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="nowhere is no folder"):
        read_folder(tmp_path / "nowhere")

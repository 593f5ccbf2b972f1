from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from layers.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from layers.layer import Built


def test_it_writes_the_zip_and_reports_its_size_and_hash(
    root: Path, nodejs: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "new" / "folder"), "--only", "nodejs"], root) == 0
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["nodejs.zip"]
    assert (tmp_path / "new" / "folder" / "nodejs.zip").read_bytes() == nodejs.content
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["layer", "zipped", "unpacked", "budget", "SHA-256"]
    assert line.split() == [
        "nodejs.zip",
        f"{len(nodejs.content):,}",
        f"{nodejs.unpacked_bytes:,}",
        "100,000",
        hashlib.sha256(nodejs.content).hexdigest()[:16],
    ]


def test_a_failure_is_one_message_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nodejs-sdk").mkdir()
    (tmp_path / "nodejs-sdk" / "package.json").write_text(json.dumps({"name": "no-version"}))
    assert main(["--out", str(tmp_path / "out"), "--only", "nodejs"], tmp_path) == 1
    assert capsys.readouterr().err.startswith("layers: `npm pack` failed in ")

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from layers.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    from layers.layer import Built


def test_it_writes_the_zip_and_reports_its_size_and_hash(
    root: Path, nodejs: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "new" / "folder"), "--only", "nodejs"], root) == 0
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert names == ["nodejs.sources", "nodejs.zip"]
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


@pytest.mark.slow
def test_a_layer_is_stale_once_a_source_changes(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, out = tmp_path / "repository", tmp_path / "out"
    shutil.copytree(root, copy, symlinks=True)

    def built() -> list[str]:
        assert main(["--out", str(out), "--only", "python", "nodejs", "--stale"], copy) == 0
        return [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]

    assert built() == ["python.zip", "nodejs.zip"]
    assert built() == []
    (copy / "nodejs-sdk" / "index.js").write_text("exports.sign = 1;\n")
    assert built() == ["nodejs.zip"]
    (out / "python.zip").unlink()
    assert built() == ["python.zip"]
    (copy / "nodejs-sdk" / "test" / "index.test.js").write_text("'not in the layer';\n")
    assert built() == []

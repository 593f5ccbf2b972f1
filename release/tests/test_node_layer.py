"""The layer for Node.js as it is published, on every Node that it is for, and inside of bundles."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from release.artifacts import Artifacts

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("node_program.js")
ESBUILD = ROOT / "nodejs-sdk" / "node_modules" / ".bin" / "esbuild"
MAJORS = ("20", "22", "24")
#: How users bundle for Lambda: packages that are CommonJS need `require` in an ES module.
FORMATS = {
    "cjs": ["--format=cjs"],
    "mjs": [
        "--format=esm",
        "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    ],
}


@pytest.fixture(scope="module")
def modules(artifacts: Artifacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Lambda's Node looks for packages, with the layer unpacked."""
    opt = tmp_path_factory.mktemp("opt")
    with zipfile.ZipFile(io.BytesIO(artifacts.layer("nodejs"))) as archive:
        archive.extractall(opt)  # our own zip
    return opt / "nodejs" / "node_modules"


@pytest.fixture(scope="module", params=MAJORS)
def node(request: pytest.FixtureRequest) -> str:
    """A Node of each major version."""
    for candidate in os.environ.get("MEMORY_NODES", "").split(os.pathsep):
        if candidate and Path(candidate).is_file():
            version = subprocess.run(
                [candidate, "--version"], check=True, capture_output=True, text=True
            ).stdout
            if version.startswith(f"v{request.param}."):
                return candidate
    reason = f"no Node {request.param} in MEMORY_NODES: `python3 noxfile.py -s test` fetches it"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def works(node: str, program: Path, name: str, environment: Mapping[str, str]) -> None:
    # What Lambda's runtime sets from Node 22 on.
    command = [node, "--no-experimental-require-module", str(program), name]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=program.parent
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found.pop("node") in MAJORS
    assert found.pop("version") == "1.0.0"
    read = {"sync": True, "async": True, "source": "memory"}
    assert found == {"public": read, "private": read}


def test_the_layer_puts_and_gets(node: str, modules: Path, deployed: dict[str, str]) -> None:
    works(node, PROGRAM, f"layer/{Path(node).parts[-4]}", {**deployed, "NODE_PATH": str(modules)})


@pytest.mark.parametrize("extension", FORMATS)
def test_a_bundle_puts_and_gets_far_from_the_layer(
    node: str, modules: Path, deployed: dict[str, str], tmp_path: Path, extension: str
) -> None:
    bundle = tmp_path / f"bundle.{extension}"
    options = [
        "--bundle",
        "--minify",
        "--platform=node",
        "--target=node20",
        f"--outfile={bundle}",
        *FORMATS[extension],
    ]
    environment = {**os.environ, "NODE_PATH": str(modules)}
    done = subprocess.run(
        [ESBUILD, str(PROGRAM), *options], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower()
    works(node, bundle, f"{extension}/{Path(node).parts[-4]}", deployed)

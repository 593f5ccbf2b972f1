"""What users install, in empty environments: the code of the packages' own pages runs."""

from __future__ import annotations

import re
import subprocess
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tagged_source import plain_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from release.artifacts import Artifacts

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "nodejs-sdk"


def quickstart(document: Path, language: str) -> str:
    """Return the first block of code in a page."""
    found = re.search(rf"^```{language}\n(.*?)^```$", document.read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"{document} has no {language}"
    return found[1]


def run(command: Sequence[str | Path], environment: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def python(artifacts: Artifacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with nothing but the wheel, and what it asks for with private reads."""
    home = tmp_path_factory.mktemp("python")
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    [wheel] = [path for path in artifacts.python if path.suffix == ".whl"]
    install: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        "--disable-pip-version-check",
    ]
    run([*install, f"{wheel}[private]"], plain_environment(), home)
    return python


@pytest.fixture(scope="module")
def project(artifacts: Artifacts, tmp_path_factory: pytest.TempPathFactory, deployed: dict[str, str]) -> Path:
    """A folder with nothing but the tarball, installed."""
    folder = tmp_path_factory.mktemp("nodejs")
    (folder / "package.json").write_text('{"private": true}')
    run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", artifacts.nodejs], deployed, folder)
    return folder


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_the_wheel_runs_the_quickstart_of_its_page(
    python: Path, deployed: dict[str, str], tmp_path: Path, visibility: str
) -> None:
    (tmp_path / "lambda_function.py").write_text(quickstart(ROOT / "python-sdk" / "README.md", "python"))
    private = {
        "DISTRIBUTION": deployed["PRIVATE_DISTRIBUTION"],
        "MEMORY_PK_PATH": deployed["PRIVATE_KEY_ARN"],
    }
    environment = deployed | (private if visibility == "private" else {})
    code = (
        "import lambda_function, memory; print(lambda_function.lambda_handler({}, None), memory.__version__)"
    )
    assert run([python, "-c", code], environment, tmp_path) == "4 1.0.0\n"


def test_the_wheel_brings_its_types_and_its_licence(python: Path, tmp_path: Path) -> None:
    code = (
        "import importlib.metadata as m, memory, pathlib\n"
        "d = m.distribution('sdk-memory-service')\n"
        "print(d.metadata['License-Expression'], any('licenses/LICENSE' in str(f) for f in d.files))\n"
        "print((pathlib.Path(memory.__file__).parent / 'py.typed').exists(), d.metadata['Requires-Python'])"
    )
    assert run([python, "-c", code], plain_environment(), tmp_path) == "MIT True\nTrue >=3.10\n"


def test_the_wheel_has_the_sdk_and_nothing_else(artifacts: Artifacts) -> None:
    import zipfile

    [wheel] = [path for path in artifacts.python if path.suffix == ".whl"]
    with zipfile.ZipFile(wheel) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {
            "memory",
            "memory_service",
            "sdk_memory_service-1.0.0.dist-info",
        }


#: The quickstart in each way there is to load the package; `handler` is called behind it.
_CALL = "\nhandler().then(console.log);\n"
_READ = "const memory = require('sdk-memory-service'); // or: import memory from 'sdk-memory-service'"


def as_commonjs(code: str) -> str:
    return code + "const { handler } = exports;" + _CALL


def as_module(code: str) -> str:
    assert _READ in code, "the page says how to import"
    return (
        code.replace(_READ, "import memory from 'sdk-memory-service';").replace(
            "exports.handler", "const handler"
        )
        + _CALL
    )


def as_typescript(code: str) -> str:
    typed = as_module(code).replace(
        "mem.get('user/42').visits", "mem.get<{ visits: number }>('user/42')!.visits"
    )
    return f"{typed}export {{ handler }};\n"


def test_the_tarball_runs_the_quickstart_of_its_page_as_commonjs(
    project: Path, deployed: dict[str, str]
) -> None:
    (project / "main.cjs").write_text(as_commonjs(quickstart(SDK / "README.md", "js")))
    assert run(["node", "main.cjs"], deployed, project) == "4\n"


def test_the_tarball_runs_the_quickstart_of_its_page_as_a_module(
    project: Path, deployed: dict[str, str]
) -> None:
    (project / "main.mjs").write_text(as_module(quickstart(SDK / "README.md", "js")))
    assert run(["node", "main.mjs"], deployed, project) == "4\n"


def test_the_tarball_runs_the_quickstart_of_its_page_in_typescript(
    project: Path, deployed: dict[str, str]
) -> None:
    (project / "typed.mts").write_text(as_typescript(quickstart(SDK / "README.md", "js")))
    types: list[str | Path] = ["--typeRoots", SDK / "node_modules" / "@types", "--types", "node"]
    strict = ["--strict", "--noUncheckedIndexedAccess", "--module", "nodenext", "--target", "es2022"]
    run(
        ["node", SDK / "node_modules" / "typescript" / "bin" / "tsc", *strict, *types, "typed.mts"],
        deployed,
        project,
    )
    assert run(["node", "typed.mjs"], deployed, project) == "4\n"


def test_the_tarball_brings_no_dependency(project: Path) -> None:
    installed = {path.name for path in (project / "node_modules").iterdir() if not path.name.startswith(".")}
    assert installed == {"sdk-memory-service"}

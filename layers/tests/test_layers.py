from __future__ import annotations

import dataclasses
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from layers.layer import (
    Built,
    Layer,
    LayerTooLargeError,
    cryptography_layer,
    nodejs_layer,
    python_layer,
)
from layers.package import DuplicateFileError, Package, files_of
from layers.wheels import PYTHONS, Native, WheelError, packages_of_lock


def names(built: Built) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(built.content)) as archive:
        return archive.namelist()


def unpack(built: Built, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(built.content)) as archive:
        archive.extractall(folder)  # our own zip
    return folder


def run_python(code: str, path: Path) -> str:
    """Run code with the standard library and one folder on the path, as isolated as Python can be."""
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({str(path)!r})\n{code}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_built_in_another_folder_each_layer_has_the_same_hash(
    root: Path, python: Built, nodejs: Built, cryptography: Built, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(root, elsewhere)  # with later dates
    again = [python_layer(elsewhere), nodejs_layer(elsewhere), cryptography_layer(elsewhere, Native.local())]
    assert [layer.build().sha256 for layer in again] == [python.sha256, nodejs.sha256, cryptography.sha256]


def test_the_python_layer_imports_with_nothing_else_on_the_path(python: Built, tmp_path: Path) -> None:
    code = "import memory, memory_service; print(memory.version if memory_service.version else None)"
    assert run_python(code, unpack(python, tmp_path) / "python") == "small"


def test_the_python_layer_has_no_native_or_compiled_file(python: Built) -> None:
    assert {Path(name).suffix for name in names(python)} & {".so", ".pyd", ".pyc", ".dylib"} == set()


def test_packages_have_nothing_that_no_running_program_reads(cryptography: Built) -> None:
    unread = (".pyi", "/py.typed", "/RECORD")
    assert not [name for name in names(cryptography) if name.endswith(unread)]


def test_the_versions_of_packages_can_still_be_asked_for(cryptography: Built, tmp_path: Path) -> None:
    code = "from importlib.metadata import metadata; print(metadata('cryptography')['Version'])"
    [found] = [name for name in names(cryptography) if re.search(r"/cryptography-[^/]+/METADATA$", name)]
    version = found.split("-")[1].removesuffix(".dist")
    assert run_python(code, unpack(cryptography, tmp_path) / "python") == version


def test_the_python_layer_holds_the_sdk_alone(python: Built) -> None:
    assert {"sbom", "python"} == {name.split("/")[0] for name in names(python)}
    assert {name.split("/")[1] for name in names(python) if name.startswith("python/")} == {
        "memory",
        "memory_service",
    }


def test_no_layer_has_what_no_function_uses(python: Built, nodejs: Built) -> None:
    for layer in (python, nodejs):
        unused = ("/_admin.py", "/py.typed")
        assert not [name for name in names(layer) if "testing" in name or name.endswith(unused)]


def test_each_package_comes_with_its_licence(python: Built, nodejs: Built, cryptography: Built) -> None:
    packages = {name.split("/")[1] for name in names(cryptography) if name.endswith(".dist-info/METADATA")}
    licensed = {
        name.split("/")[1]
        for name in names(cryptography)
        if "licen" in name.rpartition(".dist-info/")[2].lower()
    }
    assert packages
    assert packages <= licensed
    assert "python/memory/LICENSE" in names(python)
    modules = "nodejs/node_modules"
    assert {f"{modules}/aws4/LICENSE", f"{modules}/sdk-memory-service/LICENSE"} <= set(names(nodejs))


def test_the_nodejs_layer_holds_what_npm_would_install(nodejs: Built) -> None:
    packages = {name.split("/")[2] for name in names(nodejs) if name.startswith("nodejs/node_modules/")}
    assert packages == {"sdk-memory-service", "aws4"}
    assert {"sbom", "nodejs"} == {name.split("/")[0] for name in names(nodejs)}
    assert not [name for name in names(nodejs) if "test" in name]


def test_node_finds_the_sdk_on_node_path(nodejs: Built, tmp_path: Path) -> None:
    modules = unpack(nodejs, tmp_path) / "nodejs" / "node_modules"
    node = shutil.which("node")
    assert node
    code = "console.log(typeof require('sdk-memory-service').sign)"
    environment = {**os.environ, "NODE_PATH": str(modules)}
    command = [node, "-e", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "function"


def test_the_cryptography_layer_signs(cryptography: Built, tmp_path: Path) -> None:
    code = (
        "from cryptography.hazmat.primitives import hashes\n"
        "from cryptography.hazmat.primitives.asymmetric import ec\n"
        "print(len(ec.generate_private_key(ec.SECP256R1()).sign(b'', ec.ECDSA(hashes.SHA256()))) > 60)"
    )
    assert run_python(code, unpack(cryptography, tmp_path) / "python") == "True"


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
@pytest.mark.parametrize("python", [PYTHONS[0], PYTHONS[-1]])
def test_the_cryptography_layer_is_built_for_a_python_and_an_architecture(
    root: Path, python: str, architecture: str
) -> None:
    layer = cryptography_layer(root, Native(python, architecture))
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    assert layer.name == f"cryptography-{python}-{architecture}"
    files = files_of(layer.packages())
    tag = f"cpython-{python.replace('.', '')}-{machine}-linux-gnu"
    assert f"_cffi_backend.{tag}.so" in files
    # Amazon Linux 2, which Lambda runs Python 3.10 and 3.11 on, has glibc 2.26.
    native = b"".join(content for name, content in files.items() if name.endswith(".so"))
    assert max(int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", native)) <= 26


def test_an_architecture_that_lambda_does_not_have_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="Lambda has no architecture riscv64: take one of x86_64, arm64"):
        cryptography_layer(root, Native("3.13", "riscv64")).build()


def test_a_wheel_with_another_hash_than_the_lock_says_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(f"idna==3.20 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(WheelError, match=r"(?s)could not fetch the packages of .*lock\.txt.*(?i:hashes)"):
        packages_of_lock(lock)


def test_two_packages_with_one_file_are_refused() -> None:
    one = Package("pypi", "one", "1", "MIT", None, {"a.py": b""})
    two = Package("pypi", "two", "1", "MIT", None, {"a.py": b""})
    with pytest.raises(DuplicateFileError, match=r"two has a\.py, and another package as well"):
        files_of([one, two])


def test_a_layer_over_its_budget_fails(python: Built) -> None:
    noise = Package("pypi", "noise", "1", "MIT", None, {"LICENSE": os.urandom(20_000)})
    layer = Layer("large", "python", lambda: [noise], budget_bytes=10_000, sources=())
    with pytest.raises(LayerTooLargeError, match=r"large\.zip has 2\d,\d\d\d bytes, its budget is 10,000"):
        layer.build()
    assert dataclasses.replace(layer, budget_bytes=30_000).build().unpacked_bytes > 20_000
    assert len(python.content) <= 550_000

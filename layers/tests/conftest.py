from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from layers.layer import Built, cryptography_layer, nodejs_layer, python_layer
from layers.wheels import Native

if TYPE_CHECKING:
    from pathlib import Path

AWS4 = "sha512-lHe62zvbTB5eEABUVi/AwVh0ZKY9rMMDhmm+eeyuuUQbQ3+J+fONVQOZyj+DdrvD4BY33uYniyRJ4UJIaSKAfw=="

#: What stands for bundling: the small SDK is one file already.
_BUILD = """
import { copyFileSync } from 'node:fs';
copyFileSync('index.js', `${process.argv[3]}/index.js`);
"""


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A repository with the real lock files and two very small SDKs."""
    root = tmp_path_factory.mktemp("repository")
    (root / "LICENSE").write_bytes((repository / "LICENSE").read_bytes())
    (root / "layers").symlink_to(repository / "layers")
    memory = root / "python-sdk" / "src" / "memory"
    (memory / "__pycache__").mkdir(parents=True)
    (memory / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(b"compiled")
    (memory / "__init__.py").write_text('"""About it."""\n\nversion = "small"  # for now\n')
    (memory / "py.typed").write_text("")
    (memory / "_admin.py").write_text("")
    (memory / "_version.py").write_text('"""The version."""\n\n__version__ = "0.1.0"\n')
    alias = root / "python-sdk" / "src" / "memory_service"
    alias.mkdir()
    (alias / "__init__.py").write_text("from memory import version\n")
    project = '[project]\nname = "sdk-memory-service"\nlicense = "MIT"\n'
    (root / "python-sdk" / "pyproject.toml").write_text(project)
    node = root / "nodejs-sdk"
    (node / "test").mkdir(parents=True)
    (node / "test" / "index.test.js").write_text("")
    (node / "LICENSE").write_bytes((repository / "LICENSE").read_bytes())
    (node / "index.js").write_text("exports.sign = require('aws4').sign;\n")
    (node / "build.mjs").write_text(_BUILD)
    package = {
        "name": "sdk-memory-service",
        "version": "0.1.0",
        "license": "MIT",
        "main": "index.js",
        "files": ["index.js"],
        "dependencies": {"aws4": "1.13.2"},
    }
    (node / "package.json").write_text(json.dumps(package))
    lock = {"": package, "node_modules/aws4": {"version": "1.13.2", "integrity": AWS4}}
    locked = {"name": "sdk-memory-service", "version": "0.1.0", "lockfileVersion": 3, "packages": lock}
    (node / "package-lock.json").write_text(json.dumps(locked))
    return root


@pytest.fixture(scope="session")
def repository(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def python(root: Path) -> Built:
    return python_layer(root).build()


@pytest.fixture(scope="session")
def nodejs(root: Path) -> Built:
    return nodejs_layer(root).build()


@pytest.fixture(scope="session")
def cryptography(root: Path) -> Built:
    return cryptography_layer(root, Native.local()).build()

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from layers.archive import zip_files

from infra import package, translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_cloud import LocalCloud

REGION = "us-east-1"


@pytest.fixture(scope="session")
def infra() -> Path:
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def template(infra: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real template and the functions behind its custom resources, beside stand-ins for layers and demos."""
    root = tmp_path_factory.mktemp("repository")
    for function in ("edge-setup/src", "bucket-removal"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(infra / function, root / "infra" / function, ignore=ignored)
    shutil.copy(infra / "template.yaml", root / "infra")
    stand_ins = {
        "build/layers/python.zip": zip_files({"python/memory/__init__.py": b""}),
        "build/layers/nodejs.zip": zip_files({"nodejs/node_modules/sdk-memory-service/index.js": b""}),
        "build/layers/cryptography-3.13-arm64.zip": zip_files({"python/cryptography/__init__.py": b""}),
        "build/layers/cryptography-3.13-x86_64.zip": zip_files({"python/cryptography/__init__.py": b""}),
        "build/layers/browser-demo.zip": zip_files(
            {"lambda_function.py": b"def lambda_handler(event, context): return 'browser'\n"}
        ),
        "demos/python/lambda_function.py": b"def lambda_handler(event, context): return 'python'\n",
        "demos/python-auth/lambda_function.py": b"def lambda_handler(event, context): return 'python-auth'\n",
        "demos/nodejs/index.js": b"exports.handler = async () => 'nodejs';\n",
        "demos/nodejs-auth/index.js": b"exports.handler = async () => 'nodejs-auth';\n",
    }
    for name, content in stand_ins.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root / "infra" / "template.yaml"


@pytest.fixture(scope="session")
def packaged(template: Path) -> dict[str, Any]:
    return package(template, lambda key, _: f"s3://artefacts/{key}")


@pytest.fixture(scope="session")
def translated_once(packaged: dict[str, Any]) -> dict[str, Any]:
    return translate(copy.deepcopy(packaged), REGION)


@pytest.fixture
def sam(packaged: dict[str, Any]) -> dict[str, Any]:
    """The packaged template, for those who need no upload."""
    return copy.deepcopy(packaged)


@pytest.fixture
def translated(translated_once: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(translated_once)


@pytest.fixture(scope="session")
def deployable(template: Path) -> Callable[[LocalCloud], dict[str, Any]]:
    """Translate the template with its code uploaded to a local cloud."""

    def translate_for(cloud: LocalCloud) -> dict[str, Any]:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="artefacts")

        def upload(key: str, content: bytes) -> str:
            s3.put_object(Bucket="artefacts", Key=key, Body=content)
            return f"s3://artefacts/{key}"

        return translate(package(template, upload), REGION)

    return translate_for


@pytest.fixture(scope="session")
def lambda_modules(infra: Path) -> dict[str, str]:
    """What Lambda's Node runtime brings, where the local cloud's functions find it."""
    modules = infra / "edge-setup" / "node_modules"
    assert (modules / "@aws-sdk").is_dir(), "install them first: npm ci --prefix infra/edge-setup"
    return {"NODE_PATH": str(modules)}

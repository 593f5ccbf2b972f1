"""What `sam package` does: local code becomes zip files in a bucket."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.archive import read_folder, zip_files
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped] # it ships no types

if TYPE_CHECKING:
    from collections.abc import Callable

#: Where each resource type of ours names its code ("AWS SAM resources" in the SAM developer guide).
_CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


class PackagingError(Exception):
    """Code that the template names is not there."""


def package(
    template: Path, upload: Callable[[str, bytes], str], *, locate: Callable[[Path], Path] = Path.absolute
) -> dict[str, Any]:
    """Upload the code that a SAM template names and return the template with the addresses of the uploads.

    A folder is zipped, a zip file is taken as it is. Each upload's key is made of its content: what changed
    gets a new address, which CloudFormation notices, and what did not keeps its own.

    Args:
        template: the SAM template in YAML; paths in it start from its folder.
        upload: stores bytes under a key and returns where, as an `s3://bucket/key` URI.
        locate: returns where the code is, if it is not at the path that the template names.

    Raises:
        PackagingError: if a path in the template does not exist; nothing more is uploaded then.
    """
    packaged: dict[str, Any] = yaml_parse(template.read_text(encoding="utf-8"))
    for name, resource in packaged["Resources"].items():
        prop = _CODE.get(resource["Type"])
        if prop is None or resource["Properties"][prop].startswith("s3://"):
            continue
        content = _read(name, locate(template.parent / resource["Properties"][prop]))
        resource["Properties"][prop] = upload(f"{hashlib.sha256(content).hexdigest()}.zip", content)
    return packaged


def _read(name: str, path: Path) -> bytes:
    if path.is_dir():
        return zip_files(read_folder(path))
    if path.is_file():
        return path.read_bytes()
    advice = (
        "build the layers first: python3 noxfile.py -s layers" if path.suffix == ".zip" else "check the path"
    )
    raise PackagingError(f"{name}: there is no {path.resolve()}; {advice}")

"""The versions of the layers in one account and Region, and which functions have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memory_console.aws_errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterable

LAYERS = (
    "python-sdk",
    "nodejs-sdk",
    "cryptography",
)  # what the template calls them, after its `FunctionPrefix`


@dataclass(frozen=True)
class LayerVersion:
    """One version of a layer.

    Attributes:
        arn: Its ARN, as functions name it.
        layer: The layer's name.
        version: Its number.
        created: When it was published, as Lambda says.
        functions: The functions of this account and Region that have it, published versions of them with their number.
        is_newest: Whether the layer has no newer one.
    """

    arn: str
    layer: str
    version: int
    created: str
    functions: tuple[str, ...]
    is_newest: bool

    @property
    def is_in_use(self) -> bool:
        """Whether something here would miss it: a function, or whoever adds the layer next."""
        return self.is_newest or bool(self.functions)


def layer_versions(client: Any, prefix: str) -> list[LayerVersion]:
    """Return all versions of the layers of a stack, the newest of each layer first.

    Args:
        client: boto3's, of Lambda.
        prefix: The stack's `FunctionPrefix`.

    Raises:
        memory.MemoryServiceError: Lambda refused or did not answer.
    """
    with translated("list functions"):
        users = _users(client)
    found = []
    for suffix in LAYERS:
        layer = f"{prefix}-{suffix}"
        with translated(f"list the versions of layer {layer}"):
            pages = client.get_paginator("list_layer_versions").paginate(LayerName=layer)
            listed = [version for page in pages for version in page["LayerVersions"]]
        newest = max((version["Version"] for version in listed), default=0)
        found += [
            LayerVersion(
                arn=version["LayerVersionArn"],
                layer=layer,
                version=version["Version"],
                created=version["CreatedDate"],
                functions=tuple(sorted(users.get(version["LayerVersionArn"], ()))),
                is_newest=version["Version"] == newest,
            )
            for version in sorted(listed, key=lambda version: -version["Version"])
        ]
    return found


def delete(client: Any, versions: Iterable[LayerVersion]) -> None:
    """Delete versions of layers; functions that have one keep it.

    Raises:
        memory.MemoryServiceError: Lambda refused or did not answer.
    """
    for version in versions:
        with translated(f"delete {version.arn}"):
            client.delete_layer_version(LayerName=version.layer, VersionNumber=version.version)


def _users(client: Any) -> dict[str, set[str]]:
    """Return the functions by the layer versions they have, published versions of functions among them."""
    users: dict[str, set[str]] = {}
    for page in client.get_paginator("list_functions").paginate(FunctionVersion="ALL"):
        for function in page["Functions"]:
            number = function.get("Version", "$LATEST")
            name = function["FunctionName"] + ("" if number == "$LATEST" else f":{number}")
            for layer in function.get("Layers", []):
                users.setdefault(layer["Arn"], set()).add(name)
    return users

"""Publishing the layers of one Region, shared as the settings say."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from layers.layer import CRYPTOGRAPHY_LICENCES
from layers.wheels import ARCHITECTURES, Native

from .errors import ReleaseError
from .target import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .sender import Sender
    from .target import Release

#: What the layers work with. Which of them Lambda still takes for new functions is its own business.
_PYTHONS = ("python3.10", "python3.11", "python3.12", "python3.13", "python3.14")
_NODES = ("nodejs20.x", "nodejs22.x", "nodejs24.x")
_OURS = "MIT"


@dataclass(frozen=True)
class LayerVersion:
    """What is published as a layer.

    Attributes:
        zip_name: the zip file's name without `.zip`.
        runtimes: Lambda's names of the runtimes it is for.
        architectures: Lambda's names of the architectures.
        licence: SPDX expression.
    """

    zip_name: str
    runtimes: tuple[str, ...]
    architectures: tuple[str, ...]
    licence: str

    @property
    def name(self) -> str:
        """The layer's name; Lambda allows no dot in it."""
        return f"memory-service-{self.zip_name}".replace("-3.", "-python3")


def layer_versions(natives: Sequence[Native]) -> list[LayerVersion]:
    """Return the layers that a release has."""
    native = [
        LayerVersion(
            one.named("cryptography"),
            (f"python{one.python}",),
            (one.architecture,),
            CRYPTOGRAPHY_LICENCES,
        )
        for one in natives
    ]
    return [
        LayerVersion("python", _PYTHONS, ARCHITECTURES, _OURS),
        LayerVersion("nodejs", _NODES, ARCHITECTURES, _OURS),
        *native,
    ]


class RegionOfLayers:
    """The layers in one Region.

    Args:
        sender: the way out.
        region: the AWS Region.
        release: what is published.
        layers: which layers it has.
        note: is told the ARN of each layer by the name of its zip file, once it is published and shared.
    """

    def __init__(
        self,
        sender: Sender,
        region: str,
        release: Release,
        layers: Sequence[LayerVersion],
        note: Callable[[str, str, str], None],
    ) -> None:
        self._sender = sender
        self._region = region
        self._release = release
        self._layers = tuple(layers)
        self._note = note
        self._there: dict[LayerVersion, dict[str, Any]] = {}
        self._shared: set[LayerVersion] = set()
        self.name = f"layers in {region}"

    def obstacles(self) -> list[str]:
        """Return nothing: layers ask for nothing but credentials."""
        return []

    def look(self) -> Found:
        """Ask which layers are there and shared."""
        for layer in self._layers:
            if there := self._find(layer):
                self._there[layer] = there
                if set(self._grants()) <= self._statements(layer, there["Version"]):
                    self._shared.add(layer)
        present = tuple(layer.name for layer in self._layers if layer in self._shared)
        return Found(present, tuple(layer.name for layer in self._layers if layer not in self._shared))

    def publish(self) -> None:
        """Publish and share the layers that are not there."""
        for layer in self._layers:
            there = self._there.get(layer) or self._send(layer)
            if layer not in self._shared:
                self._share(layer, there["Version"])
            self._note(self._region, layer.zip_name, there["LayerVersionArn"])

    def _find(self, layer: LayerVersion) -> dict[str, Any] | None:
        versions = self._sender.pages(
            "lambda", self._region, "list_layer_versions", "LayerVersions", LayerName=layer.name
        )
        for there in versions:
            if there.get("Description") == self._description():
                self._compare(layer, there)
                return there
        return None

    def _compare(self, layer: LayerVersion, there: dict[str, Any]) -> None:
        found = self._sender.read(
            "lambda", self._region, "get_layer_version", LayerName=layer.name, VersionNumber=there["Version"]
        )
        ours = base64.b64encode(
            hashlib.sha256(self._release.artifacts.layer(layer.zip_name)).digest()
        ).decode()
        if found["Content"]["CodeSha256"] != ours:
            raise ReleaseError(
                f"{there['LayerVersionArn']} says it is {self._description()} and holds something else:"
                f" SHA-256 {found['Content']['CodeSha256']}, not {ours}. Raise the version"
            )

    def _send(self, layer: LayerVersion) -> dict[str, Any]:
        arn = f"arn:aws:lambda:{self._region}:<account>:layer:{layer.name}"
        return self._sender.send(
            "lambda",
            self._region,
            "publish_layer_version",
            {"LayerArn": arn, "LayerVersionArn": f"{arn}:<version>", "Version": 0},
            LayerName=layer.name,
            Description=self._description(),
            Content={"ZipFile": self._release.artifacts.layer(layer.zip_name)},
            CompatibleRuntimes=list(layer.runtimes),
            CompatibleArchitectures=list(layer.architectures),
            LicenseInfo=layer.licence,
        )

    def _share(self, layer: LayerVersion, number: int) -> None:
        for statement, grantee in sorted(self._grants().items()):
            self._sender.send(
                "lambda",
                self._region,
                "add_layer_version_permission",
                {},
                LayerName=layer.name,
                VersionNumber=number,
                StatementId=statement,
                Action="lambda:GetLayerVersion",
                **grantee,
            )

    def _statements(self, layer: LayerVersion, number: int) -> set[str]:
        try:
            found = self._sender.read(
                "lambda", self._region, "get_layer_version_policy", LayerName=layer.name, VersionNumber=number
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return set()
            raise
        return {statement["Sid"] for statement in json.loads(found["Policy"])["Statement"]}

    def _grants(self) -> dict[str, dict[str, str]]:
        """Return whom the layer is to be given, by the id of the statement that says so."""
        audience = self._release.settings.layers
        if organization := audience.organization:
            return {f"organization-{organization}": {"Principal": "*", "OrganizationId": organization}}
        if audience.everybody:
            return {"everybody": {"Principal": "*"}}
        return {f"account-{account}": {"Principal": account} for account in audience.accounts}

    def _description(self) -> str:
        return f"Memory Service {self._release.version}"

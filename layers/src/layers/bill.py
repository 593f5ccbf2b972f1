"""What a layer holds, for those who must know: a CycloneDX bill of materials, and a list of licences to read."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from license_expression import (  # type: ignore[import-untyped] # it ships no types
    ExpressionError,
    get_spdx_licensing,
)
from packageurl import PackageURL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .package import Package

# Bills inside of wheels that state no licence: OpenSSL's since its version 3.
_UNSTATED = {"pkg:generic/openssl": "Apache-2.0"}
_HASHES = {"sha256": HashAlgorithm.SHA_256, "sha512": HashAlgorithm.SHA_512}


class LicenceError(Exception):
    """A package states no licence that can be recognized."""


def bill_of_materials(layer: str, packages: Sequence[Package]) -> bytes:
    """Return a CycloneDX 1.6 document in JSON, the same for the same packages.

    It has no timestamp, and its serial number is made of what it lists.

    Args:
        layer: the layer's name.
        packages: what it holds.

    Raises:
        LicenceError: if the licence of a package is no SPDX expression.
    """
    components = [_component(package) for package in packages]
    listed = "\n".join(
        sorted(f"{component.bom_ref.value}" for each in components for component in _flat(each))
    )
    bom = Bom(
        components=components,
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{layer}\n{listed}"),
        metadata=BomMetaData(component=Component(name=layer, type=ComponentType.LIBRARY, bom_ref=layer)),
    )
    bom.metadata.timestamp = None  # type: ignore[assignment] # the schema has it optional, the library does not
    bom.register_dependency(bom.metadata.component, components)  # type: ignore[arg-type] # set above
    written = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    return f"{written}\n".encode()


def licence_list(layer: str, folder: str, packages: Sequence[Package]) -> bytes:
    """Return one paragraph for each package: name, version, licence, and where in the layer its text is.

    Args:
        layer: the layer's name.
        folder: where in the layer the packages are.
        packages: what it holds.

    Raises:
        LicenceError: if a package comes without the text of its licence.
    """
    paragraphs = [f"The layer {layer} holds these packages, under these licences:\n"]
    for package in sorted(packages, key=lambda package: package.name):
        texts = package.licence_files()
        if not texts:
            raise LicenceError(f"{package.name} {package.version} comes without the text of its licence")
        lines = [
            f"{package.name} {package.version}: {package.licence}",
            *(f"  /opt/{folder}/{text}" for text in texts),
            *(f"  contains {_stated(part)}" for part in _parts(package)),
        ]
        paragraphs.append("\n".join(lines) + "\n")
    return "\n".join(paragraphs).encode()


def licence_of_all(packages: Sequence[Package]) -> str:
    """Return one SPDX expression that all packages and what they contain are under, without what follows from the rest.

    Raises:
        LicenceError: if a licence is no SPDX expression, or not stated.
    """
    stated = [component.licenses for package in packages for component in _flat(_component(package))]
    each = sorted({f"({licence.value})" for licences in stated for licence in licences})
    return str(get_spdx_licensing().parse(" AND ".join(each)).simplify())


def _expression(name: str, version: str, licence: str) -> str:
    try:
        parsed = get_spdx_licensing().parse(licence, validate=True)
    except ExpressionError:
        parsed = None
    if parsed is None:
        raise LicenceError(f"{name} {version} has a licence that is no SPDX expression: {licence!r}")
    return str(parsed)


def _flat(component: Component) -> list[Component]:
    return [component, *component.components]


def _parts(package: Package) -> list[dict[str, Any]]:
    """Return what the package's own bills list and its files hold: not what has only built them."""
    listed = [part for bill in package.bills() for part in json.loads(bill).get("components", [])]
    return [part for part in listed if part.get("scope") != "excluded"]


def _stated(part: dict[str, Any]) -> str:
    return f"{part['name']} {part['version']}: {_licence_of(part)}"


def _licence_of(part: dict[str, Any]) -> str:
    stated = [
        one.get("expression") or one["license"].get("id") or one["license"]["name"]
        for one in part.get("licenses", [])
    ]
    unversioned = str(part.get("purl", "")).partition("@")[0]
    return " AND ".join(stated) or _UNSTATED.get(unversioned, "none stated")


def _part(part: dict[str, Any], within: PackageURL) -> Component:
    purl = PackageURL.from_string(part["purl"])
    hashes = [
        HashType(alg=HashAlgorithm(one["alg"]), content=one["content"]) for one in part.get("hashes", [])
    ]
    return Component(
        name=part["name"],
        version=part["version"],
        type=ComponentType.LIBRARY,
        bom_ref=f"{within}#{purl}",
        purl=purl,
        licenses=[LicenseExpression(_expression(part["name"], part["version"], _licence_of(part)))],
        hashes=hashes,
    )


def _component(package: Package) -> Component:
    licence = _expression(package.name, package.version, package.licence)
    purl = PackageURL(package.ecosystem, name=package.name, version=package.version)
    hashes = [HashType(alg=_HASHES[package.digest[0]], content=package.digest[1])] if package.digest else []
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        licenses=[LicenseExpression(licence)],
        hashes=hashes,
        components=[_part(part, purl) for part in _parts(package)],
    )

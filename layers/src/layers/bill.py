"""What a layer holds, for those who must know: a CycloneDX bill of materials, and a list of licences to read."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

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
    listed = "\n".join(sorted(f"{component.purl}" for component in components))
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
        ]
        paragraphs.append("\n".join(lines) + "\n")
    return "\n".join(paragraphs).encode()


def _expression(package: Package) -> str:
    try:
        parsed = get_spdx_licensing().parse(package.licence, validate=True)
    except ExpressionError:
        parsed = None
    if parsed is None:
        stated = f"a licence that is no SPDX expression: {package.licence!r}"
        raise LicenceError(f"{package.name} {package.version} has {stated}")
    return str(parsed)


def _component(package: Package) -> Component:
    licence = _expression(package)
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
    )

"""Builds the layers' zip files and says how large they are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .bill import LicenceError
from .layer import Layer, LayerTooLargeError, cryptography_layer, nodejs_layer, python_layer
from .npm import NpmError
from .package import DuplicateFileError
from .wheels import ARCHITECTURES, PYTHONS, Native, WheelError

_ROOT = Path(__file__).resolve().parents[3]
_NATIVE = {
    Native(python, architecture).named("cryptography"): Native(python, architecture)
    for python in PYTHONS
    for architecture in ARCHITECTURES
}
#: Names of layers, and of groups of them: `cryptography` is the one for this machine.
NAMES = ("python", "nodejs", "cryptography", *_NATIVE)


def main(arguments: list[str] | None = None, root: Path = _ROOT) -> int:
    """Build what the command line asks for and return the exit code.

    Args:
        arguments: the command line without the program, `sys.argv` if None.
        root: the repository, which the SDKs and the lock files are taken from.
    """
    parser = argparse.ArgumentParser(prog="layers", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder for the zip files")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=NAMES,
        metavar="LAYER",
        help=f"build these alone: python, nodejs, cryptography (for this machine), or as {next(iter(_NATIVE))}",
    )
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    print(f"{'layer':<30} {'zipped':>10} {'unpacked':>11} {'budget':>10}  SHA-256")  # noqa: T201 the report
    try:
        for name in options.only or ("python", "nodejs", *_NATIVE):
            _write(layer_of(name, root), options.out)
    except (DuplicateFileError, LayerTooLargeError, LicenceError, NpmError, WheelError) as error:
        print(f"layers: {error}", file=sys.stderr)  # noqa: T201 talks to who started it
        return 1
    return 0


def layer_of(name: str, root: Path) -> Layer:
    """Return the layer of one of the `NAMES`."""
    if name == "python":
        return python_layer(root)
    if name == "nodejs":
        return nodejs_layer(root)
    return cryptography_layer(root, _NATIVE.get(name) or Native.local())


def _write(layer: Layer, out: Path) -> None:
    built = layer.build()
    (out / f"{layer.name}.zip").write_bytes(built.content)
    sizes = f"{len(built.content):>10,} {built.unpacked_bytes:>11,} {layer.budget_bytes:>10,}"
    print(f"{layer.name + '.zip':<30} {sizes}  {built.sha256[:16]}")  # noqa: T201 the report


if __name__ == "__main__":
    sys.exit(main())

"""Builds the layers' zip files and says how large they are."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from .layer import Layer, LayerTooLargeError, cryptography_layer, nodejs_layer, python_layer
from .npm import NpmError
from .wheels import Native, WheelError

_ROOT = Path(__file__).resolve().parents[3]
_LAYERS = ("python", "nodejs", "cryptography")


def main(arguments: list[str] | None = None, root: Path = _ROOT) -> int:
    """Build what the command line asks for and return the exit code.

    Args:
        arguments: the command line without the program, `sys.argv` if None.
        root: the repository, which the SDKs and the lock files are taken from.
    """
    parser = argparse.ArgumentParser(prog="lambda_layers", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder for the zip files")
    parser.add_argument(
        "--only", nargs="+", choices=_LAYERS, default=_LAYERS, help="build these layers alone"
    )
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    print(f"{'layer':<30} {'zipped':>10} {'unpacked':>11} {'budget':>10}  SHA-256")  # noqa: T201 the report
    try:
        for layer in (_layer(name, root) for name in options.only):
            _write(layer, options.out)
    except (LayerTooLargeError, NpmError, WheelError) as error:
        print(f"lambda_layers: {error}", file=sys.stderr)  # noqa: T201 talks to who started it
        return 1
    return 0


def _layer(name: str, root: Path) -> Layer:
    if name == "python":
        return python_layer(root)
    if name == "nodejs":
        return nodejs_layer(root)
    return cryptography_layer(root, Native.local())


def _write(layer: Layer, out: Path) -> None:
    built = layer.build()
    (out / f"{layer.name}.zip").write_bytes(built.content)
    sizes = f"{len(built.content):>10,} {built.unpacked_bytes:>11,} {layer.budget_bytes:>10,}"
    digest = hashlib.sha256(built.content).hexdigest()[:16]
    print(f"{layer.name + '.zip':<30} {sizes}  {digest}")  # noqa: T201 the report


if __name__ == "__main__":
    sys.exit(main())

"""Builds what is released, publishes it, and writes the table of layers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from layers.bill import LicenceError
from layers.layer import LayerTooLargeError
from layers.npm import NpmError
from layers.wheels import WheelError

from .application import Application
from .artifacts import Artifacts, build
from .errors import RefusedError, ReleaseError
from .layers import RegionOfLayers, layer_versions
from .publication import publish
from .published import Published
from .registries import Npm, PyPI
from .sender import Sender
from .settings import Settings
from .target import Release
from .version import repository_url, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .target import Target

_ROOT = Path(__file__).resolve().parents[3]
_PLACES = ("layers", "application", "pypi", "npm")


def main(arguments: list[str] | None = None, root: Path = _ROOT) -> int:
    """Do what the command line asks for and return the exit code.

    Args:
        arguments: the command line without the program, `sys.argv` if None.
        root: the repository.
    """
    options = _options(arguments)
    try:
        if options.command == "package":
            built = build(root, root / "build" / "release")
            _say((built.folder / "SHA256SUMS").read_text(encoding="utf-8").rstrip())
        elif options.command == "arn-table":
            Published(root / "release" / "published.json").write_table(root / "layers" / "README.md")
        else:
            _publish(root, options)
    except (LayerTooLargeError, LicenceError, NpmError, ReleaseError, WheelError) as error:
        print(f"release: {error}", file=sys.stderr)  # noqa: T201 talks to who started it
        return 1
    return 0


def targets(root: Path, release: Release, sender: Sender, places: Sequence[str] = _PLACES) -> list[Target]:
    """Return where a release goes, in order.

    Layers can be published again, an application's version cannot be replaced, and what a package registry has had
    once is used up for ever.
    """
    record = Published(root / "release" / "published.json")
    layers = layer_versions(release.artifacts.natives)
    settings = release.settings

    def note(region: str, layer: str, arn: str) -> None:
        if sender.for_real:
            record.note(release.version, region, layer, arn)

    found: dict[str, Callable[[], list[Target]]] = {
        "layers": lambda: [
            RegionOfLayers(sender, region, release, layers, note) for region in settings.regions
        ],
        "application": lambda: [
            Application(sender, region, release) for region in settings.application_regions
        ],
        "pypi": lambda: [PyPI(sender, release)],
        "npm": lambda: [Npm(sender, release)],
    }
    return [target for place in _PLACES if place in places for target in found[place]()]


def _publish(root: Path, options: argparse.Namespace) -> None:
    version = version_of(root)
    settings = Settings.read(root / "release" / "publish.yaml")
    sender = Sender(_say, for_real=options.for_real)
    artifacts = Artifacts(root / "build" / "release")
    if missing := artifacts.obstacles(version):
        raise RefusedError(missing)
    release = Release(version, artifacts, settings, repository_url(root))
    where = targets(root, release, sender, options.only)
    _say(f"{'publishing' if options.for_real else 'what would be sent for'} {version}")
    publish(root, version, where, sender, resume=options.resume)
    _say(f"{version} is published" if options.for_real else "nothing was sent: add --for-real to send this")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("package", help="build everything into build/release")
    commands.add_parser("arn-table", help="write the table of published layers into layers/README.md")
    publishing = commands.add_parser("publish", help="send what `package` built, or show what would be sent")
    mode = publishing.add_mutually_exclusive_group()
    mode.add_argument("--dry-run", dest="for_real", action="store_false", help="send nothing (the default)")
    mode.add_argument("--for-real", dest="for_real", action="store_true", help="send it")
    publishing.set_defaults(for_real=False)
    publishing.add_argument("--resume", action="store_true", help="go on with a release that broke off")
    publishing.add_argument(
        "--only",
        nargs="+",
        choices=_PLACES,
        default=_PLACES,
        metavar="PLACE",
        help=f"of {', '.join(_PLACES)}",
    )
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 what the person at the terminal reads


if __name__ == "__main__":
    sys.exit(main())

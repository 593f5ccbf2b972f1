"""The SDKs that can be asked: every folder that has a `conformance/driver.json`."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_PATTERN = "*-sdk/conformance/driver.json"
NATIVES = ("null", "bool", "int", "big-int", "float", "str", "bytes", "list", "dict")


class SdkError(Exception):
    """A `driver.json` is not what it should be, or there is none."""


@dataclass(frozen=True)
class Sdk:
    """One SDK.

    Attributes:
        name: as its row is labelled, for example `python`.
        command: what starts its driver.
        folder: where the driver runs, the one that holds `conformance/`.
        natives: the language's own types by the kinds `NATIVES`, as its driver names them; one kind may have several.
        needs: programs without which it cannot be asked; of each line of them one is enough.
        profile: `browser` if it has only the edge (section 17), else empty.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    natives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[tuple[str, ...], ...] = ()
    profile: str = ""

    @property
    def known_failures(self) -> Path:
        """The list of failures that are known."""
        return self.folder / "conformance" / "known-failures.txt"


def is_root(folder: Path) -> bool:
    """Whether there is an SDK below a folder."""
    return any(folder.glob(_PATTERN))


def find(root: Path) -> list[Sdk]:
    """Find the SDKs below a folder, by name.

    One that needs a program which is not on PATH is left out, with a line that says so, unless this is CI (`CI=true`).

    Raises:
        SdkError: There are none, one is described wrongly, or two have the same name.
    """
    sdks = [sdk for path in sorted(root.glob(_PATTERN)) if not _is_out(sdk := _read(path))]
    if not sdks:
        raise SdkError(f"there is no {_PATTERN} in {root}")
    names = [sdk.name for sdk in sdks]
    if len(set(names)) < len(names):
        raise SdkError(f"two of the drivers in {root} have the same name: {', '.join(names)}")
    return sdks


def storing(root: Path) -> list[Sdk]:
    """Find those SDKs that store values themselves; who has only the edge puts by the grants of others.

    Raises:
        SdkError: As of `find`.
    """
    return [sdk for sdk in find(root) if not sdk.profile]


def chosen(sdks: Iterable[Sdk], names: list[str]) -> list[Sdk]:
    """Return the SDKs with these names, or all if there are no names.

    Raises:
        SdkError: There is none with such a name.
    """
    by_name = {sdk.name: sdk for sdk in sdks}
    for name in names:
        if name not in by_name:
            raise SdkError(f"there is no SDK {name!r}; there are {', '.join(by_name)}")
    return [sdk for sdk in by_name.values() if not names or sdk.name in names]


def _is_out(sdk: Sdk) -> bool:
    missing = [" or ".join(programs) for programs in sdk.needs if not any(map(shutil.which, programs))]
    if not missing or os.environ.get("CI") == "true":
        return False
    sys.stderr.write(f"{sdk.name} is left out: there is no {' and no '.join(missing)} on PATH\n")
    return True


def _read(path: Path) -> Sdk:
    try:
        described: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SdkError(f"{path}: {error}") from error
    match described:
        case {"name": str(name), "command": [str(), *_] as command} if all(
            isinstance(word, str) for word in command
        ):
            own = [sys.executable if word == "python3" else word for word in command]
            natives = _natives(path, described.get("natives", {}))
            needs = [(one,) if isinstance(one, str) else tuple(one) for one in described.get("needs", ())]
            profile = str(described.get("profile", ""))
            return Sdk(name, tuple(own), path.parent.parent, natives, tuple(needs), profile)
    raise SdkError(f'{path}: wants {{"name": …, "command": [program, argument, …]}}')


def _natives(path: Path, described: Any) -> Mapping[str, tuple[str, ...]]:
    """Read the native types; none is an empty table, which the vectors about them then miss.

    Raises:
        SdkError: A kind is none of `NATIVES` or is missing, or its types are not told by their names.
    """
    if not isinstance(described, dict):
        raise SdkError(f'{path}: wants "natives": {{"null": "NoneType", …}}')
    found = {kind: (names,) if isinstance(names, str) else names for kind, names in described.items()}
    for kind, names in found.items():
        if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
            raise SdkError(f"{path}: natives.{kind} is no name and no list of names")
    if found and set(found) != set(NATIVES):
        raise SdkError(f"{path}: natives has {', '.join(found)}; wants {', '.join(NATIVES)}")
    return {kind: tuple(names) for kind, names in found.items()}

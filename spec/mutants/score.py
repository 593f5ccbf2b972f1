"""Mutation testing: how many of the mutants that mutmut and Stryker make are killed by the tests of an SDK.

`PYTHONPATH=spec python -m mutants.score python|nodejs` prints every survivor and exits with 1 below `REQUIRED`.
mutmut is in requirements/dev.txt, Stryker in the package beside this file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mutants.mutant import ROOT, mutant

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIRED = 90  # percent
HERE = Path(__file__).resolve().parent
STRYKER = HERE / "node_modules" / "@stryker-mutator" / "core" / "bin" / "stryker.js"


def main() -> None:
    """Score the SDK that the command line names."""
    sdk = sys.argv[1] if len(sys.argv) > 1 else ""
    if sdk not in _SCORES:
        sys.exit(f"which SDK? {' or '.join(_SCORES)}")
    with mutant(f"{sdk}-sdk") as root:
        killed, survivors = _SCORES[sdk](root / f"{sdk}-sdk")
    score = 100 * killed / (killed + len(survivors))
    print("\n".join(survivors))
    print(
        f"{sdk}: {killed} of {killed + len(survivors)} mutants killed, {score:.1f} %; {REQUIRED} % are required"
    )
    sys.exit(0 if score >= REQUIRED else 1)


def _python(folder: Path) -> tuple[int, list[str]]:
    (folder / "spec").symlink_to(ROOT / "spec")  # mutmut runs the tests one folder further down
    shutil.copy(HERE / "mutmut.cfg", folder / "setup.cfg")
    _run(["mutmut", "run", "--max-children", str(os.cpu_count() or 1)], folder)
    results = re.findall(
        r"^ *(\S+): (.+)$", _run(["mutmut", "results", "--all", "true"], folder), re.MULTILINE
    )
    survivors = [name for name, outcome in results if outcome not in ("killed", "timeout")]
    shown = [_run(["mutmut", "show", name], folder) for name in survivors]
    changes = ["\n".join(re.findall(r"^[-+](?![-+]).*", text, re.MULTILINE)) for text in shown]
    return len(results) - len(survivors), [
        f"{name}\n{text}" for name, text in zip(survivors, changes, strict=True)
    ]


def _nodejs(folder: Path) -> tuple[int, list[str]]:
    _run(["node", str(STRYKER), "run", str(HERE / "stryker.json")], folder)
    report = json.loads((folder / "mutation.json").read_text(encoding="utf-8"))
    killed, survivors = 0, []
    for name, file in report["files"].items():
        lines = file["source"].split("\n")
        for planted in file["mutants"]:
            if planted["status"] in ("Killed", "Timeout"):
                killed += 1
            elif planted["status"] != "Ignored":
                line = planted["location"]["start"]["line"]
                survivors.append(f"{name}:{line}\n-{lines[line - 1]}\n+ {planted['replacement']}")
    return killed, survivors


_SCORES: dict[str, Callable[[Path], tuple[int, list[str]]]] = {"python": _python, "nodejs": _nodejs}


def _run(command: list[str], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


if __name__ == "__main__":
    main()

"""Mutation testing: how many of the mutants that mutmut and Stryker make are killed by the tests of an SDK.

`PYTHONPATH=spec python -m mutants.score python|nodejs` prints every survivor and exits with 1 below 90 %, the number
that `stryker.json` has as well. mutmut is in requirements/dev.txt, Stryker in the package beside this file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from mutants.mutant import ROOT, mutant

REQUIRED = 90  # percent
HERE = Path(__file__).resolve().parent
STRYKER = HERE / "node_modules" / "@stryker-mutator" / "core" / "bin" / "stryker.js"


def main() -> None:
    """Score the SDK that the command line names."""
    sdk = sys.argv[1]
    with mutant(f"{sdk}-sdk") as root:
        folder = root / f"{sdk}-sdk"
        if sdk == "python":
            _python(folder)
        else:
            print(_run(folder, "node", str(STRYKER), "run", str(HERE / "stryker.json")))


def _python(folder: Path) -> None:
    (folder / "spec").symlink_to(ROOT / "spec")  # mutmut runs the tests one folder further down
    shutil.copy(HERE / "mutmut.cfg", folder / "setup.cfg")
    _run(folder, "mutmut", "run", "--max-children", str(os.cpu_count() or 1))
    listed = _run(folder, "mutmut", "results", "--all", "true")
    outcomes = re.findall(r"^ *(\S+): (.+)$", listed, re.MULTILINE)
    survivors = [name for name, outcome in outcomes if outcome not in ("killed", "timeout")]
    for name in survivors:
        changes = re.findall(r"^[-+](?![-+]).*", _run(folder, "mutmut", "show", name), re.MULTILINE)
        print(name, *changes, sep="\n")
    score = 100 * (1 - len(survivors) / len(outcomes))
    print(f"{len(survivors)} of {len(outcomes)} mutants survive, {score:.1f} % are killed")
    sys.exit(0 if score >= REQUIRED else 1)


def _run(folder: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()

"""Plants every fault and fails unless the vectors that must catch it do.

`python3 noxfile.py -s mutants -- [python] [nodejs] [--only TEXT]`
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from conformance.store import deployed

from mutants.mutant import ROOT, mutant
from mutants.verdict import SCENARIOS, NoVerdictError, failing_scenarios, failing_vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

HERE = Path(__file__).resolve().parent
SDKS = ("python", "nodejs")
_SHOWN = 3


class Mutant(NamedTuple):
    """One fault: in `file`, `text`, which occurs once, becomes `instead`, and the vectors `caught_by` notice."""

    name: str
    file: str
    text: str
    instead: str
    caught_by: list[str]

    @property
    def needs_store(self) -> bool:
        """Whether only scenarios notice it."""
        return all(vector.startswith(SCENARIOS) for vector in self.caught_by)


def main() -> None:
    """Plant the faults the command line asks for, print what caught each, and exit with 1 if one was not."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("sdks", nargs="*", metavar="sdk", help="python, nodejs (default: both)")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only mutants with this text in their name"
    )
    options = parser.parse_args()
    if unknown := set(options.sdks) - set(SDKS):
        parser.error(f"no such SDK: {', '.join(sorted(unknown))}")
    complaints = [complaint for sdk in options.sdks or SDKS for complaint in planted(sdk, options.only)]
    print("\n".join(complaints) if complaints else "Every mutant was caught.")
    sys.exit(1 if complaints else 0)


def mutants_of(sdk: str) -> list[Mutant]:
    """Read the faults of one SDK."""
    texts = [(HERE / f"{name}.json").read_text(encoding="utf-8") for name in (sdk, f"{sdk}-store")]
    return [Mutant(**entry) for text in texts for entry in json.loads(text)["mutants"]]


def planted(sdk: str, only: str) -> list[str]:
    """Plant the faults of one SDK and return a complaint for each that the vectors did not notice as they must."""
    chosen = [mutant for mutant in mutants_of(sdk) if only in mutant.name]
    complaints: list[str] = []
    with mutant(f"{sdk}-sdk") as root, ExitStack() as stack:
        if documents := [mutant for mutant in chosen if not mutant.needs_store]:
            if healthy := failing_vectors(sdk, root):
                return [f"{sdk}: the SDK fails vectors without any fault: {sorted(healthy)}"]
            complaints += _complaints(sdk, root, documents, lambda _: failing_vectors(sdk, root))
        if scenarios := [mutant for mutant in chosen if mutant.needs_store]:
            store = stack.enter_context(deployed(ROOT))

            def failing(ids: Collection[str]) -> set[str]:
                return failing_scenarios(sdk, root, store, ids)

            if healthy := failing({vector for mutant in scenarios for vector in mutant.caught_by}):
                return [f"{sdk}: the SDK fails scenarios without any fault: {sorted(healthy)}"]
            complaints += _complaints(sdk, root, scenarios, failing)
    print(f"{sdk}: {len(chosen) - len(complaints)} of {len(chosen)} mutants caught", flush=True)
    return complaints


def _complaints(
    sdk: str, root: Path, mutants: list[Mutant], failing: Callable[[Collection[str]], set[str]]
) -> list[str]:
    found = ((mutant, _caught(sdk, root, mutant, failing)) for mutant in mutants)
    return [f"{sdk}: {mutant.name}: {complaint}" for mutant, complaint in found if complaint]


def _caught(
    sdk: str, root: Path, mutant: Mutant, failing: Callable[[Collection[str]], set[str]]
) -> str | None:
    path = root / f"{sdk}-sdk" / mutant.file
    source = path.read_text()
    if (count := source.count(mutant.text)) != 1:
        return f"its text occurs {count} times in {mutant.file}, not once: adapt it to the code"
    path.write_text(source.replace(mutant.text, mutant.instead))
    try:
        found = failing(mutant.caught_by)
    except NoVerdictError as error:
        return str(error)
    finally:
        path.write_text(source)
    if not found:
        return "SURVIVED: no vector noticed"
    if missing := set(mutant.caught_by) - found:
        return f"not noticed by {sorted(missing)}, only by {_list(found)}"
    print(f"{sdk}: {mutant.name}: caught by {_list(found)}", flush=True)
    return None


def _list(vectors: set[str]) -> str:
    shown = sorted(vectors)
    return ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")


if __name__ == "__main__":
    main()

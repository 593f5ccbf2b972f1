"""Plants every fault in a copy of its SDK and fails unless all that must notice it do.

`python3 noxfile.py -s mutants -- [python] [nodejs] [browser] [--only TEXT] [--kind vectors|scenarios|histories]`
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import secrets
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from typing import TYPE_CHECKING

from mutants.fault import KINDS, SDKS, Fault, FaultError, faults_of
from mutants.verdict import Examiner

if TYPE_CHECKING:
    from mutants.fault import Kind


def main() -> None:
    """Plant the faults the command line asks for, print what caught each, and exit with 1 if one was not."""
    options = _options()
    faults = [
        fault
        for sdk in options.sdks or SDKS
        for fault in faults_of(sdk)
        if _is_meant(fault.name, options.only)
    ]
    jobs = [job for kind in options.kind or KINDS for job in _jobs(faults, kind)]
    if not jobs:
        sys.exit("there is no such fault")
    print(f"seed {options.seed}: {len(faults)} faults", flush=True)
    workers = os.cpu_count() or 1
    with multiprocessing.Manager() as manager, ProcessPoolExecutor(workers) as pool:
        waiting = manager.Queue()
        for job in jobs:
            waiting.put(job)
        working = [pool.submit(_work, waiting, options.seed) for _ in range(workers)]
        try:
            complaints = [complaint for work in as_completed(working) for complaint in work.result()]
        finally:
            while not waiting.empty():  # if one has broken down, the others need not go on
                waiting.get()
    print("\n".join(complaints) if complaints else "Every mutant was caught.")
    sys.exit(1 if complaints else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("sdks", nargs="*", metavar="sdk", help=f"{', '.join(SDKS)} (default: all)")
    parser.add_argument(
        "--only",
        action="append",
        metavar="TEXT",
        help="only faults with this text in their name; may be given again",
    )
    parser.add_argument(
        "--kind", action="append", choices=KINDS, help="ask only these; may be given again (default: all)"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="of the histories")
    options = parser.parse_args()
    if unknown := set(options.sdks) - set(SDKS):
        parser.error(f"no such SDK: {', '.join(sorted(unknown))}")
    return options


def _is_meant(name: str, only: list[str] | None) -> bool:
    return only is None or any(text in name for text in only)


def _jobs(faults: list[Fault], kind: Kind) -> list[tuple[Fault, Kind]]:
    """Return what to ask of a kind: about each SDK without any fault, too."""
    asked = [fault for fault in faults if fault.noticed_by(kind)]
    if kind != "histories":  # which the session `history` makes of a healthy SDK, and longer ones
        for sdk in {fault.sdk for fault in asked}:
            ids = {id_ for fault in asked if fault.sdk == sdk for id_ in fault.noticed_by(kind)}
            asked.insert(0, Fault(sdk, "no fault", (), sorted(ids)))
    return [(fault, kind) for fault in asked]


def _work(waiting: queue.Queue[tuple[Fault, Kind]], seed: int) -> list[str]:
    """Do what waits until nothing does, and return the complaints."""
    complaints: list[str] = []
    with ExitStack() as stack:
        examiner = Examiner(stack, seed)
        while True:
            try:
                fault, kind = waiting.get_nowait()
            except queue.Empty:
                return complaints
            try:
                print(f"{fault.sdk}: {fault.name}: {_caught(examiner, fault, kind)}", flush=True)
            except FaultError as error:
                complaints.append(f"{fault.sdk}: {fault.name}: {error}")


def _caught(examiner: Examiner, fault: Fault, kind: Kind) -> str:
    """Say what has caught a fault.

    Raises:
        FaultError: What must catch it has not.
    """
    found = examiner.noticing(fault, kind)
    if not fault.changes:
        if found:
            raise FaultError(f"the SDK itself fails {', '.join(found)}")
        return f"passes {len(fault.caught_by)} {kind}"
    missing = [id_ for id_ in fault.noticed_by(kind) if id_ not in found]
    if missing and not (found and kind == "histories"):
        raise FaultError(f"SURVIVED: not noticed by {' or '.join(missing)}")
    return "caught by " + ", ".join(f"{id_}{more}" for id_, more in found.items())


if __name__ == "__main__":
    main()

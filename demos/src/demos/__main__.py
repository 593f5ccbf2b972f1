"""Runs the main job from nothing to a summary: `python -m demos`, or the nox session `demo`.

With `--browser` it serves the demo for browsers instead, until Ctrl-C.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from layers.build import build
from local_cloud import LocalCloud
from local_cloud.application import deploy_application

from demos.browser import served
from demos.evidence import missing
from demos.functions import NAMES, FunctionError, Functions
from demos.published import DEMOS
from demos.run import Run, read_elsewhere, run_demo, say

if TYPE_CHECKING:
    from demos.published import Demo

ROOT = Path(__file__).resolve().parents[3]
LAYERS = ROOT / "build" / "layers"
NODE_MODULES = ROOT / "infra" / "edge-setup" / "node_modules"  # what Lambda's Node runtime brings along
TEMPLATE = ROOT / "infra" / "template.yaml"
STACK = "memory-service"


def unsigned_status(cloud: LocalCloud, distribution: str, demo: Demo) -> int:
    """Return the status of a read without a signature."""
    url = f"{cloud.edge_endpoint}/{demo.service}/{NAMES[0]}.json"
    try:
        with urlopen(Request(url, headers={"Host": distribution})) as answer:  # noqa: S310 - the edge of this machine
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def started(run: Run) -> LocalCloud:
    """Build what is deployed and start the local cloud.

    Raises:
        Exception: Whatever failed, with `run.step` saying where.
    """
    node = shutil.which("node")
    if node is None:
        raise FunctionError("there is no node on PATH; `python3 noxfile.py -s demo` brings its own")
    run.begin("building the layers")
    build(("python", "nodejs", "browser-demo", "cryptography"), LAYERS, ROOT, say=say, stale_only=True)
    run.begin("starting the local cloud")
    # With permissions enforced: each function has its role's, as on AWS, and no more.
    return LocalCloud.start(node=Path(node), auth=True, variables={"NODE_PATH": str(NODE_MODULES)})


def browser_job(run: Run) -> None:
    """Serve the demo for browsers until Ctrl-C.

    Raises:
        Exception: Whatever failed, with `run.step` saying where.
    """
    with started(run) as cloud:
        run.begin("deploying infra/template.yaml with the demo for browsers")
        with served(cloud, TEMPLATE, stack_name=STACK) as address:
            run.begin("serving a page")
            say(f"\nOpen {address} in a browser, best in two tabs. Ctrl-C ends it.")
            with suppress(KeyboardInterrupt):
                while True:
                    signal.pause()
            run.begin("stopping the local cloud")


def main_job(run: Run) -> None:
    """Do everything, in order.

    Raises:
        Exception: Whatever failed, with `run.step` saying where.
    """
    with started(run) as cloud:
        run.begin("deploying infra/template.yaml")
        stack = deploy_application(cloud, TEMPLATE, stack_name=STACK)
        functions = Functions(cloud.client("lambda"))
        # What it is about comes on the first screen: a put, and the other language's reads of it through the edge.
        for demo in DEMOS:
            run_demo(run, functions, demo, "first")
            read_elsewhere(run, functions, demo, stack.outputs)
        for demo in DEMOS:
            run_demo(run, functions, demo, "second")
        run.begin("reading private values without a signature")
        for demo in DEMOS:
            status = (
                unsigned_status(cloud, stack.outputs["PrivateDistribution"], demo) if demo.private else 403
            )
            if status != 403:  # noqa: PLR2004 - forbidden
                raise FunctionError(
                    f"an unsigned read of a private value of {demo.service} got {status}, not 403"
                )
        say("    403, as it must be")
        run.begin("stopping the local cloud")


def summary(run: Run) -> int:
    """Print what the run proved and return the exit code."""
    lacking = missing(run.seen, signed=run.signed, languages=run.languages)
    kinds = Counter(read.cache or read.source for read in run.seen)
    say("")
    say(f"{len(run.seen)} reads: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))};")
    say(
        f"{run.signed} of them signed; every type the same in "
        + ", ".join(f"{a} → {b}" for a, b in sorted(run.languages))
    )
    for what in lacking:
        say(f"NOT SEEN: {what}")
    say("To read and write values in a browser: python3 noxfile.py -s demo -- --browser")
    say(f"{'FAILED' if lacking else 'The demos work'} after {time.monotonic() - run.started:.0f} s.")
    return 1 if lacking else 0


def main() -> int:
    """Run the main job, or serve the demo for browsers, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demos", description=__doc__)
    parser.add_argument("--browser", action="store_true", help="serve a page that reads and writes values")
    serves = parser.parse_args().browser
    run = Run()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        (browser_job if serves else main_job)(run)
    except KeyboardInterrupt:
        say(f"stopped while {run.step}")
        return 130
    except Exception as error:  # noqa: BLE001 - whatever failed, the person learns at which step and why
        say(f"\nFAILED while {run.step}: {type(error).__name__}: {error}")
        return 1
    return 0 if serves else summary(run)


if __name__ == "__main__":
    sys.exit(main())

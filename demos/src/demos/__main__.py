"""Runs the main job from nothing to a summary: `python -m demos`, or the nox session `demo`."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import layers.__main__ as layers
from local_cloud import LocalCloud
from local_cloud.application import deploy_application

from demos.evidence import Read, missing, reads
from demos.functions import NAMES, FunctionError, Functions

ROOT = Path(__file__).resolve().parents[3]
LAYERS = ROOT / "build" / "layers"
NODE_MODULES = ROOT / "infra" / "edge-setup" / "node_modules"  # what Lambda's Node runtime brings along
READERS = ROOT / "demos" / "readers"
STACK = "memory-service"


@dataclass(frozen=True)
class Demo:
    """A published demo: its function, what it must print, and how its values look in the other language."""

    function: str
    service: str
    language: str
    private: bool
    printed: tuple[str, ...]


DEMOS = (
    Demo(
        "lambda-cache-python-demo", "memory-service-python-demo", "Python", private=False,
        printed=("123", "True", "Hello World!", "3", "Joe"),
    ),
    Demo(
        "lambda-cache-nodejs-demo", "memory-service-nodejs-demo", "Node", private=False,
        printed=("123", "true", "Hello World!", "3", "Joe"),
    ),
    Demo(
        "lambda-cache-python-auth-demo", "memory-service-python-auth-demo", "Python", private=True,
        printed=("123", "True", "Hello World!", "3", "Joe"),
    ),
    Demo(
        "lambda-cache-nodejs-auth-demo", "memory-service-nodejs-auth-demo", "Node", private=True,
        printed=("123", "true", "Hello World!", "3", "Joe"),
    ),
)  # fmt: skip
VALUES = [123, True, "Hello World!", [1, 2, 3], {"Name": "Joe"}]
TYPES = {
    "Python": ["int", "bool", "str", "list", "dict"],
    "Node": ["number", "boolean", "string", "array", "object"],
}


@dataclass
class Run:
    """What the run has seen so far."""

    started: float = field(default_factory=time.monotonic)
    step: str = ""
    seen: list[Read] = field(default_factory=list)
    signed: int = 0
    languages: set[tuple[str, str]] = field(default_factory=set)

    def begin(self, step: str) -> None:
        """Say what goes on, and remember it for the message of a failure."""
        self.step = step
        say(f"[{time.monotonic() - self.started:5.1f} s] {step} …")

    def note(self, demo: Demo, log: str) -> None:
        """Print a function's own output, and for each value where it came from."""
        for line in log.splitlines():
            for read in reads(line):
                self.seen.append(read)
                self.signed += demo.private
                say(f"        ← {read}{', signed' if demo.private else ''}")
            if not reads(line):
                say(f"    | {line}")


def say(text: str) -> None:
    """Print at once, so that a pipe shows progress too."""
    print(text, flush=True)  # noqa: T201 - it is what the person at the terminal waits for


def run_demo(run: Run, functions: Functions, demo: Demo, round_: str) -> None:
    """Call a demo and check what it printed.

    Raises:
        FunctionError: It failed or printed something else.
    """
    run.begin(f"invoking {demo.function} ({round_} time)")
    log = functions.invoke(demo.function).log
    run.note(demo, log)
    lines = log.splitlines()
    unseen = [text for text in demo.printed if not any(line.endswith(text) for line in lines)]
    if unseen or len(reads(log)) != len(NAMES):
        raise FunctionError(f"{demo.function} did not print {unseen} or read each of its values once:\n{log}")


def read_elsewhere(run: Run, functions: Functions, demo: Demo, outputs: Any) -> None:
    """Let a fresh function in the other language read what a demo stored, and compare values and types.

    Raises:
        FunctionError: A value or type is another.
    """
    language = "Node" if demo.language == "Python" else "Python"
    if language == "Node":
        arns = [outputs["NodejsLayer"]]
    else:
        arns = [outputs["PythonLayer"], *([outputs["CryptographyLayer"]] if demo.private else [])]
    keys = ("DISTRIBUTION", "STORAGE_BUCKET", "PK_PATH", "PUBLIC_KEY_ID")
    given = functions.configuration(demo.function)["Environment"]["Variables"]
    environment = {key: given[key] for key in keys[:2]}
    environment |= {f"MEMORY_{key}": given[key] for key in keys[2:] if key in given}
    name = f"{language.lower()}-reader-of-{demo.function}"
    run.begin(f"reading the values of {demo.function} twice in {language}")
    folder = READERS / ("nodejs" if language == "Node" else "python")
    # Without memory of its own, so that the second read shows what the edge does.
    environment |= {"SERVICE": demo.service, "MEMORY_LOG_LEVEL": "debug", "MEMORY_LOCAL_MAX_ITEMS": "0"}
    functions.create_reader(name, folder, arns, demo.function, environment)
    invocation = functions.invoke(name, {"names": NAMES})
    run.note(demo, invocation.log)
    expected = {
        name: {"type": kind, "value": value, "same": True}
        for name, kind, value in zip(NAMES, TYPES[language], VALUES, strict=True)
    }
    if invocation.result != expected:
        raise FunctionError(f"{language} read {invocation.result}, not {expected}")
    run.languages.add((demo.language, language))


def unsigned_status(cloud: LocalCloud, distribution: str, demo: Demo) -> int:
    """Return the status of a read without a signature."""
    url = f"{cloud.edge_endpoint}/{demo.service}/{NAMES[0]}.json"
    try:
        with urlopen(Request(url, headers={"Host": distribution})) as answer:  # noqa: S310 - the edge of this machine
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def main_job(run: Run) -> None:
    """Do everything, in order.

    Raises:
        Exception: Whatever failed, with `run.step` saying where.
    """
    node = shutil.which("node")
    if node is None:
        raise FunctionError("there is no node on PATH; `python3 noxfile.py -s demo` brings its own")
    run.begin("building the layers")
    if layers.main(["--out", str(LAYERS), "--only", "python", "nodejs", "cryptography"]):
        raise FunctionError("the layers could not be built: see above")
    run.begin("starting the local cloud")
    # With permissions enforced: each function has its role's, as on AWS, and no more.
    cloud = LocalCloud.start(node=Path(node), auth=True, variables={"NODE_PATH": str(NODE_MODULES)})
    with cloud:
        run.begin("deploying infra/template.yaml")
        stack = deploy_application(cloud, ROOT / "infra" / "template.yaml", stack_name=STACK)
        functions = Functions(cloud.client("lambda"))
        for demo in DEMOS:
            run_demo(run, functions, demo, "first")
            run_demo(run, functions, demo, "second")
        for demo in DEMOS:
            read_elsewhere(run, functions, demo, stack.outputs)
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
    say(f"{'FAILED' if lacking else 'The demos work'} after {time.monotonic() - run.started:.0f} s.")
    return 1 if lacking else 0


def main() -> int:
    """Run the main job and return the exit code."""
    run = Run()
    try:
        main_job(run)
    except KeyboardInterrupt:
        say(f"stopped while {run.step}")
        return 130
    except Exception as error:  # noqa: BLE001 - whatever failed, the person learns at which step and why
        say(f"\nFAILED while {run.step}: {type(error).__name__}: {error}")
        return 1
    return summary(run)


if __name__ == "__main__":
    sys.exit(main())

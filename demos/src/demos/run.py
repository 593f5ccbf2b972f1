"""A run of demos: each is called and checked, and what it stored is read in the other language."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demos.evidence import Read, reads
from demos.functions import NAMES, FunctionError, Functions
from demos.published import TYPES, VALUES

if TYPE_CHECKING:
    from demos.published import Demo

_READERS = Path(__file__).resolve().parents[2] / "readers"


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
    folder = _READERS / ("nodejs" if language == "Node" else "python")
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

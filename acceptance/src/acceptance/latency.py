"""How long reads take inside Lambda, and how long a cold start does: measured by functions beside the demos."""

from __future__ import annotations

import re
import secrets
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demos.evidence import reads
from demos.functions import Functions

from acceptance.environment import ROOT
from acceptance.errors import AcceptanceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from demos.published import Demo

    from acceptance.account import Account

PROBES = ROOT / "acceptance" / "probe"
_KEYS = {"PK_PATH": "MEMORY_PK_PATH", "PUBLIC_KEY_ID": "MEMORY_PUBLIC_KEY_ID"}
_INIT = re.compile(r"Init Duration: ([0-9.]+) ms")  # in Lambda's REPORT line; the local cloud writes none
_KINDS = ("edge miss", "edge hit", "s3")


@dataclass(frozen=True)
class Spread:
    """Some measurements of the same thing, in milliseconds.

    Attributes:
        count: how many.
        median: of them.
        p90: nine in ten took no longer.
        longest: of them.
    """

    count: int
    median: float
    p90: float
    longest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarize; there is at least one."""
        ordered = sorted(values)
        nine_in_ten = ordered[-(-len(ordered) * 9 // 10) - 1]
        return cls(
            len(ordered), *(round(ms, 4) for ms in (statistics.median(ordered), nine_in_ten, ordered[-1]))
        )


class Probe:
    """A measuring function with one demo's role, service, layers and distribution.

    Attributes:
        name: the function's.
        title: what it measures, for people.
    """

    def __init__(self, account: Account, demo: Demo, tags: Mapping[str, str]) -> None:
        """Deploy it.

        Args:
            account: where.
            demo: whose role, variables and layers it takes.
            tags: of the function.
        """
        self.name = f"probe-of-{demo.function}"
        self.title = f"{demo.language}, {'private' if demo.private else 'public'}"
        self._client = account.client("lambda")
        self._functions = Functions(self._client, tags)
        demo_is = self._functions.configuration(demo.function)
        given = demo_is["Environment"]["Variables"]
        self._variables = {key: given[key] for key in ("DISTRIBUTION", "STORAGE_BUCKET")}
        self._variables |= {_KEYS[key]: given[key] for key in _KEYS if key in given}
        self._variables["SERVICE"] = demo.service
        layers = [layer["Arn"] for layer in demo_is["Layers"]]
        folder = PROBES / ("python" if demo.language == "Python" else "nodejs")
        self._functions.create_reader(self.name, folder, layers, demo.function, self._variables)

    def ask(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Invoke it and return what it returned."""
        return dict(self._functions.invoke(self.name, event).result)

    def cold_starts(self, count: int) -> dict[str, Spread]:
        """Start it anew so many times, and return how long each part of a start took.

        Raises:
            AcceptanceError: It was not started anew.
        """
        found: dict[str, list[float]] = {}
        for number in range(count):
            self._client.update_function_configuration(
                FunctionName=self.name, Environment={"Variables": {**self._variables, "START": str(number)}}
            )
            self._client.get_waiter("function_updated_v2").wait(FunctionName=self.name)
            invocation = self._functions.invoke(self.name, {"do": "start"})
            if not invocation.result.pop("cold"):
                raise AcceptanceError(f"{self.name} was warm after its configuration had changed")
            for part, ms in invocation.result.items():
                found.setdefault(part, []).append(ms)
            if init := _INIT.search(invocation.log):
                found.setdefault("init_ms", []).append(float(init[1]))
        return {part: Spread.of(values) for part, values in found.items()}

    def reads(self, count: int) -> dict[str, Spread]:
        """Put so many values and read each from everywhere; what the SDK's log says decides where from.

        Raises:
            AcceptanceError: A kind of read was not seen.
        """
        result = self.ask({"do": "reads", "count": count, "run": secrets.token_hex(4)})
        if result["memory_hits"] != count:
            raise AcceptanceError(f"{self.name}: {result['memory_hits']} of {count} reads came from memory")
        found: dict[str, list[float]] = {"memory": result["memory"]}
        for timed in result["reads"]:
            for read in reads(timed["line"]):
                kind = "s3" if read.source == "s3" else f"{read.source} {read.cache}"
                found.setdefault(kind, []).append(timed["ms"])
        if lacking := [kind for kind in _KINDS if kind not in found]:
            raise AcceptanceError(
                f"{self.name}: no {' and no '.join(lacking)} among the reads: {sorted(found)}"
            )
        return {kind: Spread.of(found[kind]) for kind in ("memory", *_KINDS)} | {
            "put": Spread.of(result["put"])
        }

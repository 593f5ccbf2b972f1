"""What a person tells the calculator about their traffic."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from memory_console.cost.quantities import fields, read, read_readers
from memory_console.sdk import STORAGE_CLASSES

SECONDS_PER_HOUR = 3600


class ScenarioError(ValueError):
    """Traffic that cannot be: the message names the input, and what it may be."""


def read_input(name: str, text: str) -> Any:
    """Read one input by its kind in inputs.json.

    Raises:
        QuantityError: the text is none of that kind.
    """
    kind = fields()[name]["kind"]
    if kind == "count":
        return int(read(kind, text))
    if kind == "readers":
        return read_readers(text)
    return text if kind in {"storage class", "region", "switch"} else read(kind, text)


def _default(name: str) -> Any:
    """The default that inputs.json gives."""
    return field(default_factory=lambda: read_input(name, fields()[name]["default"]))


@dataclass(frozen=True)
class Scenario:
    """One service and its traffic over a month.

    Attributes:
        gets_per_month: calls of `get` of all functions together.
        puts_per_month: calls of `put`.
        value_bytes: mean size of the stored object: what `ls` shows, after gzip.
        names: how many names the service holds.
        zipf: how unequal the names are: 0 all alike, about 1 for most caches.
        absent: share of the gets, 0 to 1, that ask for a name which is not there.
        functions: how many functions read.
        environments: warm execution environments of one function, on average (its metric ConcurrentExecutions).
        readers: share of the gets by price region of CloudFront; the shares add up to 1.
        pops: points of presence of CloudFront that the readers of one region reach.
        bucket_region: the price region where the bucket is.
        edge_ttl: seconds that an edge or the SDK's memory may serve a copy.
        memory: whether the SDK's own memory is on.
        memory_bytes: LOCAL_MAX_BYTES: what it may hold in each execution environment.
        memory_items: LOCAL_MAX_ITEMS: how many values it may hold there.
        storage_class: of the bucket's objects.
        private: whether reads are signed.
        invalidations: paths invalidated in a month.
        tags_per_value: how many tags a value has, on average.
        tags: how many different tags there are.
        tag_invalidations: tags invalidated in a month.
        free_tier: whether CloudFront's and DynamoDB's always-free amounts are still unused in the account.
        peak: the busiest second's traffic, as a multiple of the mean.
    """

    gets_per_month: float = _default("gets_per_month")
    puts_per_month: float = _default("puts_per_month")
    value_bytes: float = _default("value_bytes")
    names: int = _default("names")
    zipf: float = _default("zipf")
    absent: float = _default("absent")
    functions: int = _default("functions")
    environments: float = _default("environments")
    readers: dict[str, float] = _default("readers")  # noqa: RUF009 - it makes a field
    pops: int = _default("pops")
    bucket_region: str = _default("bucket_region")
    edge_ttl: int = _default("edge_ttl")
    memory: bool = _default("memory")
    memory_bytes: float = _default("memory_bytes")
    memory_items: int = _default("memory_items")
    storage_class: str = _default("storage_class")
    private: bool = _default("private")
    invalidations: float = _default("invalidations")
    tags_per_value: float = _default("tags_per_value")
    tags: int = _default("tags")
    tag_invalidations: float = _default("tag_invalidations")
    free_tier: bool = _default("free_tier")
    peak: float = _default("peak")

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ScenarioError: an input is outside of its range.
        """
        for name, limits in fields().items():
            value, least, most = getattr(self, name), limits.get("least"), limits.get("most", float("inf"))
            if least is not None and (not least <= value <= most or value == float("inf")):
                bounds = f"at least {least:,}" + (f" and at most {most:,.0f}" if "most" in limits else "")
                raise ScenarioError(f"{name} is {value:,}: it must be {bounds}")
        if self.storage_class not in STORAGE_CLASSES:
            choices = ", ".join(STORAGE_CLASSES)
            raise ScenarioError(f"storage_class is {self.storage_class!r}: it must be one of {choices}")
        if not self.readers or any(not 0 <= share <= 1 for share in self.readers.values()):
            raise ScenarioError(f"readers is {self.readers}: it needs a share of 0 to 1 for each region")
        if abs(sum(self.readers.values()) - 1) > 1e-6:  # noqa: PLR2004 - what rounding leaves
            raise ScenarioError(f"readers is {self.readers}: the shares must add up to 1")

    @property
    def room(self) -> int:
        """How many values fit into the memory of one execution environment."""
        return min(int(self.memory_bytes / self.value_bytes), self.memory_items) if self.memory else 0

    @property
    def processes(self) -> float:
        """Execution environments of all functions together: each has a memory of its own."""
        return max(1.0, self.functions * self.environments)

    def at(self, gets_per_month: float) -> Scenario:
        """The same service with other traffic: puts and execution environments grow as the gets do."""
        factor = gets_per_month / self.gets_per_month
        return replace(
            self,
            gets_per_month=gets_per_month,
            puts_per_month=self.puts_per_month * factor,
            environments=self.environments * factor,
            invalidations=self.invalidations * factor,
            tag_invalidations=self.tag_invalidations * factor,
        )

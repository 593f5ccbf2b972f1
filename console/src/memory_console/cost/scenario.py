"""What a person tells the calculator about their traffic."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

STORAGE_CLASSES = ("STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR")
SECONDS_PER_HOUR = 3600
DAY = 86_400


class ScenarioError(ValueError):
    """Traffic that cannot be: the message names the input, and what it may be."""


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
        edge_ttl: seconds that an edge or the SDK's memory may serve a copy, 1 to 86,400.
        memory: whether the SDK's own memory is on.
        memory_bytes: LOCAL_MAX_BYTES: what it may hold in each execution environment.
        memory_items: LOCAL_MAX_ITEMS: how many values it may hold there.
        storage_class: of the bucket's objects.
        private: whether reads are signed.
        invalidations: paths invalidated in a month.
        free_tier: whether CloudFront's and DynamoDB's always-free amounts are still unused in the account.
        peak: the busiest second's traffic, as a multiple of the mean.
    """

    gets_per_month: float = 10_000_000.0
    puts_per_month: float = 100_000.0
    value_bytes: float = 2048.0
    names: int = 10_000
    zipf: float = 0.9
    absent: float = 0.0
    functions: int = 3
    environments: float = 5.0
    readers: dict[str, float] = field(default_factory=lambda: {"us": 1.0})
    pops: int = 3
    bucket_region: str = "us"
    edge_ttl: int = 5
    memory: bool = True
    memory_bytes: float = 16_777_216.0
    memory_items: int = 10_000
    storage_class: str = "STANDARD"
    private: bool = False
    invalidations: float = 0.0
    free_tier: bool = True
    peak: float = 3.0

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ScenarioError: an input is outside of its range.
        """
        least = dict.fromkeys(("gets_per_month", "puts_per_month", "zipf", "absent", "environments"), 0)
        least |= dict.fromkeys(("memory_bytes", "memory_items", "invalidations"), 0)
        least |= dict.fromkeys(("value_bytes", "names", "functions", "pops", "edge_ttl", "peak"), 1)
        most = {"absent": 1, "edge_ttl": DAY, "zipf": 3, "names": 10**12}
        for name, lowest in least.items():
            value = getattr(self, name)
            if not lowest <= value <= most.get(name, float("inf")) or value == float("inf"):
                bounds = f"at least {lowest:,}" + (f" and at most {most[name]:,}" if name in most else "")
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
        )

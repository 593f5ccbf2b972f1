"""What a run costs on AWS, said before anything is made: an upper bound for any Region, at the calculator's prices."""

from __future__ import annotations

from dataclasses import dataclass

from memory_console.cost.bill import LineItem, total
from memory_console.cost.prices import load

# Not in the calculator's list: public prices of us-east-1 on 2026-11-23, https://aws.amazon.com/lambda/pricing/ (x86,
# the dearer one) and https://aws.amazon.com/cloudwatch/pricing/ (logs, custom).
_LAMBDA_GB_SECOND = 0.0000166667
_LAMBDA_REQUESTS = 0.20  # for a million
_LOGS_GB = 0.50
_MEMORY_GB = 0.25  # the template's 256 MB
# The list has S3's prices of us-east-1 alone, as the above are. That none asks more than this times as much is what we
# know of other Regions, and no promise of AWS's.
_DEAREST_REGION = 2
_READ_BYTES = 2000  # an answer of CloudFront's with its headers, on average
_PROBES = 4
_POLLS_A_SECOND = 20  # of the checks that wait for a put
_INVALIDATION = 60  # seconds that such a check waits at most


@dataclass(frozen=True)
class Plan:
    """How much a run does.

    Attributes:
        scenarios: conformance checks, each pair of SDKs counted for itself.
        edge_ttl: seconds, of the consistency checks.
        rounds: of each consistency check.
        reads: measured, of each kind.
        cold_starts: measured, of each function.
    """

    scenarios: int
    edge_ttl: int
    rounds: int
    reads: int
    cold_starts: int

    @property
    def puts(self) -> int:
        """PUTs, POSTs and lists of S3, at most; the code, and the scenario that lists 1,000 names included."""
        return 1300 + 3 * self.scenarios + 30 * self.rounds + _PROBES * (self.reads + 5)

    @property
    def gets(self) -> int:
        """GETs of S3, at most, those of the edge included."""
        measured = _PROBES * (2 * self.reads + self.cold_starts + 5)
        return 300 + 4 * self.scenarios + 60 * self.rounds + measured

    @property
    def edge(self) -> int:
        """Requests to CloudFront, at most."""
        polled = self.rounds * (4 * self.edge_ttl + 4) + _INVALIDATION + 5  # seconds
        measured = _PROBES * (2 * self.reads + self.cold_starts + 5)
        return 500 + 2 * self.scenarios + 40 * self.rounds + _POLLS_A_SECOND * polled + measured

    @property
    def minutes(self) -> int:
        """How long it takes on AWS, about: half an hour of it for CloudFront to deploy and to forget."""
        checks = self.scenarios * 1.0 + self.rounds * (4 * self.edge_ttl + 10) + _INVALIDATION
        return round(30 + (checks + _PROBES * (self.cold_starts * 8 + self.reads * 0.5)) / 60)

    def items(self) -> list[LineItem]:
        """Return the bill, as if nothing were free."""
        prices = load()
        invocations = 60 + _PROBES * (self.cold_starts + 5) + 10 * self.rounds
        seconds = (4 * invocations + 0.5 * _PROBES * self.reads) * _MEMORY_GB
        gb = self.edge * _READ_BYTES / prices.value("assumptions", "bytes_per_gb")
        # Whichever edge answers, those of other Regions included.
        edges = prices.at("cloudfront", "regions").values()
        transfer = gb * max(edge["transfer"]["tiers"][0]["usd"] for edge in edges)
        edge_usd = self.edge / 10_000 * max(edge["https_requests"]["usd"] for edge in edges)
        put_usd = _DEAREST_REGION * self.puts / 1000 * prices.usd("s3", "STANDARD", "put")
        get_usd = _DEAREST_REGION * self.gets / 1000 * prices.usd("s3", "STANDARD", "get")
        lambda_usd = _DEAREST_REGION * (seconds * _LAMBDA_GB_SECOND + invocations / 1e6 * _LAMBDA_REQUESTS)
        paths = 40  # one for each scenario that invalidates, and the doctor's
        invalidation_usd = paths * prices.usd("cloudfront", "invalidation")
        return [
            LineItem("s3_puts", "S3 PUTs and lists", self.puts, "requests", put_usd),
            LineItem("s3_gets", "S3 GETs", self.gets, "requests", get_usd),
            LineItem("cloudfront", "CloudFront requests", self.edge, "requests", edge_usd),
            LineItem("transfer", "CloudFront transfer", gb, "GB", transfer),
            LineItem("invalidations", "Invalidations", paths, "paths", invalidation_usd),
            LineItem("lambda", "Lambda", seconds, "GB-seconds", lambda_usd),
            LineItem("logs", "CloudWatch Logs", 0.01, "GB", _DEAREST_REGION * 0.01 * _LOGS_GB),
        ]

    def text(self) -> str:
        """Return the bill for people, one item a line."""
        items = self.items()
        lines = [
            f"  {item.title:<22}{item.quantity:>10,.{2 * (item.quantity < 1)}f} {item.unit:<11}{item.usd:>8.3f} USD"
            for item in items
        ]
        return "\n".join([
            *lines,
            f"  {'at most, if nothing is free':<44}{total(items):>8.2f} USD",
            f"  Prices of {load().dated:%Y-%m-%d}: the dearest edge's, else {_DEAREST_REGION} times us-east-1's,",
            "  which no Region that we know of exceeds. Distributions, keys and layers are free.",
        ])  # fmt: skip

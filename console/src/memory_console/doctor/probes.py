"""Values that the doctor puts, reads through the edge as a function would, and removes again."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import memory

from memory_console.doctor.findings import Finding, fault, ok
from memory_console.sdk import tag_record_key
from memory_console.stored import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from memory_console.sdk import Admin
    from memory_console.target import Distribution, Target

SERVICE = "memory-service-doctor"
EDGE_TTL = 1
# An edge's copy may be as old as the edge TTL, twice that with CloudFront's two tiers, and `Age` counts whole seconds.
STALE_SECONDS = 2 * EDGE_TTL + 1
GIVE_UP_SECONDS = 8
_STEP = 0.5
_VALUE: dict[str, Any] = {
    "int": 1,
    "float": 1.0,
    "bool": True,
    "null": None,
    "bytes": b"\x00\xff",
    "str": "ö",
    "list": [[]],
}
_FORBIDDEN, _OK = 403, 200
_TIMEOUT = 10


@dataclass
class Probes:
    """The probes of one visibility.

    Attributes:
        target: The bucket and how to read through its distributions.
        distribution: The distribution.
        clock: Unix time in seconds.
        sleep: Waits for some seconds.
    """

    target: Target
    distribution: Distribution
    clock: Callable[[], float]
    sleep: Callable[[float], object]

    def __post_init__(self) -> None:
        self._visibility = self.distribution.visibility
        self._run = os.urandom(6).hex()
        self._put: list[str] = []
        self._has_record = False
        self._record = tag_record_key(self._visibility, SERVICE, self._run)

    def run(self) -> Iterator[Finding]:
        """Put, read, wait and remove."""
        try:
            yield from self._probe()
        except memory.AccessDeniedError as error:
            yield fault(
                f"{self._visibility}-write",
                str(error),
                f"Allow s3:PutObject and s3:DeleteObject on arn:aws:s3:::{self.target.bucket.name}/{self._visibility}/*"
                " to your user or role, or give --no-probes.",
            )
        except memory.MemoryServiceError as error:
            yield fault(f"{self._visibility}-write", str(error), "Mend that first.")
        finally:
            for name in self._put:
                self.target.bucket.remove(self._address(name).key)
            if self._has_record:
                self.target.bucket.remove(self._record)

    def _probe(self) -> Iterator[Finding]:
        self._write("value", _VALUE)
        yield ok(f"{self._visibility}-write", "a value can be put")
        read = self._read_back()
        yield read
        if read.level == "fault":
            return
        yield from self._unsigned()
        miss = self._miss()
        yield miss
        if miss.level != "fault":
            yield self._put_after_miss()
        yield self._tags()
        yield self._staleness()

    def _read_back(self) -> Finding:
        check = f"{self._visibility}-read"
        try:
            value = self._get("value")
        except memory.UnavailableError as error:
            return fault(
                check, str(error), "Check that the distribution is enabled and that this network reaches it."
            )
        except memory.ConfigurationError as error:
            return fault(
                check, str(error), f"Give the {self._visibility} distribution, and its keys if it is private."
            )
        except memory.AccessDeniedError as error:
            if self._visibility == "private":
                remedy = "Mend the signing key or the clock: see the other findings."
            else:
                remedy = (
                    "Let the distribution read the bucket: its origin access control and the bucket's policy."
                )
            return fault(check, str(error), remedy)
        if value is None:
            return fault(
                check,
                "a value that was just put is not there at the edge",
                "Check that the distribution's origin is this bucket and its origin path this visibility.",
            )
        if repr(value) != repr(_VALUE):
            return fault(
                check, "the edge hands out another value than was put", "Check what rewrites its answers."
            )
        return ok(check, "the edge hands out what was put, with all its types")

    def _unsigned(self) -> Iterator[Finding]:
        if self._visibility != "private":
            return
        path = self._address("value").key.partition("/")[2]
        base = self.target.edge_endpoint or f"https://{self.distribution.host}"
        request = urllib.request.Request(f"{base}/{path}", headers={"Host": self.distribution.host})  # noqa: S310 - https, or http on this machine
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - as above
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        if status == _OK:
            yield fault(
                "private-unsigned",
                "a private value can be read without a signature",
                "Set TrustedKeyGroups of the private distribution's default behaviour, and check the others.",
            )
        else:
            yield ok("private-unsigned", f"without a signature the answer is {status}")

    def _miss(self) -> Finding:
        check = f"{self._visibility}-miss"
        try:
            if self._get("absent") is None:
                return ok(check, "a miss is a 404")
        except memory.AccessDeniedError:
            return fault(
                check,
                "a name that is not there is a 403 instead of a 404: misses look like refusals",
                f"Allow s3:ListBucket to the distribution in the bucket's policy, with s3:prefix {self._visibility}/*.",
            )
        return fault(
            check, "a name that is not there has a value", "Check what else answers at the distribution."
        )

    def _put_after_miss(self) -> Finding:
        check = f"{self._visibility}-put-after-miss"
        self._write("absent", 1)
        if self._get("absent") is None:
            return fault(
                check,
                "a value put after a miss is not seen: the edge remembers the miss",
                "Set ErrorCachingMinTTL to 0 for 403 and 404 in the distribution's CustomErrorResponses.",
            )
        return ok(check, "a value put after a miss is seen at once")

    def _tags(self) -> Finding:
        """Put a value with a tag, which makes the tag's record, read both through the edge, and invalidate the tag."""
        check = f"{self._visibility}-tags"
        remedy = (
            f"Let functions write, and the distribution read, {self._visibility}/<service>/.tags/* as all the rest:"
            " check what matches that path in policies, behaviours and firewalls."
        )
        try:
            self._has_record = True
            self._write("tagged", 1, [self._run])
            if self._get("tagged") is None:
                return fault(check, "a value with a tag is a miss, though nobody has invalidated it", remedy)
            self._place.invalidate_tags([self._run])
            self.sleep(STALE_SECONDS)
            if self._get("tagged") is not None:
                return fault(check, "a value is there whose tag was invalidated", remedy)
        except memory.MemoryServiceError as error:
            return fault(check, f"the record of a tag: {error}", remedy)
        return ok(check, "a value is a miss once its tag is invalidated")

    def _staleness(self) -> Finding:
        check = f"{self._visibility}-staleness"
        remedy = "Set MinTTL of the distribution's cache policy to 0, and check that nothing overrides Cache-Control."
        self._get("value")  # so that the edge has a copy
        self._write("value", 2)
        waited = 0.0
        while waited < GIVE_UP_SECONDS:
            entry = self._entry("value")
            if entry is not None and entry.source != "edge":
                return fault(
                    check,
                    f"the edge hands out copies for longer than their edge TTL of {EDGE_TTL} s, so that readers have to"
                    " turn to S3",
                    remedy,
                )
            if entry is not None and entry.value == 2:  # noqa: PLR2004 - what was put
                break
            self.sleep(_STEP)
            waited += _STEP
        if waited > STALE_SECONDS:
            still = "is still handed out" if waited >= GIVE_UP_SECONDS else "was handed out"
            says = f"a value that was replaced {still} after {waited:.0f} s, with an edge TTL of {EDGE_TTL} s"
            return fault(check, says, remedy)
        return ok(check, f"a replaced value was gone after {waited:.1f} s, with an edge TTL of {EDGE_TTL} s")

    def _entry(self, name: str) -> memory.Entry | None:
        """Read through the edge like a process that remembers nothing."""
        with self.target.service(SERVICE, self._visibility, clock=self.clock, FAILOVER="false") as reader:
            return reader.get_entry(self._address(name).name)

    def _get(self, name: str) -> Any:
        entry = self._entry(name)
        return None if entry is None else entry.value

    def _write(self, name: str, value: Any, tags: Sequence[str] = ()) -> None:
        self._put.append(name)
        self._place.put(self._address(name).name, value, tags=tags)

    @property
    def _place(self) -> Admin:
        return self.target.bucket.place(self._visibility, SERVICE, edge_ttl=EDGE_TTL, clock=self.clock)

    def _address(self, name: str) -> Address:
        return Address(self._visibility, SERVICE, f"{self._run}/{name}")

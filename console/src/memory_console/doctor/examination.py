"""The whole examination, in the order in which one thing needs the other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import memory

from memory_console.doctor.account import bucket_and_clock, credentials
from memory_console.doctor.distribution import configuration, deployed, policy_for
from memory_console.doctor.findings import Finding, skipped, warning
from memory_console.doctor.probes import Probes
from memory_console.doctor.signing_key import refused, signing_key
from memory_console.doctor.storage import open_to_all, policy, settings
from memory_console.sdk import WIRE, KeySource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from memory_console.target import Distribution, Target


def examine(
    target: Target,
    *,
    probes: bool = True,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Finding]:
    """Look at everything, and say each thing as it is found.

    Args:
        target: What to look at.
        probes: Whether to put values and read them through the edge.
        clock: Unix time in seconds.
        sleep: Waits for some seconds.
    """
    found = credentials(target.bucket)
    yield found
    if found.level == "fault":
        return
    reached = bucket_and_clock(target.bucket, clock)
    yield from reached
    if any(finding.check == "bucket" and finding.level == "fault" for finding in reached):
        return
    yield from settings(target.bucket)
    statements, unread = policy(target.bucket)
    if unread:
        yield unread
    opened = open_to_all(statements or [])
    if opened:
        yield opened
    known = [target.distributions[one] for one in target.visibilities if one in target.distributions]
    if not known:
        yield warning(
            "distributions",
            "no distribution is known, so nothing is said of what readers get",
            "Give --stack or --distribution.",
        )
    for distribution in known:
        yield from _configured(target, distribution, statements, clock)
        if probes:
            yield from Probes(target, distribution, clock, sleep).run()
        else:
            yield skipped(f"{distribution.visibility}-read", "no values were put and read: --no-probes")


def _configured(
    target: Target,
    distribution: Distribution,
    statements: list[dict[str, object]] | None,
    clock: Callable[[], float],
) -> Iterator[Finding]:
    found, looked_up = deployed(target.bucket, distribution)
    yield looked_up
    if found:
        yield from configuration(target.bucket, distribution, found)
        if statements is not None:
            yield from policy_for(statements, target.bucket.name, distribution.visibility, found)
    if distribution.visibility == "private":
        try:
            config = target.configuration("private")
            key = KeySource(config, clock, WIRE).key(time.monotonic() + config.deadline)
        except memory.MemoryServiceError as error:
            yield refused(error)
            return
        if found:
            yield signing_key(target.bucket, key, found)

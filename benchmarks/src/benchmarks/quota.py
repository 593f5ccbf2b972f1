"""A CPU quota like that of a small Lambda function, by a control group of the kernel."""

from __future__ import annotations

import itertools
import os
from contextlib import suppress
from pathlib import Path

from benchmarks.errors import BenchmarkError

# A function has a core per 1,769 MB: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
CORE = 128 / 1769
PERIOD = 20_000  # microseconds, Lambda's as seen from inside
_NUMBERS = itertools.count(1)


class NoQuotaError(BenchmarkError):
    """This machine lets nobody set a quota; the message says why."""


class Quota:
    """A control group whose processes share a fourteenth of a core; `close` removes it.

    Raises:
        NoQuotaError: There is none, or this user may not make one.
    """

    def __init__(self, root: Path = Path("/sys/fs/cgroup")) -> None:
        limit = int(PERIOD * CORE)
        first = root / "cpu"
        self._group = (
            first if first.is_dir() else root
        ) / f"memory-benchmarks-{os.getpid()}-{next(_NUMBERS)}"
        try:
            if not first.is_dir() and not (root / "cgroup.controllers").is_file():
                raise NoQuotaError(f"no CPU quota: {root} has neither version of control groups")
            self._group.mkdir()
            try:
                if first.is_dir():
                    (self._group / "cpu.cfs_period_us").write_text(str(PERIOD))
                    (self._group / "cpu.cfs_quota_us").write_text(str(limit))
                else:
                    (self._group / "cpu.max").write_text(f"{limit} {PERIOD}")
            except OSError:
                self._group.rmdir()
                raise
        except OSError as error:
            raise NoQuotaError(
                f"no CPU quota: {error.strerror} at {error.filename}. It takes root, and on control groups of"
                " version 2 the controller cpu in cgroup.subtree_control"
            ) from None

    def take(self, process: int) -> None:
        """Let a process, with all its threads, live by the quota from now on."""
        (self._group / "cgroup.procs").write_text(str(process))

    def close(self) -> None:
        """Remove the group."""
        with suppress(OSError):  # a process that was killed may not have left yet
            self._group.rmdir()

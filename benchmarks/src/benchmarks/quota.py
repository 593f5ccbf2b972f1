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
    """A control group whose processes share a fourteenth of a core; `close` removes it."""

    def __init__(self, root: Path = Path("/sys/fs/cgroup")) -> None:
        limit, first = int(PERIOD * CORE), root / "cpu"
        home, settings = root, {"cpu.max": f"{limit} {PERIOD}"}
        if first.is_dir():  # version 1
            home, settings = first, {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": str(limit)}
        self._group = home / f"memory-benchmarks-{os.getpid()}-{next(_NUMBERS)}"
        try:
            self._group.mkdir()
            for name, text in settings.items():
                (self._group / name).write_text(text)
        except OSError as error:
            self.close()
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

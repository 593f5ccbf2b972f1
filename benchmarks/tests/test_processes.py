from __future__ import annotations

import os
import subprocess
import sys

import pytest
from benchmarks.processes import on_one_core

_COUNT = "import os; print(len(os.sched_getaffinity(0)))"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process to a core")
def test_what_is_started_on_one_core_stays_there_and_its_parent_does_not() -> None:
    before = os.sched_getaffinity(0)
    with on_one_core():
        counted = subprocess.run([sys.executable, "-c", _COUNT], capture_output=True, check=True, text=True)
    assert counted.stdout == "1\n"
    assert os.sched_getaffinity(0) == before

"""Runs `memory-service` and writes to a file how much memory it took at most: `python peak_memory.py FILE ls shop`."""

import atexit
import resource
import sys
from pathlib import Path


def peak_kib() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        # Not the kernel's account of the process, which begins with that of the process that started it.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


if __name__ == "__main__":
    from memory_console.command import main

    file = Path(sys.argv.pop(1))
    atexit.register(lambda: file.write_text(str(peak_kib())))
    main(prog_name="memory-service")

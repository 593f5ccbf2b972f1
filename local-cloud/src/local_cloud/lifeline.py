"""Runs the engine in its own environment for as long as the process that started it lives.

That process holds the other end of standard input. However it ends, the system closes that end, and the engine goes
with its functions' workers and its folder.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import threading

# In a session of its own, since it ends the group of whoever starts it. Workers are gone before their files are.
_UNDERTAKER = """
import os, shutil, signal, sys, time
group, folder = int(sys.argv[1]), sys.argv[2]
deadline = time.monotonic() + 5
try:
    while time.monotonic() < deadline:
        os.killpg(group, signal.SIGKILL)
        time.sleep(0.05)
except ProcessLookupError:
    pass
shutil.rmtree(folder, ignore_errors=True)
"""


def main() -> None:
    """Run the engine in the folder that is the argument; it becomes a process group with its workers."""
    folder = sys.argv[1]
    del sys.path[0]  # the folder of this file, whose modules are not the engine's
    os.umask(0o077)  # what functions write is nobody else's
    threading.Thread(target=_end_with_starter, args=(folder,), daemon=True).start()
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")


def _end_with_starter(folder: str) -> None:
    while os.read(0, 1024):
        pass
    command = [sys.executable, "-I", "-S", "-c", _UNDERTAKER, str(os.getpgid(0)), folder]
    subprocess.Popen(command, start_new_session=True)  # noqa: S603 - this interpreter, and no shell


if __name__ == "__main__":
    main()

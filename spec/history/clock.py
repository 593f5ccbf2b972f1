"""The one clock of a history: the machine's, moved on now and then, for clients, edges and S3 at the same moment."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class SharedClock:
    """A clock that other processes follow by a file that holds how many seconds it is ahead of the machine's."""

    def __init__(self, file: Path) -> None:
        """Show the machine's time, and say so in the file."""
        self.file = file
        self._ahead = 0.0
        self._moving = threading.Lock()
        self._write()

    def __call__(self) -> float:
        """Return the time in Unix seconds."""
        with self._moving:  # whoever has seen the file must not be ahead of this process
            return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass for everybody at once."""
        with self._moving:
            self._ahead += seconds
            self._write()

    def _write(self) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(repr(self._ahead), encoding="ascii")
        new.replace(self.file)

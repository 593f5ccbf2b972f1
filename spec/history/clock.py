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
        self._files = {0.0: file}
        self._moving = threading.Lock()
        self._write()

    def file_of(self, skew: float) -> Path:
        """Return the file of a clock that is so many seconds ahead of this one, always."""
        with self._moving:
            self._files.setdefault(skew, self.file.with_name(f"{self.file.name}{skew:+g}"))
            self._write()
            return self._files[skew]

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
        for skew, file in self._files.items():
            new = file.with_name(f"{file.name}.new")
            new.write_text(repr(self._ahead + skew), encoding="ascii")
            new.replace(file)

"""A driver's process: lines in, lines out, with a limit on every wait and none of the pipes ever blocking."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_CHUNK = 64 * 1024
_MAX_LINE = 64 * 1024 * 1024
_MAX_STDERR = 256 * 1024
_GRACE = 0.5  # seconds between the end of the output and the end of the process
_TAIL_LINES = 12
_LAST_CHUNKS = 8  # of what it said before it was killed: what a pipe may hold


class ProcessError(Exception):
    """The process did not give a line."""


class EndedError(ProcessError):
    """The process ended, or closed its output."""


class SilentError(ProcessError):
    """The process said nothing in time."""


class FloodError(ProcessError):
    """The process writes a line without end."""


class Process:
    """One process, the leader of a group of its own."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        """Start it.

        Args:
            command: the program and its arguments.
            folder: where it runs.
            environment: all of its environment variables.

        Raises:
            OSError: there is no such program.
        """
        self._child = subprocess.Popen(  # noqa: S603 - running what driver.json names is the purpose
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        self._selector = selectors.DefaultSelector()
        self._stdin, self._stdout, self._stderr = _pipes(self._child)
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe.fileno(), False)
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(self._stderr, selectors.EVENT_READ)
        self._outgoing = bytearray()
        self._incoming = bytearray()
        self._searched = 0  # how much of what came in is known to hold no line's end
        self._said = bytearray()  # the end of standard error
        self._ended = False

    def send(self, data: bytes) -> None:
        """Send bytes when the process takes them: while `line` waits."""
        if not self._outgoing and not self._stdin.closed and data:
            self._selector.register(self._stdin, selectors.EVENT_WRITE)
        self._outgoing += data

    def line(self, limit: float) -> bytes:
        """Return the next line of the output.

        Args:
            limit: how long to wait, in seconds.

        Raises:
            EndedError: There is no next line.
            SilentError: None came in time.
            FloodError: It is too long.
        """
        deadline = time.monotonic() + limit
        while (end := self._incoming.find(b"\n", self._searched)) < 0:
            self._searched = len(self._incoming)
            if self._ended:
                raise EndedError(self._how_it_ended())
            if self._searched > _MAX_LINE:
                raise FloodError(f"a line of more than {_MAX_LINE:,} bytes")
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise SilentError(f"no answer within {limit:g} s")
            self._pump(remaining)
        line = bytes(self._incoming[:end])
        del self._incoming[: end + 1]
        self._searched = 0
        return line

    def has_more(self) -> bool:
        """Whether it has already written more output than was read."""
        self._pump(0)
        return bool(self._incoming)

    def stderr(self) -> str:
        """Return the end of what it wrote to standard error."""
        self._pump(0)
        return self._said.decode(errors="replace")

    def forget_stderr(self) -> None:
        """Begin anew to collect standard error."""
        self._pump(0)
        self._said.clear()

    def tail(self) -> str:
        """Return the last lines of standard error."""
        return "\n".join(self.stderr().splitlines()[-_TAIL_LINES:])

    def finish(self, limit: float) -> int:
        """End the input and return the exit status, within `limit` seconds.

        Raises:
            SilentError: It did not end in time.
        """
        self._close_input()
        deadline = time.monotonic() + limit
        while not self._ended and time.monotonic() < deadline:
            self._pump(deadline - time.monotonic())
        try:
            return self._child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise SilentError(f"did not exit within {limit:g} s after the end of its input") from error

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all that it started, in the middle of whatever they do."""
        # Where the leader is a zombie, some systems say that its group may not be killed.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)

    def kill(self) -> None:
        """End the process and all that it started; again does nothing."""
        self.signal(signal.SIGKILL)
        self._child.wait()
        for _ in range(_LAST_CHUNKS):
            self._pump(0)
        self._selector.close()
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()

    def _pump(self, limit: float) -> None:
        """Move what can be moved, waiting up to `limit` seconds for the first."""
        if self._stdout.closed or not self._selector.get_map():
            return
        for key, _ in self._selector.select(limit):
            if key.fileobj is self._stdin:
                self._write()
            elif key.fileobj is self._stdout:
                self._incoming += self._read(self._stdout)
            else:
                self._said += self._read(self._stderr)
                del self._said[:-_MAX_STDERR]

    def _write(self) -> None:
        try:
            sent = os.write(self._stdin.fileno(), self._outgoing[:_CHUNK])
        except BrokenPipeError:  # why is said by the output
            self._close_input()
            return
        del self._outgoing[:sent]
        if not self._outgoing:
            self._selector.unregister(self._stdin)

    def _read(self, pipe: IO[bytes]) -> bytes:
        data = os.read(pipe.fileno(), _CHUNK)
        if not data:
            self._selector.unregister(pipe)
            self._ended = self._ended or pipe is self._stdout
        return data

    def _close_input(self) -> None:
        if self._outgoing:
            self._selector.unregister(self._stdin)
            self._outgoing.clear()
        self._stdin.close()

    def _how_it_ended(self) -> str:
        try:
            status = self._child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            return "closed its output"
        return f"killed by signal {-status}" if status < 0 else f"exited with {status}"


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise AssertionError("all three were asked for")
    return child.stdin, child.stdout, child.stderr

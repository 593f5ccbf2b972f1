"""The engine: one ministack process that plays S3, Lambda, CloudFormation and CloudFront's API."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local_cloud.certificate import Certificate
from local_cloud.errors import EngineError
from local_cloud.installation import engine_python
from local_cloud.lifeline import proof_of
from local_cloud.run_keys import ENGINE_HEADER, RunKeys

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
START_DEADLINE = 30.0  # seconds; it takes 0.4 on an idle machine
# Seconds from the polite signal to the rude one. It waits for each TLS connection that a client keeps open, and has
# nothing to lose: its folder goes as well.
STOP_DEADLINE = 0.5
WORKERS_DEADLINE = 0.5  # seconds to wait for what has got the rude one
_PORT_ATTEMPTS = 3  # another process may take a free port before the engine does
_POLL = 0.02  # seconds
_LIFELINE = Path(__file__).with_name("lifeline.py")


@dataclass(frozen=True)
class Engine:
    """A running engine; `stop` ends it with all that belongs to it.

    Attributes:
        port: the TCP port on 127.0.0.1 that answers for every AWS service.
        folder: holds everything the engine and its functions write, the log included; gone after `stop`.
        process: the leader of the process group that the functions' workers belong to as well.
        keys: the secrets of the run; it answers nobody who does not know them.
        certificate: what it speaks TLS with; None if it speaks HTTP.
    """

    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    keys: RunKeys
    certificate: Certificate | None = None

    @property
    def endpoint(self) -> str:
        """The URL to use as AWS endpoint."""
        return f"{'https' if self.certificate else 'http'}://{HOST}:{self.port}"

    @classmethod
    def start(
        cls, *, node: Path | None, auth: bool, variables: Mapping[str, str], keys: RunKeys | None = None
    ) -> Engine:
        """Start an engine on a free port and wait until it answers.

        Args:
            node: the executable that runs Node functions; by default the first `node` on the caller's PATH.
            auth: whether signatures, role policies and bucket policies are enforced; then it speaks TLS, which
                bucket policies may demand.
            variables: environment variables that every function sees.
            keys: the secrets of the run, without which it answers nothing; by default new ones, that nobody knows.

        Raises:
            EngineError: it did not answer in time; the message holds the end of its log.
            InstallationError: its packages could not be installed.
        """
        python = engine_python()
        keys = keys or RunKeys()
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            engine = cls._launch(python, node, auth=auth, variables=variables, keys=keys)
            try:
                engine.wait_until_it_answers()
            except EngineError:
                taken = "already in use" in engine.log()
                engine.stop()
                if not taken or attempt == _PORT_ATTEMPTS:
                    raise
            except BaseException:  # Ctrl-C while waiting must leave nothing behind either
                engine.stop()
                raise
            else:
                return engine
        raise AssertionError  # the last attempt returned or raised

    @classmethod
    def _launch(
        cls, python: Path, node: Path | None, *, auth: bool, variables: Mapping[str, str], keys: RunKeys
    ) -> Engine:
        folder = Path(tempfile.mkdtemp(prefix="memory-local-cloud-"))
        port = _free_port()
        # Nothing is inherited: every function would see the caller's whole environment.
        environment = {
            **variables,
            "PATH": f"{_programs(folder, node)}:/usr/bin:/bin",
            "HOME": str(_subfolder(folder, "home")),
            "TMPDIR": str(_subfolder(folder, "tmp")),
            "LANG": "C.UTF-8",
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",  # its MQTT listener would ignore BIND_HOST
            "S3_DATA_DIR": str(folder / "s3"),
            "STATE_DIR": str(folder / "state"),
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        }
        certificate = None
        if not auth:
            environment["AWS_SESSION_TOKEN"] = keys.account_token  # it passes that on to functions
        else:
            certificate = Certificate(_subfolder(folder, "tls"))
            environment |= {
                "AUTH": "true",
                "AWS_ACCESS_KEY_ID": keys.access_key,  # its root's
                "USE_SSL": "1",
                "MINISTACK_SSL_CERT": str(certificate.path),
                "MINISTACK_SSL_KEY": str(certificate.key),
                # The engine tells its functions by itself, but not if they are sent to another endpoint.
                **certificate.variables,
            }
        (folder / "engine.log").touch(mode=0o600)
        with (folder / "engine.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 (the interpreter is our own, and no shell is involved)
                [str(python), str(_LIFELINE), str(folder)],
                env=environment,
                cwd=folder,
                stdin=subprocess.PIPE,  # after the secret nothing is written: the engine waits for its end
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group to end as a whole, and safe from the terminal's Ctrl-C
            )
        assert process.stdin  # noqa: S101 - it was asked for
        with contextlib.suppress(BrokenPipeError):  # it has ended: whoever waits for it says why
            process.stdin.write(f"{keys.engine}\n".encode())
            process.stdin.flush()
        return cls(port, folder, process, keys, certificate)

    def wait_until_it_answers(self) -> None:
        """Return once the engine serves requests; raise EngineError if it ends or takes too long."""
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline:
            if end := self.end():
                raise EngineError(f"{end} while starting on {self.endpoint}. Its log ends so:\n{self.log()}")
            if self._answers():
                return
            time.sleep(_POLL)
        raise EngineError(
            f"The engine did not answer on {self.endpoint} within {START_DEADLINE:.0f} s: is the machine "
            f"overloaded? Its log ends so:\n{self.log()}"
        )

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=1)
        if self.certificate:
            context = self.certificate.context()
            connection = http.client.HTTPSConnection(HOST, self.port, timeout=1, context=context)
        try:
            connection.request("GET", "/_ministack/health")
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        else:
            # Another cloud's engine may have taken the port, and would say that it is well; so might anybody.
            is_ours = answer.getheader(ENGINE_HEADER) == proof_of(self.keys.engine.encode()).decode()
            return is_ours and answer.status == http.HTTPStatus.OK
        finally:
            connection.close()

    def end(self) -> str:
        """Say how the engine has ended; nothing while it runs."""
        code = self.process.poll()
        return "" if code is None else f"The engine ended with {code}"

    def log(self) -> str:
        """Return the last 4,000 characters of what the engine has printed."""
        return (self.folder / "engine.log").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        """End the engine and its functions' workers and remove its folder; calling it again does nothing."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self._end_workers()
        if self.process.stdin:
            self.process.stdin.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end_workers(self) -> None:
        """Wait until the process group is empty; workers end when their input closes, unless they are busy.

        Where the system's first process does not bury orphans, their remains stay in the group, so this gives
        up waiting after a while: what got SIGKILL does nothing any more.
        """
        deadline = time.monotonic() + WORKERS_DEADLINE
        with contextlib.suppress(ProcessLookupError):  # the group is empty
            while time.monotonic() < deadline:
                os.killpg(self.process.pid, signal.SIGKILL)
                time.sleep(_POLL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _subfolder(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


def _programs(folder: Path, node: Path | None) -> Path:
    """Return a folder for the front of PATH that holds nothing but Node, under that name."""
    programs = _subfolder(folder, "bin")
    found = str(node.absolute()) if node else shutil.which("node")
    if found:
        (programs / "node").symlink_to(found)
    return programs

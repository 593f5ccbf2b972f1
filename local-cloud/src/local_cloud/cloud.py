"""The local cloud as one object: the engine, the edge in front of it, and the stacks deployed on it."""

from __future__ import annotations

import atexit
import socket
import time
from contextlib import ExitStack
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from local_cloud.edge import Edge
from local_cloud.edge.distributions import DistributionReader
from local_cloud.edge.origin import S3Origin
from local_cloud.engine import HOST, Engine
from local_cloud.stacks import Stack, Stacks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from typing_extensions import Self
REGION = "us-east-1"
ROOT_KEY = "test"  # the engine's own name for the root of its only account; it checks no root signature
EDGE_VARIABLE = "MEMORY_EDGE_ENDPOINT"
_NOTHING: Mapping[str, str] = MappingProxyType({})
_CLIENT_CONFIG = Config(
    s3={"addressing_style": "path"},
    proxies={},  # else a proxy from the environment would be asked for 127.0.0.1
    retries={"mode": "standard", "total_max_attempts": 1},  # an engine that fails once fails again
)


class LocalCloud:
    """AWS on this machine, as far as Memory Service needs it; use it in a `with` statement.

    Attributes:
        endpoint: the AWS endpoint URL, for every service.
        edge_endpoint: where CloudFront is: the URL to connect to instead of `https://<distribution>`, with
            the distribution's domain in the `Host` header.
    """

    def __init__(self, engine: Engine, listener: socket.socket, clock: Callable[[], float]) -> None:
        """Put an edge in front of a running engine; `start` is the usual way to get a local cloud."""
        self._engine = engine
        self.endpoint = engine.endpoint
        self.edge_endpoint = _url(listener)
        self._session: Any = boto3.Session(
            aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION
        )
        s3 = self.client("s3")
        self._stacks = Stacks(self.client("cloudformation"), s3)
        reader = DistributionReader(self.client("cloudfront"), s3)
        self._edge = Edge(reader.read, self._open_origin, clock)
        self._edge.start(listener)
        self._running = True
        atexit.register(self.stop)  # a caller that dies of an exception leaves no process behind

    @classmethod
    def start(
        cls,
        *,
        node: Path | None = None,
        clock: Callable[[], float] = time.time,
        auth: bool = False,
        variables: Mapping[str, str] = _NOTHING,
    ) -> Self:
        """Start a local cloud and wait until it answers.

        Args:
            node: the executable that runs Node functions; by default the first `node` on PATH.
            clock: the time in Unix seconds: what `Age`, `Date`, lifetimes and signatures go by at the edge.
            auth: enforce signatures, role policies and bucket policies, as AWS does; by default everyone may
                do everything.
            variables: environment variables that every function sees besides its own, for example `NODE_PATH`
                with the packages that Lambda's Node runtime brings along.

        Raises:
            EngineError: the engine did not start.
            InstallationError: the engine's packages could not be installed.
        """
        # The functions must learn the edge's address, and they learn what the engine knew when it started.
        with ExitStack() as undo:
            listener = undo.enter_context(socket.create_server((HOST, 0)))
            everywhere = {**variables, EDGE_VARIABLE: _url(listener)}
            engine = Engine.start(node=node, auth=auth, variables=everywhere)
            undo.callback(engine.stop)
            started = cls(engine, listener, clock)
            undo.pop_all()
        return started

    def client(self, service: str) -> Any:
        """Return a new boto3 client for the service, with the root's credentials."""
        return self._session.client(service, endpoint_url=self.endpoint, config=_CLIENT_CONFIG)

    def deploy(
        self,
        template: Mapping[str, Any] | str,
        *,
        stack_name: str,
        parameters: Mapping[str, str] = _NOTHING,
    ) -> Stack:
        """Create or update a stack and wait until it is complete, and the edge knows of it.

        Args:
            template: a CloudFormation template without a transform, as an object or as JSON or YAML text.
            stack_name: deploying under the same name again updates the stack.
            parameters: the value of each parameter that has no default.

        Raises:
            DeploymentError: the template was refused or a resource failed.
        """
        stack = self._stacks.deploy(template, stack_name, parameters)
        self._edge.refresh()
        return stack

    def delete(self, stack_name: str) -> None:
        """Delete a stack with all its resources; a stack that does not exist is no error.

        Raises:
            DeploymentError: a resource could not be deleted.
        """
        self._stacks.delete(stack_name)
        self._edge.refresh()

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which AWS SDKs and Memory Service use this cloud."""
        return {
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            EDGE_VARIABLE: self.edge_endpoint,
        }

    def stop(self) -> None:
        """End every process of this cloud and remove what it wrote; calling it again does nothing."""
        if self._running:
            self._running = False
            atexit.unregister(self.stop)
            self._edge.stop()
            self._engine.stop()

    def _open_origin(self) -> S3Origin:
        return S3Origin(self.endpoint, self._session.get_credentials(), REGION)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"

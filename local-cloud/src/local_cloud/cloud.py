"""The local cloud as one object: the engine, clients for it, and the stacks deployed on it."""

from __future__ import annotations

import atexit
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from local_cloud.engine import Engine
from local_cloud.stacks import Stack, Stacks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from typing_extensions import Self
REGION = "us-east-1"
ROOT_KEY = "test"  # the engine's own name for the root of its only account; it checks no root signature
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
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.endpoint = engine.endpoint
        self._session: Any = boto3.Session(
            aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION
        )
        self._stacks = Stacks(self.client("cloudformation"), self.client("s3"))
        atexit.register(self.stop)  # a caller that dies of an exception leaves no process behind

    @classmethod
    def start(
        cls,
        *,
        node: Path | None = None,
        auth: bool = False,
        variables: Mapping[str, str] = _NOTHING,
    ) -> Self:
        """Start a local cloud and wait until it answers.

        Args:
            node: the executable that runs Node functions; by default the first `node` on PATH.
            auth: enforce signatures, role policies and bucket policies, as AWS does; by default everyone may
                do everything.
            variables: environment variables that every function sees besides its own, for example `NODE_PATH`
                with the packages that Lambda's Node runtime brings along.

        Raises:
            EngineError: the engine did not start.
            InstallationError: the engine's packages could not be installed.
        """
        return cls(Engine.start(node=node, auth=auth, variables=variables))

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
        """Create or update a stack and wait until it is complete.

        Args:
            template: a CloudFormation template without a transform, as an object or as JSON or YAML text.
            stack_name: deploying under the same name again updates the stack.
            parameters: the value of each parameter that has no default.

        Raises:
            DeploymentError: the template was refused or a resource failed.
        """
        return self._stacks.deploy(template, stack_name, parameters)

    def delete(self, stack_name: str) -> None:
        """Delete a stack with all its resources; a stack that does not exist is no error.

        Raises:
            DeploymentError: a resource could not be deleted.
        """
        self._stacks.delete(stack_name)

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which AWS SDKs and Memory Service use this cloud."""
        return {
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
        }

    def stop(self) -> None:
        """End every process of this cloud and remove what it wrote; calling it again does nothing."""
        atexit.unregister(self.stop)
        self._engine.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

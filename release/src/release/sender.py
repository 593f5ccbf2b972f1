"""The one way out: every call that publishes is printed here, then sent, or in a rehearsal only checked."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
)
from botocore.validate import validate_parameters

from .errors import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LONGEST_TEXT = 1000
_INVALID = ("UnrecognizedClientException", "InvalidClientTokenId", "ExpiredToken", "InvalidAccessKeyId")
#: What the Serverless Application Repository says of a name or version that exists.
_CONFLICT = "ConflictException"
Answer = TypeVar("Answer")


class UnknownError(ReleaseError):
    """Nobody could be asked what is published already."""


class Sender:
    """Asks AWS what is there, and sends what is to be published.

    Args:
        say: prints a line.
        for_real: whether to send. If not, what would be sent is printed and held against the service's own model.
    """

    def __init__(self, say: Callable[[str], None], *, for_real: bool) -> None:
        self.say = say
        self.for_real = for_real
        self._clients: dict[tuple[str, str], Any] = {}

    def account(self) -> str:
        """Return the id of the account that the credentials belong to.

        Raises:
            UnknownError: there are no credentials, or no network.
        """
        return str(self.read("sts", "us-east-1", "get_caller_identity")["Account"])

    def read(self, service: str, region: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation that changes nothing and return its answer.

        Raises:
            botocore.exceptions.ClientError: the service refused.
            UnknownError: there are no credentials, or no network.
        """
        return self._asked(
            f"{service} in {region}",
            lambda: dict(getattr(self._client(service, region), operation)(**parameters)),
        )

    def pages(
        self, service: str, region: str, operation: str, key: str, **parameters: Any
    ) -> list[dict[str, Any]]:
        """Return all items that an operation lists, from all its pages.

        Args:
            service: botocore's name of the service.
            region: the AWS Region.
            operation: botocore's name of the operation.
            key: the member of the answers that holds items.
            parameters: the operation's parameters.

        Raises:
            as `read`.
        """
        return self._asked(
            f"{service} in {region}",
            lambda: [
                item
                for page in self._client(service, region).get_paginator(operation).paginate(**parameters)
                for item in page[key]
            ],
        )

    def send(
        self, service: str, region: str, operation: str, rehearsed: Mapping[str, Any], **parameters: Any
    ) -> dict[str, Any]:
        """Print a call, send it and return its answer.

        Args:
            service: botocore's name of the service.
            region: the AWS Region.
            operation: botocore's name of the operation.
            rehearsed: what to return if nothing is sent.
            parameters: the operation's parameters.

        Raises:
            ReleaseError: the service refused, or would refuse the parameters.
        """
        where = f"{service} {operation} in {region}"
        self.say(f"{where}\n{_indented(parameters)}")
        client = self._client(service, region)
        try:
            if self.for_real:
                return dict(getattr(client, operation)(**parameters))
            model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
            if model.input_shape:
                validate_parameters(parameters, model.input_shape)
        except (ClientError, BotoCoreError, ParamValidationError) as error:
            raise ReleaseError(f"{where} failed: {error}{_advice(error)}") from error
        return dict(rehearsed)

    def run(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Print a command and run it.

        Args:
            command: its words.
            environment: variables to add; they are printed by name only.

        Raises:
            ReleaseError: it failed.
        """
        names = "".join(f" {name}=…" for name in environment or {})
        self.say(f"{names} {shlex.join(command)}".strip())
        if not self.for_real:
            return
        done = subprocess.run(command, check=False, env={**os.environ, **(environment or {})})  # noqa: S603 the words are ours
        if done.returncode:
            raise ReleaseError(f"`{command[0]}` failed with {done.returncode}: see above")

    @staticmethod
    def _asked(where: str, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except ClientError as error:
            if error.response["Error"]["Code"] in _INVALID:
                raise UnknownError(f"the AWS credentials are not valid: {error}") from error
            raise
        except NoCredentialsError as error:
            raise UnknownError("there are no AWS credentials in the environment") from error
        except BotoCoreError as error:
            raise UnknownError(f"{where} cannot be reached: {error}") from error

    def _client(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.client(service, region_name=region)  # type: ignore[call-overload] # any
        return self._clients[service, region]


def _advice(error: Exception) -> str:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code != _CONFLICT:
        return ""
    return (
        ". It was not there a moment ago: somebody else is publishing. Nothing of theirs was replaced. Find out who,"
        " then start again, which looks anew"
    )


def _indented(parameters: Mapping[str, Any]) -> str:
    shown = json.dumps(_shown(parameters), indent=2, ensure_ascii=False)
    return "\n".join(f"  {line}" for line in shown.splitlines()[1:-1])


def _shown(value: Any) -> Any:
    """Return a parameter as it is printed: long ones by their size and hash, to be held against a file's."""
    if isinstance(value, dict):
        return {key: _shown(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return _shown(value.encode())
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes, SHA-256 {hashlib.sha256(value).hexdigest()}>"
    return value

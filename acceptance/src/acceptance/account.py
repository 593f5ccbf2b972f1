"""The account that a run happens in: of AWS, or of the local cloud, which differ by their endpoints alone."""

from __future__ import annotations

import http.client
import os
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from acceptance.errors import AcceptanceError

if TYPE_CHECKING:
    from collections.abc import Mapping

EDGE_VARIABLE = "MEMORY_EDGE_ENDPOINT"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PARTITION = "aws"
_PATIENCE = 30  # seconds for one request
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 8})  # CloudFront's API throttles
_PERSONAL = ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@dataclass(frozen=True)
class Answer:
    """What an edge answered.

    Attributes:
        status: the HTTP status.
        headers: by their names in lower case.
    """

    status: int
    headers: Mapping[str, str]


class Account:
    """An account, and the way there with the credentials that every AWS tool would take.

    Attributes:
        id: twelve digits.
        partition: the part of AWS that the Region is in.
        region: where the stack goes.
        is_local: whether it is a local cloud's.
    """

    def __init__(self, region: str | None = None) -> None:
        """Find the credentials, and ask whose they are.

        Args:
            region: the AWS Region; None takes the one that is configured.

        Raises:
            AcceptanceError: There are no credentials, they are refused, no Region is chosen or one without
                CloudFront, or the endpoint is neither AWS nor on this machine.
        """
        self._session: Any = boto3.Session(region_name=region)
        if self._session.region_name is None:
            raise AcceptanceError("no Region is chosen: pass --region, or set AWS_REGION")
        self.region: str = self._session.region_name
        self.partition: str = self._session.get_partition_for_region(self.region)
        if self.partition != _PARTITION:
            raise AcceptanceError(
                f"{self.region} is in the partition {self.partition}: CloudFront as it is used here is in {_PARTITION}"
                " alone. GovCloud has none, and China's is another, which nobody has tried"
            )
        sts = self.client("sts")
        host = urlsplit(sts.meta.endpoint_url).hostname or ""
        self.is_local = host in _LOOPBACK
        if not self.is_local and ".amazonaws.com" not in host:
            raise AcceptanceError(f"{host} is neither AWS nor this machine: unset AWS_ENDPOINT_URL")
        if self.is_local != (EDGE_VARIABLE in os.environ):
            raise AcceptanceError(
                f"AWS_ENDPOINT_URL and {EDGE_VARIABLE} belong together: set both or neither"
            )
        try:
            self.id: str = sts.get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise AcceptanceError(
                f"AWS does not know you: {error}. Log in, for example with `aws sso login`, or pass --local to "
                "run on this machine"
            ) from error

    def client(self, service: str, region: str | None = None) -> Any:
        """Return a boto3 client, for another Region than the run's if one is given."""
        return self._session.client(service, region_name=region, config=_PATIENT)

    def policy(self, name_or_arn: str) -> str:
        """Return the ARN of a policy of this account; empty for none.

        Raises:
            AcceptanceError: There is no such policy, or one may not look.
        """
        if not name_or_arn:
            return ""
        own = f"arn:{self.partition}:iam::{self.id}:policy/{name_or_arn}"
        arn = name_or_arn if name_or_arn.startswith("arn:") else own
        try:
            self.client("iam").get_policy(PolicyArn=arn)
        except ClientError as error:
            raise AcceptanceError(
                f"the policy {arn} cannot bound the roles: {error}. `aws iam create-policy --policy-name"
                " memory-acceptance-boundary --policy-document file://acceptance/boundary.json` makes it"
            ) from error
        return arn

    def environment(self) -> dict[str, str]:
        """Return the variables by which another program gets to this account, with credentials as they are now.

        Raises:
            AcceptanceError: The credentials are gone.
        """
        found = self._session.get_credentials()
        if found is None:
            raise AcceptanceError("the credentials are gone: log in again")
        keys = found.get_frozen_credentials()
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("AWS_", "MEMORY_")) and name not in _PERSONAL
        }
        kept.pop("AWS_SESSION_TOKEN", None)
        return {
            **kept,
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            **({"AWS_SESSION_TOKEN": keys.token} if keys.token else {}),
        }

    def fetch(self, host: str, path: str) -> Answer:
        """Ask a distribution for a path without an SDK.

        Args:
            host: the distribution's domain.
            path: with the query, if there is one.
        """
        edge = os.environ.get(EDGE_VARIABLE)
        connection = (
            http.client.HTTPConnection(urlsplit(edge).netloc, timeout=_PATIENCE)
            if edge
            else http.client.HTTPSConnection(host, timeout=_PATIENCE)
        )
        with closing(connection):
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()})

    def describe(self) -> str:
        """Return which account this is, for people."""
        return "the local cloud" if self.is_local else f"AWS, account {self.id}, {self.region}"

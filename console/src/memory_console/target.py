"""What the command works on: one bucket, with what is known of the distributions before it."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click
import memory

from memory_console.bucket import Bucket, require_bucket
from memory_console.failures import Failure, FileError
from memory_console.output import Output
from memory_console.place import CHANGES, check_place
from memory_console.sdk import max_value_bytes
from memory_console.stack import stack_outputs
from memory_console.stored import Address

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Distribution:
    """One distribution, and what signs reads through it.

    Attributes:
        visibility: What it serves, `public` or `private`.
        host: Its domain.
        pk_path: Of the private one: where the private key is.
        public_key_id: Of the private one.
    """

    visibility: str
    host: str
    pk_path: str | None = None
    public_key_id: str | None = None


@dataclass(frozen=True)
class Target:
    """What the options say.

    Attributes:
        bucket: The bucket.
        visibility: What single values belong to, unless both are meant.
        pinned: Whether somebody chose that visibility.
        distributions: Those that are known, by visibility.
        edge_endpoint: Where to connect instead of the distributions.
    """

    bucket: Bucket
    visibility: str
    pinned: bool
    distributions: dict[str, Distribution]
    edge_endpoint: str | None

    def address(self, service: str, name: str) -> Address:
        """Return the address of a name; the service's name is checked, the name when its key is made.

        Raises:
            memory.InvalidNameError: The service's name is not allowed.
        """
        return Address(self.visibility, check_place(service), name)

    def key(self, service: str | None, name: str | None, key: str | None) -> str:
        """Return the key of what a command is about: of a value, or any key below the visibilities.

        Raises:
            memory.InvalidNameError: The name or key is not allowed.
            click.UsageError: Neither is given, or both are.
        """
        given = [text for text in (service, name) if text is not None]
        if len(given) != (2 if key is None else 0):
            raise click.UsageError("give either SERVICE and NAME, or --key")
        if key is None:
            return self.address(service or "", name or "").key
        if not key.startswith(("public/", "private/")):
            raise memory.InvalidNameError(f"a key begins with public/ or private/, not {key!r}")
        return key

    @property
    def visibilities(self) -> list[str]:
        """What to look at when no single value is meant."""
        return [self.visibility] if self.pinned else ["public", "private"]

    def configuration(self, visibility: str, **options: Any) -> memory.Config:
        """Return the SDK's configuration of a service of a visibility.

        Args:
            visibility: `public` or `private`.
            options: Further keys of the configuration.

        Raises:
            memory.ConfigurationError: No distribution is known for it.
        """
        distribution = self.distributions.get(visibility)
        if distribution is None:
            raise memory.ConfigurationError(
                f"no {visibility} distribution is known: give --stack or --distribution, or set MEMORY_DISTRIBUTION"
            )
        conf: dict[str, Any] = {"DISTRIBUTION": distribution.host, "BUCKET_NAME": self.bucket.name, **options}
        conf["REGION"] = self.bucket.session.region_name or ""
        if visibility == "private":
            conf["PK_PATH"] = distribution.pk_path
            if distribution.public_key_id:
                conf["PUBLIC_KEY_ID"] = distribution.public_key_id
        if self.edge_endpoint:
            conf["EDGE_ENDPOINT"] = self.edge_endpoint
        # Which keys there are is known by now: what the environment says of them may be the other visibility's.
        environment = {key: value for key, value in os.environ.items() if key not in _KEYS_IN_ENVIRONMENT}
        return memory.Config.resolve(conf, environment)

    def service(
        self,
        service_name: str,
        visibility: str | None = None,
        *,
        clock: Callable[[], float] = time.time,
        **options: Any,
    ) -> memory.MemoryService:
        """Return the SDK's service, which reads through the edge.

        Raises:
            memory.ConfigurationError: No distribution is known for it.
        """
        if service_name.endswith(CHANGES):
            service_name, options["CHANGES"] = service_name.removesuffix(CHANGES), True
        return memory.MemoryService(
            self.configuration(visibility or self.visibility, **options), service_name, clock=clock
        )


_KEYS_IN_ENVIRONMENT = ("MEMORY_PK_PATH", "MEMORY_PUBLIC_KEY_ID", "MEMORY_VISIBILITY")
_OPTIONS = (
    click.option(
        "--bucket",
        envvar=["MEMORY_BUCKET_NAME", "STORAGE_BUCKET"],
        show_envvar=True,
        help="The bucket that holds the values.",
    ),
    click.option(
        "--stack",
        envvar="MEMORY_STACK",
        show_envvar=True,
        help="A CloudFormation stack of Memory Service: its outputs name bucket, distributions and key.",
    ),
    click.option(
        "--private/--public",
        "private",
        default=None,
        help="Values of private services, or of public ones. Default: MEMORY_VISIBILITY, else public.",
    ),
    click.option("--region", envvar="MEMORY_REGION", show_envvar=True, help="Region of the bucket."),
    click.option("--profile", help="A profile of AWS's configuration.  [env var: AWS_PROFILE]"),
    click.option(
        "--endpoint-url",
        help="Another S3 than AWS's, such as http://127.0.0.1:9000.  [env var: AWS_ENDPOINT_URL]",
    ),
    click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for programs."),
)
_DISTRIBUTION = click.option(
    "--distribution",
    envvar=["MEMORY_DISTRIBUTION", "DISTRIBUTION"],
    show_envvar=True,
    help="Host of the distribution that the values are read through.",
)


def on_target(function: _Function) -> _Function:
    """Give a command the options that every command has; the function gets a `Target` and an `Output` instead.

    What the function raises of the SDK's errors ends the command with its message and exit code.
    """

    @functools.wraps(function)
    def command(  # noqa: PLR0913 - one argument for each option
        *,
        bucket: str | None,
        stack: str | None,
        private: bool | None,
        region: str | None,
        profile: str | None,
        endpoint_url: str | None,
        as_json: bool,
        distribution: str | None = None,
        **arguments: Any,
    ) -> Any:
        output = Output(as_json=as_json)
        try:
            aws = Bucket(bucket or "", region, profile, endpoint_url, max_value_bytes=max_value_bytes())
            target = _resolved(aws, stack, distribution, private=private)
            with _profile_of_process(profile):
                return function(target, output, **arguments)
        except memory.MemoryServiceError as error:
            raise Failure(error, as_json=as_json) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Failure(FileError.of(error), as_json=as_json) from error

    for option in reversed(_OPTIONS):
        command = option(command)
    return command  # type: ignore[return-value] # it takes what click gives


@contextmanager
def _profile_of_process(profile: str | None) -> Iterator[None]:
    """Let the SDK's connections trust whom the profile of an option does: they look at the environment alone."""
    before = os.environ.get("AWS_PROFILE")
    if profile:
        os.environ["AWS_PROFILE"] = profile
    try:
        yield
    finally:
        os.environ.pop("AWS_PROFILE", None)
        if before is not None:
            os.environ["AWS_PROFILE"] = before


def with_key(function: _Function) -> _Function:
    """Give a command SERVICE and NAME, or `--key` instead of them for an object that no SDK has written."""
    for option in (
        click.option("--key", help="An object by its key instead, as for one that no SDK has written."),
        click.argument("name", required=False),
        click.argument("service", required=False),
    ):
        function = option(function)
    return function


def with_distribution(function: _Function) -> _Function:
    """Give a command the option `--distribution` as well."""
    return _DISTRIBUTION(function)


def _resolved(aws: Bucket, stack: str | None, host: str | None, *, private: bool | None) -> Target:
    environment = os.environ
    keys = {key: environment.get(f"MEMORY_{key}") for key in ("PK_PATH", "PUBLIC_KEY_ID")}
    visibility, pinned = _visibility(
        private=private, with_keys=any(value is not None for value in keys.values())
    )
    outputs = stack_outputs(aws, stack) if stack else {}
    distributions = {}
    if "Distribution" in outputs:
        distributions["public"] = Distribution("public", outputs["Distribution"])
    if "PrivateDistribution" in outputs:
        distributions["private"] = Distribution(
            "private",
            outputs["PrivateDistribution"],
            outputs.get("PrivateKeyArn") or keys["PK_PATH"],
            outputs.get("PublicKeyId") or keys["PUBLIC_KEY_ID"],
        )
    if host:
        own_keys = (keys["PK_PATH"], keys["PUBLIC_KEY_ID"]) if visibility == "private" else (None, None)
        distributions = {visibility: Distribution(visibility, host, *own_keys)}
    name = require_bucket(aws.name or outputs.get("StorageBucket"))
    bucket = aws if aws.name else aws.named(name)
    return Target(bucket, visibility, pinned, distributions, environment.get("MEMORY_EDGE_ENDPOINT") or None)


def _visibility(*, private: bool | None, with_keys: bool) -> tuple[str, bool]:
    """Return the visibility, and whether it was chosen: by an option, or by the environment as an SDK's is (PRV-1)."""
    if private is not None:
        return ("private" if private else "public"), True
    pinned = os.environ.get("MEMORY_VISIBILITY")
    if pinned:
        if pinned not in ("public", "private"):
            raise memory.ConfigurationError(f"MEMORY_VISIBILITY is public or private, not {pinned!r}")
        return pinned, True
    return ("private", True) if with_keys else ("public", False)

"""The deployed store that scenarios run against: the template on a local cloud, with a clock that can be moved on."""

from __future__ import annotations

import gzip
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .failing_edge import FailingEdge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_HEADERS = {
    "Content-Type": "ContentType",
    "Content-Encoding": "ContentEncoding",
    "Cache-Control": "CacheControl",
}
_REGION = "us-east-1"


class StoreError(Exception):
    """The store cannot be deployed here; the message says what to do."""


class Clock:
    """The edge's clock: the real one, moved on by as much as scenarios wait.

    Attributes:
        ahead: by how many seconds it is ahead of the real one.
    """

    def __init__(self) -> None:
        """Show the real time."""
        self.ahead = 0.0

    def __call__(self) -> float:
        """Return the time in Unix seconds."""
        return time.time() + self.ahead


@dataclass(frozen=True)
class StoredObject:
    """An object as S3 has it.

    Attributes:
        headers: by their names in lower case.
        body: the octets, after gunzip if they are gzipped.
        version: the ETag without quotes.
        storage_class: S3's, `STANDARD` if S3 says none.
        tags: by key.
    """

    headers: Mapping[str, str]
    body: bytes
    version: str
    storage_class: str
    tags: Mapping[str, str]


class Store:
    """Bucket and distributions.

    Attributes:
        clock: the edge's.
        environment: the variables by which drivers find AWS.
        failing_edge: answers every read with a server error.
        filled: what scenarios have filled with objects, and do not change.
    """

    def __init__(
        self, cloud: Any, outputs: Mapping[str, str], clock: Clock, failing_edge: FailingEdge
    ) -> None:
        """Take a running local cloud, the stack's outputs, the clock that the edge goes by, and an edge that fails."""
        self.clock = clock
        self.failing_edge = failing_edge
        self.environment: dict[str, str] = cloud.environment()
        self.filled: set[str] = set()
        self._s3 = cloud.client("s3")
        self._bucket = outputs["StorageBucket"]
        self._edge = cloud.edge_endpoint
        self._names = {
            "$DISTRIBUTION": outputs["Distribution"],
            "$PRIVATE_DISTRIBUTION": outputs["PrivateDistribution"],
            "$PRIVATE_KEY_ARN": outputs["PrivateKeyArn"],
            "$PUBLIC_KEY_ID": outputs["PublicKeyId"],
            "$FAILING_EDGE": failing_edge.url,
        }

    def conf(self, visibility: str, changes: Mapping[str, Any], rsa_key: Path) -> dict[str, Any]:
        """Return the configuration of a service.

        Args:
            visibility: of the scenario.
            changes: the step's `conf`.
            rsa_key: a file with a key that CloudFront does not know.
        """
        private = {"PK_PATH": "$PRIVATE_KEY_ARN", "PUBLIC_KEY_ID": "$PUBLIC_KEY_ID"}
        keys = {
            "DISTRIBUTION": "$DISTRIBUTION" if visibility == "public" else "$PRIVATE_DISTRIBUTION",
            "BUCKET_NAME": self._bucket,
            "REGION": _REGION,
            "EDGE_ENDPOINT": self._edge,
            **(private if visibility == "private" else {}),
            **changes,
        }
        names = {**self._names, "$RSA": str(rsa_key)}
        return {
            key: names.get(value, value) if isinstance(value, str) else value
            for key, value in keys.items()
            if value is not None
        }

    def object(self, key: str) -> StoredObject | None:
        """Return the object under a key, if there is one."""
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=key)
        except self._s3.exceptions.NoSuchKey:
            return None
        headers = {name.lower(): value for name, value in found["ResponseMetadata"]["HTTPHeaders"].items()}
        body = found["Body"].read()
        body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        tagging = self._s3.get_object_tagging(Bucket=self._bucket, Key=key)["TagSet"]
        return StoredObject(
            headers,
            body,
            found["ETag"].strip('"'),
            found.get("StorageClass", "STANDARD"),
            {tag["Key"]: tag["Value"] for tag in tagging},
        )

    def put(self, key: str, headers: Mapping[str, str], body: bytes) -> None:
        """Store an object as no SDK would."""
        named = {_HEADERS[name]: value for name, value in headers.items()}
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, **named)


@contextmanager
def deployed(root: Path) -> Iterator[Store]:
    """Deploy the template of a clone on a local cloud, for as long as the context lasts.

    Args:
        root: the clone.

    Raises:
        StoreError: There is no local cloud, or the template or what it needs is not there.
    """
    try:
        from deployment import PackagingError  # noqa: PLC0415 - only store checks need it
        from local_cloud import LocalCloud, LocalCloudError  # noqa: PLC0415 - only store checks need it
        from local_cloud.application import deploy_application  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{error}: store checks need a clone's local cloud; --no-store leaves them out"
        ) from error
    clock = Clock()
    modules = root / "infra" / "edge-setup" / "node_modules"
    for needed in (root / "infra" / "template.yaml", modules, root / "build" / "layers"):
        if not needed.exists():
            raise StoreError(
                f"{needed} is not there: run `python3 noxfile.py -s contract`, or pass --no-store"
            )
    try:
        with (
            FailingEdge() as failing_edge,
            LocalCloud.start(clock=clock, variables={"NODE_PATH": str(modules)}) as cloud,
        ):
            template = root / "infra" / "template.yaml"
            stack = deploy_application(
                cloud, template, stack_name="conformance", parameters={"Demos": "false"}
            )
            yield Store(cloud, stack.outputs, clock, failing_edge)
    except (LocalCloudError, PackagingError) as error:
        raise StoreError(str(error)) from error

"""The deployed store that scenarios run against: bucket and distributions of a stack."""

from __future__ import annotations

import gzip
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from local_cloud.journal import Entry

    from .change import Change

_HEADERS = {
    "Content-Type": "ContentType",
    "Content-Encoding": "ContentEncoding",
    "Cache-Control": "CacheControl",
}
_ONLY_LOCAL = "only a local cloud can do this"
ONLY_DOUBLES = "only a double knows of other services than S3 and the edge"
DEADLINE = 30  # seconds: a busy machine is no failure
SERVICES = ("ssm", "secretsmanager", "sts", "cloudfront")  # which only a double lets fail, and counts


@dataclass(frozen=True)
class StoredObject:
    """An object as S3 has it.

    Attributes:
        headers: by their names in lower case.
        body: the octets, after gunzip if they are gzipped.
        version: the ETag without quotes.
        storage_class: S3's, `STANDARD` if S3 says none.
    """

    headers: Mapping[str, str]
    body: bytes
    version: str
    storage_class: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for the answer that it is."""

    def redirect_request(self, *_: Any) -> None:
        """Ask nobody else."""


class Store:
    """Bucket and distributions of a deployed stack; `LocalStore` can do more with them.

    Attributes:
        clock: what the SDKs go by.
        environment: the variables by which drivers find AWS.
        access_key: the id of the access key that is among them.
        filled: what scenarios have filled with objects, and do not change.
        overlooks: what this S3 does not see to in an upload form: a wrong `signature`, an `extra` field, a policy with
            `tagging`, or the signature of a `role`.
    """

    overlooks: frozenset[str] = frozenset()

    def __init__(
        self,
        client: Callable[[str], Any],
        environment: Mapping[str, str],
        outputs: Mapping[str, str],
        fetch: Callable[[str, str], int],
        clock: Clock | None = None,
    ) -> None:
        """Take the way to AWS, and the stack's outputs.

        Args:
            client: returns a boto3 client for a service.
            environment: the variables by which drivers find AWS, `AWS_REGION` among them.
            outputs: the stack's.
            fetch: asks a distribution, given by its domain, for a path and returns the status.
            clock: what the SDKs go by, and S3 and the edge if they can; else these go by their own time.
        """
        self.clock = clock or Clock()
        self.environment = dict(environment)
        self.access_key = self.environment["AWS_ACCESS_KEY_ID"]
        self.filled: set[str] = set()
        # Not an application's way: faults are not for the runner.
        self._s3 = client("s3")
        self._cloudfront = client("cloudfront")
        self._fetch = fetch
        self._bucket = outputs["StorageBucket"]
        self._seen: set[str] = set()
        self._hosts = {"public": outputs["Distribution"], "private": outputs["PrivateDistribution"]}
        self._ids = {
            outputs["Distribution"]: outputs["DistributionId"],
            outputs["PrivateDistribution"]: outputs["PrivateDistributionId"],
        }
        self._names = {
            "$DISTRIBUTION": outputs["Distribution"],
            "$DISTRIBUTION_ID": outputs["DistributionId"],
            "$PRIVATE_DISTRIBUTION": outputs["PrivateDistribution"],
            "$PRIVATE_KEY_ARN": outputs["PrivateKeyArn"],
            "$PUBLIC_KEY_ID": outputs["PublicKeyId"],
            "$ROLE_ARN": "arn:aws:iam::000000000000:role/conformance",
        }

    def begin(self) -> None:
        """Begin a scenario: the present is the machine's, nothing fails, and nobody has asked anything."""
        self.clock.begin()

    def conf(self, visibility: str, changes: Mapping[str, Any], rsa_key: Path) -> dict[str, Any]:
        """Return the configuration of a service.

        Args:
            visibility: of the scenario.
            changes: the step's `conf`.
            rsa_key: a file with a key that CloudFront does not know.
        """
        own = {"BUCKET_NAME": self.bucket, "REGION": self.environment["AWS_REGION"], "DEADLINE": DEADLINE}
        return self._conf(visibility, own, changes, rsa_key)

    def _conf(
        self, visibility: str, own: Mapping[str, Any], changes: Mapping[str, Any], rsa_key: Path
    ) -> dict[str, Any]:
        private = {"PK_PATH": "$PRIVATE_KEY_ARN", "PUBLIC_KEY_ID": "$PUBLIC_KEY_ID"}
        keys = {
            "DISTRIBUTION": self._hosts[visibility],
            **own,
            **(private if visibility == "private" else {}),
            **changes,
        }
        names = {**self._names, "$RSA": str(rsa_key)}
        return {
            key: names.get(value, value) if isinstance(value, str) else value
            for key, value in keys.items()
            if value is not None
        }

    def host(self, visibility: str) -> str:
        """Return the domain of a distribution."""
        return self._hosts[visibility]

    def roam(self, pop: int) -> None:
        """Let the SDKs reach this point of presence from now on."""
        if pop:
            raise NotImplementedError(_ONLY_LOCAL)

    def stored(self, key: str) -> StoredObject | None:
        """Return the object under a key, if there is one."""
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=key)
        except self._s3.exceptions.NoSuchKey:
            return None
        headers = {name.lower(): value for name, value in found["ResponseMetadata"]["HTTPHeaders"].items()}
        body = self.inflated(found["Body"].read(), headers)
        return StoredObject(
            headers,
            body,
            found["ETag"].strip('"'),
            found.get("StorageClass", "STANDARD"),
        )

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self._bucket

    @staticmethod
    def inflated(body: bytes, headers: Mapping[str, str]) -> bytes:
        """Return a body after gunzip, if it is gzipped."""
        return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body

    def path_of(self, where: str, visibility: str, key: str) -> str:
        """Return what the paths of requests begin with that are for keys that begin so; all without a key."""
        if where in SERVICES:
            return "/"
        if where == "edge":
            return key.removeprefix(visibility) or "/"
        return f"/{self.bucket}/{key}" if key else f"/{self.bucket}"  # a listing asks for the bucket itself

    def tags(self, key: str) -> dict[str, str]:
        """Return the tags of an object."""
        tagging = self._s3.get_object_tagging(Bucket=self._bucket, Key=key)["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in tagging}

    def put(self, key: str, headers: Mapping[str, str], body: bytes) -> None:
        """Store an object as no SDK would."""
        named = {_HEADERS[name]: value for name, value in headers.items()}
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, **named)

    def remove(self, key: str) -> None:
        """Remove an object."""
        self._s3.delete_object(Bucket=self._bucket, Key=key)

    def meanwhile(self, change: Change, *, method: str, key: str, times: int) -> None:
        """Let somebody change an object each time S3 is about to carry out an SDK's request for it.

        Args:
            change: what they do.
            method: the request's.
            key: the object's.
            times: how often.
        """
        raise NotImplementedError(_ONLY_LOCAL)

    def delay(self, seconds: float, *, method: str, key: str, times: int) -> None:
        """Let time pass by all clocks but the SDKs' own each time S3 is about to carry out an SDK's request for a key.

        Args:
            seconds: how much.
            method: the request's.
            key: the object's.
            times: how often.
        """
        raise NotImplementedError(_ONLY_LOCAL)

    def meet(self, *, method: str, key: str, count: int) -> None:
        """Let so many requests for a key wait for each other before S3 carries them out."""
        raise NotImplementedError(_ONLY_LOCAL)

    def overwritten(self) -> str | None:
        """Return the `write` of what was last replaced meanwhile, if anything was since the last call of this."""
        return None

    def fault(self, fault: Mapping[str, Any], visibility: str, key: str) -> None:
        """Let something go wrong with requests for some keys.

        Args:
            fault: the local cloud's, without the path.
            visibility: the keys'.
            key: what they begin with; empty for all requests, those for the bucket itself among them.
        """
        raise NotImplementedError(_ONLY_LOCAL)

    def heal(self) -> None:
        """Let everything work again, and nothing happen any more."""

    def requests(self, visibility: str, place: str) -> list[Entry]:
        """Return what was asked of the edge and of S3 for a place since the last call of this."""
        raise NotImplementedError(_ONLY_LOCAL)

    def services(self, asked: Sequence[Any]) -> Mapping[str, int]:
        """Return how often other services than S3, STS and the edge are among what was asked, by their names."""
        raise NotImplementedError(ONLY_DOUBLES)

    def is_for(self, entry: Any, visibility: str, place: str) -> bool:
        """Whether a request is for a place, or removes many objects, of which only its body says where they are."""
        begins = {"edge": f"/{place}/", "s3": self.path_of("s3", visibility, f"{visibility}/{place}/")}
        removes = entry.where == "s3" and (entry.method, entry.path.rstrip("/")) == (
            "POST",
            f"/{self.bucket}",
        )
        return removes or str(entry.path).startswith(begins.get(entry.where, "?"))

    def traffic(self) -> Sequence[Any]:
        """Return what was asked over HTTP since the last call of this, for transcripts."""
        return ()

    def invalidations(self, visibility: str, path: str) -> list[list[str]]:
        """Return the paths of the invalidations that are new and begin so."""
        distribution = self._ids[self._hosts[visibility]]
        pages = self._cloudfront.get_paginator("list_invalidations").paginate(DistributionId=distribution)
        ids = [item["Id"] for page in pages for item in page["InvalidationList"].get("Items", [])]
        found = []
        for new in [id_ for id_ in ids if id_ not in self._seen]:
            self._seen.add(new)
            answer = self._cloudfront.get_invalidation(DistributionId=distribution, Id=new)
            paths = answer["Invalidation"]["InvalidationBatch"]["Paths"].get("Items", [])
            if any(one.startswith(path) for one in paths):
                found.append(list(paths))
        return found

    def fetch(self, host: str, path: str) -> int:
        """Ask the edge for a path, as a program that has no SDK, and return the status."""
        return self._fetch(host, path)

    def post(self, url: str, content_type: str, body: bytes) -> tuple[int, Mapping[str, str]]:
        """Post an upload form, as a program that has no SDK, and return the status and the headers, in lower case."""
        asked = urllib.request.Request(url, data=body, headers={"Content-Type": content_type})  # noqa: S310 - the bucket's
        nobody = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        try:
            with nobody.open(asked, timeout=DEADLINE) as answer:
                return answer.status, _lower(answer.headers)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, _lower(refusal.headers)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}

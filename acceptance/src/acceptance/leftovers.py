"""What a run has made, found by name and tag and deleted: whatever it makes has the stack's name in its own.

What can carry a tag is deleted only with the run's, or if the run's stack has it among its resources. Layers, and keys,
access controls and policies of CloudFront, can carry none; a parameter and a log group come about without one, under
names that are the stack's to the last letter.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from acceptance.errors import AcceptanceError
from acceptance.stack import PREFIX, TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from acceptance.account import Account
    from acceptance.stack import Stack

_ROUNDS = (
    4  # of looking and deleting: lists of AWS lag behind, and CloudFront calls things in use for a while
)
_PAUSE = 15.0  # seconds between them


@dataclass(frozen=True)
class _Kind:
    """Something of CloudFront's that has a name, and how its API lists it.

    Attributes:
        name: of one, in the operations to get and delete it.
        plural: of many, in the operation that lists them.
        answer: what the list is called in the answer.
        within: what an item of the list has it in; empty if it is the item.
        config: what has its name; empty if it is beside its id.
        filter: what else to ask for.
    """

    name: str
    plural: str
    answer: str
    within: str = ""
    config: str = ""
    filter: Mapping[str, str] = field(default_factory=dict)


# In the order in which they can be deleted.
_OF_CLOUDFRONT = (
    _Kind("key_group", "key_groups", "KeyGroupList", "KeyGroup", "KeyGroupConfig"),
    _Kind("public_key", "public_keys", "PublicKeyList"),
    _Kind("origin_access_control", "origin_access_controls", "OriginAccessControlList"),
    _Kind(
        "cache_policy",
        "cache_policies",
        "CachePolicyList",
        "CachePolicy",
        "CachePolicyConfig",
        {"Type": "custom"},
    ),
    _Kind(
        "response_headers_policy",
        "response_headers_policies",
        "ResponseHeadersPolicyList",
        "ResponseHeadersPolicy",
        "ResponseHeadersPolicyConfig",
        {"Type": "custom"},
    ),
)


@dataclass(frozen=True)
class Leftover:
    """One thing that is still there.

    Attributes:
        kind: what it is, for people.
        name: its name, with its id if that is another.
        delete: deletes it.
    """

    kind: str
    name: str
    delete: Callable[[], object]


class Leftovers:
    """What is there of one stack, beside it and after it. Nothing of another name is ever touched."""

    def __init__(self, account: Account, stack: Stack) -> None:
        """Take where, and whose."""
        self._account = account
        self._stack = stack
        self._made: frozenset[str] = frozenset()
        self._pause = 0.0 if account.is_local else _PAUSE

    def delete(self) -> list[str]:
        """Delete everything, the stack first, and return what could not be deleted, with the reason.

        It goes on after each failure, and it can be done again at any time.
        """
        remains = [f"{each.kind} {each.name}: {why}" for each, why in self._delete_each(self._beside())]
        try:
            self._made = self._stack.made()  # while there is somebody who knows
            self._stack.delete()
        except (AcceptanceError, BotoCoreError, ClientError) as error:
            # Its parts stay its own: deleted one by one, they would keep it from being deleted whole.
            command = f"aws cloudformation delete-stack --region {self._account.region} --stack-name {self._stack.name}"
            return [*remains, f"stack {self._stack.name}: {error}\nMend that and do it again: `{command}`"]
        for _ in range(_ROUNDS):
            remains = [f"{each.kind} {each.name}: {why}" for each, why in self._delete_each(self._after())]
            if not remains and not self.find():
                return []
            time.sleep(self._pause)
        return remains or [f"{each.kind} {each.name}" for each in self.find()]

    def find(self) -> list[Leftover]:
        """Return all that is there, but for the stack itself."""
        return [each for look in self._after() for each in look()]

    def _delete_each(self, looks: list[Callable[[], Iterator[Leftover]]]) -> Iterator[tuple[Leftover, str]]:
        for look in looks:
            try:
                found = list(look())
            except (BotoCoreError, ClientError) as error:
                kind = _name_of(look)
                yield Leftover(kind, f"of {self._stack.name}", lambda: None), f"cannot be looked for: {error}"
                continue
            for each in found:
                try:
                    each.delete()
                except (AcceptanceError, BotoCoreError, ClientError) as error:
                    yield each, str(error)

    def _beside(self) -> list[Callable[[], Iterator[Leftover]]]:
        return [self._functions_beside]

    def _after(self) -> list[Callable[[], Iterator[Leftover]]]:
        """Return what finds each kind, in an order in which they can be deleted."""
        return [
            self._functions,
            self._layers,
            self._log_groups,
            self._distributions,
            *(partial(self._of_cloudfront, kind) for kind in _OF_CLOUDFRONT),
            self._parameters,
            self._roles,
            self._buckets,
        ]

    def _is_named(self, name: str) -> bool:
        return self._stack.name in name

    def _tagged(
        self, kind: str, name: str, tags: Callable[[], Mapping[str, str]], delete: Callable[[], object]
    ) -> Iterator[Leftover]:
        """Yield what has the run's tag; or, never to be deleted, what only looks as if it were the run's.

        AWS shortens the stack's name where it derives a long one, so the tag is asked of whatever a run may have named.
        """
        if PREFIX not in name:
            return
        if name in self._made or tags().get(TAG) == self._stack.name:
            yield Leftover(kind, name, delete)
        elif self._is_named(name):
            yield Leftover(kind, name, _untagged)

    def _pages(self, service: str, operation: str, **parameters: str) -> Iterator[dict[str, Any]]:
        yield from self._account.client(service).get_paginator(operation).paginate(**parameters)

    def _functions_beside(self) -> Iterator[Leftover]:
        """Find the functions that are none of the stack's: its end, and its rollback, need its own."""
        return (each for each in self._functions() if not each.name.startswith(self._stack.name))

    def _functions(self) -> Iterator[Leftover]:
        client = self._account.client("lambda")

        def tags(arn: str) -> dict[str, str]:
            return dict(client.list_tags(Resource=arn)["Tags"])

        for page in self._pages("lambda", "list_functions"):
            for item in page["Functions"]:
                name = item["FunctionName"]
                delete = partial(client.delete_function, FunctionName=name)
                yield from self._tagged("function", name, partial(tags, item["FunctionArn"]), delete)

    def _layers(self) -> Iterator[Leftover]:
        client = self._account.client("lambda")
        for page in self._pages("lambda", "list_layers"):
            for name in (item["LayerName"] for item in page["Layers"] if self._is_named(item["LayerName"])):
                for versions in self._pages("lambda", "list_layer_versions", LayerName=name):
                    for version in (item["Version"] for item in versions["LayerVersions"]):
                        delete = partial(client.delete_layer_version, LayerName=name, VersionNumber=version)
                        yield Leftover("layer", f"{name}:{version}", delete)

    def _log_groups(self) -> Iterator[Leftover]:
        client = self._account.client("logs")
        for page in self._pages("logs", "describe_log_groups", logGroupNamePattern=self._stack.name):
            for name in (item["logGroupName"] for item in page["logGroups"]):
                yield Leftover("log group", name, partial(client.delete_log_group, logGroupName=name))

    def _distributions(self) -> Iterator[Leftover]:
        client = self._account.client("cloudfront")

        def tags(arn: str) -> dict[str, str]:
            return _by_key(client.list_tags_for_resource(Resource=arn)["Tags"]["Items"])

        for page in self._pages("cloudfront", "list_distributions"):
            for item in page["DistributionList"].get("Items", []):
                name = f"{item['Id']} ({item['Comment']})"
                yield from self._tagged("distribution", name, partial(tags, item["ARN"]), _by_hand)

    def _of_cloudfront(self, kind: _Kind) -> Iterator[Leftover]:
        client = self._account.client("cloudfront")
        get, delete = getattr(client, f"get_{kind.name}"), getattr(client, f"delete_{kind.name}")

        def remove(id_: str) -> None:
            delete(Id=id_, IfMatch=get(Id=id_)["ETag"])

        for item in _listed(getattr(client, f"list_{kind.plural}"), kind.answer, **kind.filter):
            one = item[kind.within] if kind.within else item
            named = one[kind.config] if kind.config else one
            if self._is_named(named["Name"]):
                yield Leftover(kind.name.replace("_", " "), one["Id"], partial(remove, one["Id"]))

    def _parameters(self) -> Iterator[Leftover]:
        client = self._account.client("ssm")
        for page in self._pages("ssm", "get_parameters_by_path", Path=f"/memory-service/{self._stack.name}"):
            for name in (item["Name"] for item in page["Parameters"]):
                yield Leftover("parameter", name, partial(client.delete_parameter, Name=name))

    def _roles(self) -> Iterator[Leftover]:
        for page in self._pages("iam", "list_roles"):
            for name in (item["RoleName"] for item in page["Roles"]):
                yield from self._tagged("role", name, partial(self._role_tags, name), _by_hand)

    def _role_tags(self, name: str) -> dict[str, str]:
        return _by_key(self._account.client("iam").list_role_tags(RoleName=name)["Tags"])

    def _buckets(self) -> Iterator[Leftover]:
        for name in (item["Name"] for item in self._account.client("s3").list_buckets()["Buckets"]):
            delete = partial(self._delete_bucket, name)
            yield from self._tagged("bucket", name, partial(self._bucket_tags, name), delete)

    def _bucket_tags(self, name: str) -> dict[str, str]:
        try:
            return _by_key(self._account.client("s3").get_bucket_tagging(Bucket=name)["TagSet"])
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchTagSet", "NoSuchBucket", "AccessDenied"}:
                return {}
            raise

    def _delete_bucket(self, name: str) -> None:
        s3 = self._account.client("s3")
        for page in self._pages("s3", "list_objects_v2", Bucket=name):
            if stored := [{"Key": item["Key"]} for item in page.get("Contents", [])]:
                failed = s3.delete_objects(Bucket=name, Delete={"Objects": stored, "Quiet": True}).get(
                    "Errors"
                )
                if failed:
                    raise AcceptanceError(
                        f"{failed[0]['Key']} in it: {failed[0].get('Message', failed[0]['Code'])}"
                    )
        s3.delete_bucket(Bucket=name)


def _name_of(look: Callable[..., object]) -> str:
    """Return what it looks for, for people."""
    if isinstance(look, partial):
        return str(look.args[0].plural).replace("_", " ")
    return look.__name__.strip("_").replace("_", " ")


def _by_hand() -> None:
    raise AcceptanceError("it belongs to a stack that is gone; delete it by hand")


def _untagged() -> None:
    raise AcceptanceError(
        f"it lacks the tag {TAG} of this run, so it is left alone; look at it, and delete it by hand"
    )


def _by_key(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _listed(operation: Callable[..., Any], answer: str, **parameters: str) -> Iterator[Any]:
    """Return the items of all pages: botocore has no paginators for these."""
    marker: dict[str, str] = {}
    while True:
        page = operation(**parameters, **marker)[answer]
        yield from page.get("Items", [])
        if not page.get("NextMarker"):
            return
        marker = {"Marker": page["NextMarker"]}

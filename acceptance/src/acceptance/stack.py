"""The throw-away stack: packaged into a bucket of its own and created by a change set, as `sam deploy` does."""

from __future__ import annotations

import json
import re
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, WaiterError
from layers.wheels import Native

from acceptance.environment import ROOT
from acceptance.errors import AcceptanceError
from infra import package, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.account import Account

TEMPLATE = ROOT / "infra" / "template.yaml"
#: What each thing of a run carries that can carry a tag; its value is the stack's name.
TAG = "memory-service-acceptance"
#: The policy of acceptance/boundary.json, as permissions.json knows it.
BOUNDARY = "memory-acceptance-boundary"
#: What every name that a run gives begins with.
PREFIX = "memory-acceptance-"
_NAME = re.compile(rf"{PREFIX}[0-9a-f]{{8}}")
_CHANGES = "create"
_CAPABILITIES = ["CAPABILITY_IAM"]  # all that infra/DEPLOY.md asks for
_LONGEST = 45 * 60  # seconds for one operation: CloudFront takes its time
# What CloudFront says to accounts that are new, or that have never had a distribution.
_UNVERIFIED = "account must be verified"
_ADVICE_TO_VERIFY = (
    "\nAWS lets new accounts have no distributions until it has looked at them. Open a case with AWS Support, which"
    " costs nothing: Account and billing, Service: CloudFront. Then begin again"
)
_ATTEMPTS = 2  # to delete: what CloudFront calls in use may be free the second time


def new_name() -> str:
    """Return the name of a stack that nobody else has: all that a run makes has it in its own."""
    return f"{PREFIX}{secrets.token_hex(4)}"


def is_name(text: str) -> bool:
    """Whether a run may have made what has this name."""
    return _NAME.fullmatch(text) is not None


class Stack:
    """The template, deployed under a name.

    Attributes:
        name: the stack's.
        code_bucket: what it is packaged into.
        tag: what it carries, and whatever it makes that can carry a tag.
    """

    def __init__(self, account: Account, name: str) -> None:
        """Choose where; nothing is made.

        Raises:
            AcceptanceError: The name is none that a run gives: something else might have it.
        """
        if not is_name(name):
            raise AcceptanceError(f"{name} is not the name of a stack of an acceptance run, {PREFIX}…")
        self.name = name
        self.code_bucket = f"{name}-code"
        self.tag = {"Key": TAG, "Value": name}
        self._account = account
        self._formation = account.client("cloudformation")
        self._poll = 0.1 if account.is_local else 5.0  # seconds

    def create(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """Create it, wait until it is complete, and return its outputs.

        Raises:
            AcceptanceError: It could not be created; the message says which resources failed, and why.
            PackagingError: A layer has not been built.
        """
        self._formation.create_change_set(
            StackName=self.name,
            ChangeSetName=_CHANGES,
            ChangeSetType="CREATE",
            TemplateURL=self._upload(parameters),
            Parameters=[{"ParameterKey": key, "ParameterValue": parameters[key]} for key in parameters],
            Capabilities=_CAPABILITIES,
            Tags=[self.tag],
        )
        self._wait("change_set_create_complete", ChangeSetName=_CHANGES)
        self._formation.execute_change_set(StackName=self.name, ChangeSetName=_CHANGES)
        self._wait("stack_create_complete")
        found = self._describe(self.name) or {}
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    def delete(self) -> None:
        """Delete it, however far it has come, and wait until it is gone; if it is not there, that is fine.

        Raises:
            AcceptanceError: It lacks a run's tag, or could not be deleted; then the message says which resources
                failed, and why.
        """
        found = self._describe(self.name)
        if found and self.tag not in found.get("Tags", []):
            raise AcceptanceError(f"it lacks the tag {TAG}, so no run has made it; it is left alone")
        deadline, left = time.monotonic() + _LONGEST, _ATTEMPTS
        while found and found["StackStatus"] != "DELETE_COMPLETE":
            status = found["StackStatus"]
            if time.monotonic() > deadline:
                raise AcceptanceError(
                    f"it was still {status} after {_LONGEST // 60} minutes\n{self._failures()}"
                )
            if status == "DELETE_FAILED":
                left -= 1
                if not left:
                    raise AcceptanceError(f"it ended as {status}\n{self._failures()}")
            # What is under way ends first; a change set alone would wait for ever.
            if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                self._formation.delete_stack(StackName=found["StackId"])
            time.sleep(self._poll)
            found = self._describe(found["StackId"])

    def made(self) -> frozenset[str]:
        """Return the physical names of what it has made, as CloudFormation knows them; none if it is no run's."""
        found = self._describe(self.name)
        if not found or self.tag not in found.get("Tags", []):
            return frozenset()
        pages = self._formation.get_paginator("describe_stack_events").paginate(StackName=found["StackId"])
        events = (event for page in pages for event in page["StackEvents"])
        return frozenset(event["PhysicalResourceId"] for event in events if event.get("PhysicalResourceId"))

    def _upload(self, parameters: Mapping[str, str]) -> str:
        """Upload the code and the template; return the template's URL."""
        s3, region = self._account.client("s3"), self._account.region
        place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=self.code_bucket, **(place if region != "us-east-1" else {}))
        s3.put_bucket_tagging(Bucket=self.code_bucket, Tagging={"TagSet": [self.tag]})

        def upload(key: str, content: bytes) -> str:
            s3.put_object(Bucket=self.code_bucket, Key=key, Body=content)
            return f"s3://{self.code_bucket}/{key}"

        if self._account.is_local:
            # Its functions run on this machine's Python and processor, and its engine knows no SAM.
            template = translate(
                package(TEMPLATE, upload, locate=Native.local().stand_in), region, parameters
            )
        else:
            template = package(TEMPLATE, upload, locate=Path.absolute)
        upload("template.json", json.dumps(template).encode())
        return f"{s3.meta.endpoint_url}/{self.code_bucket}/template.json"

    def _wait(self, waiter: str, **more: str) -> None:
        config = {"Delay": self._poll, "MaxAttempts": int(_LONGEST / self._poll)}
        try:
            self._formation.get_waiter(waiter).wait(StackName=self.name, WaiterConfig=config, **more)
        except WaiterError as error:
            reason = error.last_response.get("StatusReason", "")
            failures = self._failures()
            advice = _ADVICE_TO_VERIFY if _UNVERIFIED in failures else ""
            raise AcceptanceError(f"the stack could not be created: {reason}\n{failures}{advice}") from error

    def _describe(self, stack: str) -> dict[str, Any] | None:
        """Return what CloudFormation says of a stack, by name or id; None if there is none."""
        try:
            found: list[dict[str, Any]] = self._formation.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return found[0] if found else None

    def _failures(self) -> str:
        """Return a line for each resource that failed, first failure first."""
        try:
            pages = self._formation.get_paginator("describe_stack_events").paginate(StackName=self.name)
            events = [event for page in pages for event in page["StackEvents"]]
        except ClientError as error:
            return f"  {error}"
        lines = [
            f"  {event.get('LogicalResourceId')}: {event.get('ResourceStatusReason', 'no reason given')}"
            for event in reversed(events)
            if event.get("ResourceStatus", "").endswith("_FAILED")
        ]
        return "\n".join(lines) or "  no resource reported a failure"

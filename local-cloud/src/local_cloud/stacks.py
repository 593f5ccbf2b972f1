"""Deploying translated CloudFormation templates on the engine, and waiting until that is done."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_cloud.errors import DeploymentError
from local_cloud.lifecycle_rules import keep_lifecycle_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATE_BUCKET = "local-cloud-templates"
MAX_TEMPLATE_BODY = 51_200  # bytes; a longer one must lie in S3 (CloudFormation User Guide, quotas)
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
DEADLINE = 300.0  # seconds for one operation on a stack
_POLL = 0.05  # seconds

_SUCCESS = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}
_CANNOT_BE_UPDATED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}


@dataclass(frozen=True)
class Stack:
    """A stack that is deployed.

    Attributes:
        name: its name.
        outputs: the value of each output, by its key.
    """

    name: str
    outputs: Mapping[str, str]


class Stacks:
    """The stacks of one engine."""

    def __init__(self, cloudformation: Any, s3: Any) -> None:
        self._cloudformation = cloudformation
        self._s3 = s3

    def deploy(
        self, template: Mapping[str, Any] | str, stack_name: str, parameters: Mapping[str, str]
    ) -> Stack:
        """Create the stack, or update the one of that name, and wait until it is complete.

        A stack whose creation failed earlier is removed first, since it cannot be updated.

        Raises:
            DeploymentError: the template was refused, or resources failed.
        """
        before = self._describe(stack_name)
        if before and before["StackStatus"] in _CANNOT_BE_UPDATED:
            self.delete(stack_name)
            before = None
        apply = self._cloudformation.update_stack if before else self._cloudformation.create_stack
        try:
            apply(
                StackName=stack_name,
                Capabilities=CAPABILITIES,
                Parameters=[{"ParameterKey": key, "ParameterValue": parameters[key]} for key in parameters],
                **self._body(template, stack_name),
            )
        except ClientError as error:
            if before and "No updates are to be performed" in str(error):
                return _stack(before)
            raise DeploymentError(
                f"Stack {stack_name} was refused: {error.response['Error']['Message']}"
            ) from error
        deployed = _stack(self._settled(stack_name))
        keep_lifecycle_rules(self._s3, template, self._physical_names(stack_name))
        return deployed

    def delete(self, stack_name: str) -> None:
        """Delete the stack with its resources and wait until it is gone; what is not there is no error.

        Raises:
            DeploymentError: a resource could not be deleted.
        """
        stack = self._describe(stack_name)
        if stack:
            self._cloudformation.delete_stack(StackName=stack_name)
            self._settled(stack["StackId"])

    def _body(self, template: Mapping[str, Any] | str, stack_name: str) -> dict[str, str]:
        body = template if isinstance(template, str) else json.dumps(template)
        if len(body.encode()) <= MAX_TEMPLATE_BODY:
            return {"TemplateBody": body}
        self._s3.create_bucket(Bucket=TEMPLATE_BUCKET)  # in us-east-1 the own bucket again is no error
        self._s3.put_object(Bucket=TEMPLATE_BUCKET, Key=stack_name, Body=body.encode())
        endpoint = self._s3.meta.endpoint_url
        return {"TemplateURL": f"{endpoint}/{TEMPLATE_BUCKET}/{stack_name}"}

    def _physical_names(self, stack_name: str) -> dict[str, str]:
        found = self._cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}

    def _describe(self, stack_name: str) -> dict[str, Any] | None:
        """Return the stack's description, or None if there is none of that name or id."""
        try:
            stacks = self._cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        found: dict[str, Any] | None = stacks[0] if stacks else None
        if found and found["StackStatus"] == "DELETE_COMPLETE" and found["StackId"] != stack_name:
            return None
        return found

    def _settled(self, stack: str) -> dict[str, Any]:
        """Wait for the end of the operation under way; a stack that has vanished was deleted."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            description = self._describe(stack) or {"StackName": stack, "StackStatus": "DELETE_COMPLETE"}
            status = description["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                if status not in _SUCCESS:
                    raise DeploymentError(f"Stack {stack} ended as {status}:\n{self._failures(stack)}")
                return description
            time.sleep(_POLL)
        raise DeploymentError(
            f"Stack {stack} was still busy after {DEADLINE:.0f} s: does a custom resource never answer? "
            f"Failed so far:\n{self._failures(stack)}"
        )

    def _failures(self, stack: str) -> str:
        """Return a line for each resource that failed in the latest operation, first failure first."""
        lines: list[str] = []
        for event in self._cloudformation.describe_stack_events(StackName=stack)["StackEvents"]:
            status = event["ResourceStatus"]
            whole_stack = event["ResourceType"] == "AWS::CloudFormation::Stack"
            if status.endswith("_FAILED"):
                reason = event.get("ResourceStatusReason", "no reason given")
                lines.append(f"  {event['LogicalResourceId']} ({event['ResourceType']}): {status}: {reason}")
            if whole_stack and status in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}:
                break
        return "\n".join(reversed(lines)) or "  no resource reported a failure"


def _stack(description: Mapping[str, Any]) -> Stack:
    outputs = {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}
    return Stack(description["StackName"], outputs)

"""The custom resource that lets a bucket end with its stack, if the stack's parameter says so.

CloudFormation deletes no bucket that holds anything, and a template cannot choose a DeletionPolicy by a parameter.
So the template keeps the bucket in any case, and this function, which is called last, deletes it with every value
in it, or does not. It acts only while the whole stack is being deleted: a resource that merely leaves its stack, by an
update or a rollback, gets the same event and must cost nobody their values.
"""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

RESERVE = 60_000  # milliseconds of the function's time that are kept for the answer
LONGEST_REASON = 1000  # CloudFormation takes answers up to 4,096 bytes


class OutOfTimeError(Exception):
    """The bucket holds more than one run of the function can delete."""


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Do what CloudFormation's event asks for and send the answer to where it says.

    Args:
        event: "Custom resource request objects" in the CloudFormation user guide, with the properties `Bucket` and
            `RemovalPolicy`, `Retain` or `Delete`.
        context: Lambda's; it knows how much time is left.
    """
    answer = {
        "Status": "SUCCESS",
        # Always the same: another id would make CloudFormation delete the old one.
        "PhysicalResourceId": event.get("PhysicalResourceId", "bucket-removal"),
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        s3, cloudformation = boto3.client("s3"), boto3.client("cloudformation")
        print(f"{event['RequestType']}: {outcome(event, context, s3, cloudformation)}")
    except Exception as error:  # noqa: BLE001 - whatever it is, CloudFormation waits for an answer
        answer |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:LONGEST_REASON]}
        print(f"{event['RequestType']}: {answer['Reason']}")
    body = json.dumps(answer).encode()
    # The address was signed for an empty content type.
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own address
        event["ResponseURL"], body, {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - as above


def outcome(event: Mapping[str, Any], context: Any, s3: Any, cloudformation: Any) -> str:
    """Remove the bucket if all says so, and return what became of it.

    Args:
        event: as above.
        context: as above.
        s3: boto3 client.
        cloudformation: boto3 client.

    Raises:
        OutOfTimeError: some values are left; deleting the stack again goes on with them.
        ClientError: AWS refused a call.
        ValueError: the policy is none.
    """
    properties = event["ResourceProperties"]
    bucket, policy = properties["Bucket"], properties["RemovalPolicy"]
    if policy not in {"Retain", "Delete"}:
        raise ValueError(f"RemovalPolicy must be Retain or Delete, not {policy}")
    if event["RequestType"] != "Delete":
        return f"{bucket} will be {'kept' if policy == 'Retain' else 'deleted with its values'}"
    if policy == "Retain":
        return f"{bucket} is kept"
    [stack] = cloudformation.describe_stacks(StackName=event["StackId"])["Stacks"]
    if stack["StackStatus"] != "DELETE_IN_PROGRESS":
        return f"{bucket} is kept, because the stack is not being deleted: it is {stack['StackStatus']}"
    deleted = remove(s3, bucket, context)
    return f"{bucket} is deleted, with {deleted} values"


def remove(s3: Any, bucket: str, context: Any) -> int:
    """Delete a bucket with all versions of all objects; one that is gone is no error.

    Args:
        s3: boto3 client.
        bucket: its name.
        context: Lambda's.

    Returns:
        How many objects, versions and delete markers it held.

    Raises:
        OutOfTimeError: as above.
    """
    deleted = 0
    while True:  # somebody may put a value between the last page and the bucket's end
        try:
            for page in _pages(s3, bucket):
                if context.get_remaining_time_in_millis() < RESERVE:
                    raise OutOfTimeError(
                        f"{deleted} values of {bucket} are deleted and more are left; delete the stack again to go on"
                    )
                answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": page, "Quiet": True})
                if answer.get("Errors"):
                    first = answer["Errors"][0]
                    raise RuntimeError(f"{first['Key']} was not deleted: {first['Code']}: {first['Message']}")
                deleted += len(page)
            s3.delete_bucket(Bucket=bucket)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "NoSuchBucket":
                return deleted
            if code != "BucketNotEmpty" or context.get_remaining_time_in_millis() < RESERVE:
                raise
        else:
            return deleted


def _pages(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:
    """Yield what the bucket holds, in the portions that one call may delete: 1,000 at most."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found: Iterable[Any] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        names = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        if names:
            yield names

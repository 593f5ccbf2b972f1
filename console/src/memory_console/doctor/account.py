"""Credentials, the bucket as such, and the clock of this machine."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import memory
from botocore.exceptions import ClientError

from memory_console.aws_errors import translated
from memory_console.doctor.findings import Finding, fault, ok, skipped
from memory_console.durations import shown_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory_console.bucket import Bucket

MAX_SKEW = 60  # seconds; S3 takes 900, CloudFront's signatures and ttls go by the second
_REFUSED = (
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "AuthFailure",
    "UnrecognizedClientException",
)


def credentials(bucket: Bucket) -> Finding:
    """Check that there are credentials and that AWS takes them."""
    try:
        with translated("find credentials"):
            found = bucket.session.get_credentials()
    except memory.MemoryServiceError as error:
        return fault("credentials", str(error), "Log in, or correct the profile.")
    if found is None:
        return fault(
            "credentials",
            "there are no AWS credentials",
            "Log in (`aws sso login`, `aws configure`), give --profile, or set AWS_ACCESS_KEY_ID and"
            " AWS_SECRET_ACCESS_KEY.",
        )
    try:
        identity = bucket.client("sts").get_caller_identity()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _REFUSED:
            return fault(
                "credentials", f"AWS refuses the credentials ({code})", "Log in again, or renew the keys."
            )
        return skipped("credentials", f"nobody here says whose the credentials are ({code})")
    except Exception as error:  # noqa: BLE001 - an S3 that is not AWS's may answer anything
        return skipped("credentials", f"nobody here says whose the credentials are ({type(error).__name__})")
    return ok("credentials", f"you are {identity['Arn']}")


def bucket_and_clock(bucket: Bucket, clock: Callable[[], float]) -> list[Finding]:
    """Check that the bucket can be listed, and that this machine's clock is S3's."""
    try:
        with translated(f"list bucket {bucket.name}"):
            answer = bucket.s3.list_objects_v2(Bucket=bucket.name, MaxKeys=1)
    except memory.AccessDeniedError as error:
        return [
            fault(
                "bucket",
                str(error),
                f"Allow s3:ListBucket on arn:aws:s3:::{bucket.name} to your user or role; without it every missing name"
                " looks like a forbidden one.",
            )
        ]
    except memory.MemoryServiceError as error:
        remedy = "Check --bucket, --region and --endpoint-url."
        if "clock" in str(error):
            return [fault("clock", str(error), "Set the clock of this machine, best by NTP.")]
        return [fault("bucket", str(error), remedy)]
    findings = [ok("bucket", f"bucket {bucket.name} is there and may be listed")]
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if date is None:
        return [*findings, skipped("clock", "S3 does not say what time it is")]
    skew = clock() - parsedate_to_datetime(date).timestamp()
    if abs(skew) > MAX_SKEW:
        way = "ahead of" if skew > 0 else "behind"
        return [
            *findings,
            fault(
                "clock",
                f"this machine's clock is {shown_duration(abs(skew))} {way} S3's: signatures and ttls will be wrong",
                "Set the clock of this machine, best by NTP.",
            ),
        ]
    return [*findings, ok("clock", "this machine's clock agrees with S3's")]

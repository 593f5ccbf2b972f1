"""What a bucket policy grants to a distribution."""

from __future__ import annotations

import json
from typing import Any

import pytest
from local_cloud.edge.bucket_policy import CLOUDFRONT, BucketPolicy, S3Request

ARN = "arn:aws:cloudfront::000000000000:distribution/E1"
GET = S3Request(
    "s3:GetObject",
    "arn:aws:s3:::shop/public/a.json",
    CLOUDFRONT,
    {"aws:sourcearn": ARN, "aws:securetransport": "true", "s3:tlsversion": "1.2"},
)
READ = {
    "Effect": "Allow",
    "Principal": {"Service": CLOUDFRONT},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::shop/public/*",
    "Condition": {"StringEquals": {"AWS:SourceArn": ARN}},
}
TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::shop", "arn:aws:s3:::shop/*"],
    "Condition": {"Bool": {"aws:SecureTransport": False}},
}


def allows(*statements: dict[str, Any]) -> bool:
    return BucketPolicy(json.dumps({"Statement": list(statements)})).allows(GET)


def test_bucket_without_a_policy_grants_nothing() -> None:
    assert not BucketPolicy(None).allows(GET)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Principal": {"Service": ["lambda.amazonaws.com", CLOUDFRONT]}},
        {"Principal": "*"},
        {"Action": ["s3:PutObject", "s3:getobject"]},
        {"Action": "s3:Get*"},
        {"Condition": {"ArnLike": {"aws:SourceArn": ARN.replace("E1", "*")}}},
        {"Condition": {"StringEquals": {"aws:SourceArn": ["other", ARN]}}},
        {"Condition": {"StringNotEquals": {"aws:SourceArn": "other"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "111111111111"}}},
        {"Condition": {"NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}},
        {"Condition": {"NumericEquals": {"s3:TlsVersion": [1.3, 1.2]}}},
        {"Condition": {"NumericLessThanIfExists": {"aws:Whatever": 1}}},
        {"Condition": {}},
    ],
)
def test_allowed(change: dict[str, Any]) -> None:
    assert allows({**READ, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Deny"},
        {"Principal": {"Service": "lambda.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::000000000000:root"}},
        {"Action": "s3:PutObject"},
        {"Resource": "arn:aws:s3:::shop/private/*"},
        {"Resource": "arn:aws:s3:::shop"},
        {"Condition": {"StringEquals": {"AWS:SourceArn": ARN.replace("E1", "E2")}}},
        {"Condition": {"StringEquals": {"AWS:SourceArn": ARN, "AWS:SourceAccount": "000000000000"}}},
        {"Condition": {"StringEquals": {"AWS:SourceArn": ARN.replace("E1", "*")}}},
        {"Condition": {"NumericLessThan": {"aws:Whatever": 1}}},
        {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
        {"Condition": {"NumericNotEquals": {"s3:TlsVersion": "1.3"}}},
    ],
)
def test_not_allowed(change: dict[str, Any]) -> None:
    assert not allows({**READ, **change})


def test_denying_statement_wins() -> None:
    assert not allows(READ, {**READ, "Effect": "Deny"})


def test_statement_that_denies_plain_http_does_not_concern_cloudfront() -> None:
    assert allows(READ, TLS_ONLY)


def test_statement_that_denies_old_tls_concerns_cloudfront_if_it_asks_for_a_newer_one() -> None:
    def older_than(version: str) -> dict[str, Any]:
        return {**TLS_ONLY, "Condition": {"NumericLessThan": {"s3:TlsVersion": version}}}

    assert allows(READ, older_than("1.2"))
    assert not allows(READ, older_than("1.3"))


def test_condition_that_is_not_understood_denies() -> None:
    assert not allows(READ, {**TLS_ONLY, "Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01"}}})


def test_anonymous_request_needs_a_statement_for_everybody() -> None:
    anonymous = S3Request(GET.action, GET.resource, None, {})

    assert not BucketPolicy(json.dumps({"Statement": [READ]})).allows(anonymous)
    everybody = {**READ, "Principal": {"AWS": "*"}, "Condition": {}}
    assert BucketPolicy(json.dumps({"Statement": [everybody]})).allows(anonymous)

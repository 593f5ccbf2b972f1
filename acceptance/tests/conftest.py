"""A local cloud that every test of this folder uses, as the account of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from acceptance.account import Account
from acceptance.environment import ROOT, exported, started_here
from acceptance.stack import BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_cloud import LocalCloud


# AWS holds these against the function's and the parameter's ARN, the engine against none at all.
WITHOUT_RESOURCE = {"lambda:CreateFunction", "ssm:GetParametersByPath"}


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    with started_here(counts_requests=True) as cloud:
        yield cloud


@pytest.fixture
def person(cloud: LocalCloud) -> Iterator[dict[str, str]]:
    """Be somebody who has the permissions of permissions.json and no others, beside the boundary of boundary.json."""
    iam, name = cloud.client("iam"), "somebody"
    iam.create_user(UserName=name)
    policy = json.loads((ROOT / "acceptance" / "permissions.json").read_text(encoding="utf-8"))
    for statement in policy["Statement"]:
        if statement["Sid"] == "DistributionsOfRuns":
            del statement["Condition"]  # the engine does not look up a distribution's tags
    named = {action for statement in policy["Statement"] for action in statement["Action"]}
    policy["Statement"].append(
        {"Effect": "Allow", "Action": sorted(named & WITHOUT_RESOURCE), "Resource": "*"}
    )
    boundary = (ROOT / "acceptance" / "boundary.json").read_text(encoding="utf-8")
    iam.create_policy(PolicyName=BOUNDARY, PolicyDocument=boundary)
    iam.put_user_policy(UserName=name, PolicyName="acceptance", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    with exported({**cloud.environment(), **keys}):
        yield keys


@pytest.fixture
def account(cloud: LocalCloud) -> Iterator[Account]:
    with exported(cloud.environment()):
        yield Account()

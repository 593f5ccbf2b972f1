from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

Statement = dict[str, Any]
DEMO_PREFIXES = {
    "PythonDemoRole": "public/memory-service-python-demo",
    "NodejsDemoRole": "public/memory-service-nodejs-demo",
    "NodejsAuthDemoRole": "private/memory-service-nodejs-auth-demo",
    "PythonAuthDemoRole": "private/memory-service-python-auth-demo",
}


def statements(role: dict[str, Any]) -> list[Statement]:
    return [
        statement
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def allowed(statement: Statement) -> Iterator[Statement]:
    """Yield a statement that allows something, whichever way its conditions of the template go."""
    if "Fn::If" in statement:
        for branch in statement["Fn::If"][1:]:
            if "Effect" in branch:
                yield from allowed(branch)
    elif statement["Effect"] == "Allow":
        yield statement


def actions(statement: Statement) -> list[str]:
    action: str | list[str] = statement["Action"]
    return [action] if isinstance(action, str) else action


def test_no_function_may_do_any_action_of_a_service(translated: dict[str, Any]) -> None:
    roles = [item for item in translated["Resources"].values() if item["Type"] == "AWS::IAM::Role"]
    assert len(roles) == 5
    granted = [
        action
        for role in roles
        for statement in statements(role)
        for branch in allowed(statement)
        for action in actions(branch)
    ]
    assert granted
    assert [action for action in granted if "*" in action] == []
    for role in roles:
        [managed] = role["Properties"]["ManagedPolicyArns"]
        assert managed.endswith(":policy/service-role/AWSLambdaBasicExecutionRole")  # its log, nothing else


@pytest.mark.parametrize(("role", "prefix"), DEMO_PREFIXES.items())
def test_demos_use_their_service_s_part_of_the_bucket_only(
    translated: dict[str, Any], role: str, prefix: str
) -> None:
    granted = statements(translated["Resources"][role])
    assert granted[0] == {
        "Effect": "Allow",
        "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
        "Resource": {"Fn::Sub": f"${{Bucket.Arn}}/{prefix}/*"},
    }
    assert len(granted) == (4 if prefix.startswith("private") else 1)


@pytest.mark.parametrize("role", ["NodejsAuthDemoRole", "PythonAuthDemoRole"])
def test_an_auth_demo_reads_the_made_key_or_the_user_s(translated: dict[str, Any], role: str) -> None:
    nothing = {"Ref": "AWS::NoValue"}
    [_, made, own, own_kms] = statements(translated["Resources"][role])
    key = {"Fn::GetAtt": ["SigningKeys", "KeyArn"]}
    read_made = {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": key}
    assert made == {"Fn::If": ["MakeKeys", read_made, nothing]}
    read_own = {
        "Effect": "Allow",
        "Action": ["ssm:GetParameter", "secretsmanager:GetSecretValue"],
        "Resource": {"Ref": "PrivateKeyArn"},
    }
    assert own == {"Fn::If": ["OwnKeyStored", read_own, nothing]}
    condition, decrypt, otherwise = own_kms["Fn::If"]
    assert (condition, otherwise) == ("OwnKeyStored", nothing)
    assert decrypt["Action"] == "kms:Decrypt"
    via = decrypt["Condition"]["StringEquals"]["kms:ViaService"]
    assert via == [
        {"Fn::Sub": "ssm.${AWS::Region}.amazonaws.com"},
        {"Fn::Sub": "secretsmanager.${AWS::Region}.amazonaws.com"},
    ]


def test_the_edge_setup_may_write_one_parameter_and_never_read_it(translated: dict[str, Any]) -> None:
    [cloudfront, parameter] = statements(translated["Resources"]["EdgeSetupRole"])
    kinds = ("OriginAccessControl", "PublicKey", "KeyGroup")
    verbs = ("Create{}", "Get{}", "List{}s", "Delete{}")
    expected = [f"cloudfront:{verb.format(kind)}" for kind in kinds for verb in verbs]
    assert cloudfront == {"Effect": "Allow", "Action": expected, "Resource": "*"}
    assert parameter["Action"] == ["ssm:PutParameter", "ssm:DeleteParameter"]
    arn = parameter["Resource"]["Fn::Sub"]
    name = translated["Resources"]["SigningKeys"]["Properties"]["ParameterName"]["Fn::Sub"]
    assert arn == f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter{name}"


@pytest.mark.parametrize(
    ("distribution", "prefix"), [("PublicDistribution", "public"), ("PrivateDistribution", "private")]
)
def test_a_distribution_reads_and_misses_its_own_prefix_only(
    translated: dict[str, Any], distribution: str, prefix: str
) -> None:
    policy = translated["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    source = {
        "AWS:SourceArn": {
            "Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${"
            + distribution
            + "}"
        }
    }
    mine = [
        {key: value for key, value in item.items() if key != "Sid"}
        for item in policy
        if item.get("Condition", {}).get("StringEquals") == source
    ]
    principal = {"Service": "cloudfront.amazonaws.com"}
    read = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": f"${{Bucket.Arn}}/{prefix}/*"},
        "Condition": {"StringEquals": source},
    }
    miss = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:ListBucket",
        "Resource": {"Fn::GetAtt": ["Bucket", "Arn"]},
        "Condition": {"StringEquals": source, "StringLike": {"s3:prefix": f"{prefix}/*"}},
    }
    assert mine == [read, miss]


def test_the_bucket_refuses_everything_without_tls(translated: dict[str, Any]) -> None:
    policy = translated["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    [deny] = [item for item in policy if item["Effect"] == "Deny"]
    assert deny == {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::Sub": "${Bucket.Arn}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert len(policy) == 5

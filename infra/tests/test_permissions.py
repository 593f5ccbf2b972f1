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
    functions = [item for item in translated["Resources"].values() if item["Type"] == "AWS::Lambda::Function"]
    assert len(roles) == len(functions)  # none shares another's
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
    objects, listing, *rest = statements(translated["Resources"][role])
    assert objects == {
        "Effect": "Allow",
        "Action": ["s3:PutObject", "s3:PutObjectTagging", "s3:GetObject", "s3:DeleteObject"],
        "Resource": [{"Fn::Sub": f"${{Bucket.Arn}}/{prefix}{place}/*"} for place in ("", ".changes")],
    }
    assert listing == {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": {"Fn::GetAtt": ["Bucket", "Arn"]},
        "Condition": {"StringLike": {"s3:prefix": [f"{prefix}/*", f"{prefix}.changes/*"]}},
    }
    assert len(rest) == (3 if prefix.startswith("private") else 0)


def test_the_browser_demo_signs_forms_for_two_objects_and_reads_the_key_alone(
    translated: dict[str, Any],
) -> None:
    [objects, *key] = statements(translated["Resources"]["BrowserDemoFunctionRole"])
    assert objects == {
        "Effect": "Allow",
        "Action": ["s3:PutObject", "s3:PutObjectTagging"],
        "Resource": [
            {"Fn::Sub": f"${{Bucket.Arn}}/{visibility}/memory-service-browser-demo/note.json"}
            for visibility in ("public", "private")
        ],
    }
    assert key == statements(translated["Resources"]["NodejsAuthDemoRole"])[2:]


def test_the_removal_of_the_bucket_may_nothing_unless_the_bucket_is_to_be_deleted(
    translated: dict[str, Any],
) -> None:
    [stack, bucket, objects] = statements(translated["Resources"]["BucketRemovalFunctionRole"])
    nothing = {"Ref": "AWS::NoValue"}
    assert stack == {
        "Effect": "Allow",
        "Action": "cloudformation:DescribeStacks",
        "Resource": {"Ref": "AWS::StackId"},
    }
    delete_bucket = {
        "Effect": "Allow",
        "Action": ["s3:ListBucketVersions", "s3:DeleteBucket"],
        "Resource": {"Fn::GetAtt": ["Bucket", "Arn"]},
    }
    assert bucket == {"Fn::If": ["DeleteBucket", delete_bucket, nothing]}
    delete_objects = {
        "Effect": "Allow",
        "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        "Resource": {"Fn::Sub": "${Bucket.Arn}/*"},
    }
    assert objects == {"Fn::If": ["DeleteBucket", delete_objects, nothing]}


@pytest.mark.parametrize("role", ["NodejsAuthDemoRole", "PythonAuthDemoRole"])
def test_an_auth_demo_reads_the_made_key_or_the_user_s(translated: dict[str, Any], role: str) -> None:
    nothing = {"Ref": "AWS::NoValue"}
    [_, _, made, own, own_kms] = statements(translated["Resources"][role])
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


def test_the_edge_setup_touches_the_signing_key_s_parameters_only(translated: dict[str, Any]) -> None:
    [cloudfront, current, following] = statements(translated["Resources"]["EdgeSetupRole"])
    kinds = ("OriginAccessControl", "PublicKey", "KeyGroup")
    verbs = ("Create{}", "Get{}", "List{}s", "Delete{}")
    expected = [f"cloudfront:{verb.format(kind)}" for kind in kinds for verb in verbs]
    assert cloudfront == {"Effect": "Allow", "Action": expected, "Resource": "*"}
    assert current["Action"] == ["ssm:PutParameter", "ssm:GetParameter", "ssm:DeleteParameter"]
    assert current["Resource"] == parameter_arn(translated)
    assert following["Action"] == "ssm:DeleteParameter"
    assert following["Resource"] == parameter_arn(translated, "-next")


def test_a_rotation_changes_the_key_group_and_the_parameters_and_deletes_no_signing_key(
    translated: dict[str, Any],
) -> None:
    [cloudfront, distribution, current, following] = statements(translated["Resources"]["RotateKeysRole"])
    verbs = ("CreatePublicKey", "GetPublicKey", "ListPublicKeys", "DeletePublicKey")
    expected = [f"cloudfront:{verb}" for verb in (*verbs, "GetKeyGroup", "UpdateKeyGroup")]
    assert cloudfront == {"Effect": "Allow", "Action": expected, "Resource": "*"}
    private = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${PrivateDistribution}"
    read = {"Effect": "Allow", "Action": "cloudfront:GetDistribution", "Resource": {"Fn::Sub": private}}
    assert distribution == read
    assert current["Action"] == ["ssm:PutParameter", "ssm:GetParameter"]
    assert current["Resource"] == parameter_arn(translated)
    assert following["Action"] == ["ssm:PutParameter", "ssm:GetParameter", "ssm:DeleteParameter"]
    assert following["Resource"] == parameter_arn(translated, "-next")


def parameter_arn(translated: dict[str, Any], suffix: str = "") -> dict[str, str]:
    name = translated["Resources"]["SigningKeys"]["Properties"]["ParameterName"]["Fn::Sub"]
    prefix = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
    return {"Fn::Sub": f"{prefix}{name}{suffix}"}


def distribution_arn(name: str) -> dict[str, str]:
    return {
        "Fn::Sub": f"arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/${{{name}Distribution}}"
    }


def test_the_bucket_s_policy_denies_weak_transport_and_lets_each_distribution_read_its_prefix_and_nothing_else(
    translated: dict[str, Any],
) -> None:
    policy = translated["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"]
    everything = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::Sub": "${Bucket.Arn}/*"}],
    }
    expected: list[Statement] = [
        {"Sid": "OnlyTls", **everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "OnlyTls12", **everything, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ]
    for name, prefix in (("Public", "public"), ("Private", "private")):
        cloudfront = {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}}
        source = {"StringEquals": {"AWS:SourceArn": distribution_arn(name)}}
        expected += [
            {
                "Sid": f"{name}DistributionReads{name}Values",
                **cloudfront,
                "Action": "s3:GetObject",
                "Resource": {"Fn::Sub": f"${{Bucket.Arn}}/{prefix}/*"},
                "Condition": source,
            },
            {
                "Sid": f"{name}DistributionMayKnowOfMisses",
                **cloudfront,
                "Action": "s3:ListBucket",
                "Resource": {"Fn::GetAtt": ["Bucket", "Arn"]},
                "Condition": {**source, "StringLike": {"s3:prefix": f"{prefix}/*"}},
            },
        ]
    always = [statement for statement in policy["Statement"] if "Fn::If" not in statement]
    assert {**policy, "Statement": always} == {"Version": "2012-10-17", "Statement": expected}

"""The doctor on the real template, deployed on the local cloud: healthy, and broken in each way once."""

from __future__ import annotations

import copy
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from local_cloud import FakeClock, Fault, LocalCloud
from local_cloud.application import deploy_application
from memory_console.bucket import Bucket
from memory_console.doctor.examination import examine
from memory_console.target import Distribution, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from click.testing import Result
    from memory_console.doctor.findings import Finding

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "infra" / "edge-setup" / "node_modules"


@dataclass
class Hospital:
    """Memory Service as deployed, with an S3 and a CloudFront that can be broken."""

    cloud: LocalCloud
    clock: FakeClock
    outputs: Mapping[str, str]

    @property
    def bucket(self) -> str:
        return self.outputs["StorageBucket"]

    def target(self, **changes: Any) -> Target:
        """Return what `--stack` gives, with changes."""
        private = Distribution(
            "private",
            self.outputs["PrivateDistribution"],
            self.outputs["PrivateKeyArn"],
            self.outputs["PublicKeyId"],
        )
        found = {
            "bucket": Bucket(self.bucket),
            "visibility": "public",
            "pinned": False,
            "distributions": {
                "public": Distribution("public", self.outputs["Distribution"]),
                "private": private,
            },
            "edge_endpoint": self.cloud.edge_endpoint,
        }
        return Target(**{**found, **changes})

    def examined(self, target: Target | None = None, skew: float = 0) -> dict[str, Finding]:
        """Return what is wrong, by check."""
        self.cloud.refresh()
        self.cloud.clear_caches()
        found = list(
            examine(target or self.target(), clock=lambda: self.clock() + skew, sleep=self.clock.advance)
        )
        return {finding.check: finding for finding in found if finding.level in ("fault", "warning")}

    @contextmanager
    def distribution(self, visibility: str) -> Iterator[dict[str, Any]]:
        """Give the configuration of a distribution to be changed, and set it back."""
        cloudfront = self.cloud.client("cloudfront")
        host = self.outputs["Distribution" if visibility == "public" else "PrivateDistribution"]
        items = cloudfront.list_distributions()["DistributionList"]["Items"]
        found = next(item["Id"] for item in items if item["DomainName"] == host)

        def update(config: dict[str, Any]) -> None:
            etag = cloudfront.get_distribution_config(Id=found)["ETag"]
            cloudfront.update_distribution(Id=found, IfMatch=etag, DistributionConfig=config)
            self.cloud.refresh()

        before = cloudfront.get_distribution_config(Id=found)["DistributionConfig"]
        changed = copy.deepcopy(before)
        yield changed
        update(changed)
        self.undo.append(lambda: update(before))

    def __post_init__(self) -> None:
        self.undo: list[Callable[[], object]] = []

    def policy(self, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
        """Replace each statement of the bucket's policy by what is returned for it; None drops it."""
        s3 = self.cloud.client("s3")
        before = s3.get_bucket_policy(Bucket=self.bucket)["Policy"]
        self.undo.append(lambda: s3.put_bucket_policy(Bucket=self.bucket, Policy=before))
        document = json.loads(before)
        document["Statement"] = [new for old in document["Statement"] if (new := change(old))]
        s3.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps(document))
        self.cloud.refresh()


@pytest.fixture(scope="module")
def only_hospital() -> Iterator[Hospital]:
    clock = FakeClock()
    with LocalCloud.start(clock=clock, faults=True, variables={"NODE_PATH": str(NODE_MODULES)}) as cloud:
        stack = deploy_application(
            cloud,
            ROOT / "infra" / "template.yaml",
            stack_name="memory-service",
            parameters={"Demos": "false"},
        )
        hospital = Hospital(cloud, clock, stack.outputs)
        # The engine's CloudFormation drops them.
        rules = [
            {
                "ID": f"ttl-days-{days}",
                "Status": "Enabled",
                "Filter": {"Tag": {"Key": "ttl-days", "Value": str(days)}},
                "Expiration": {"Days": days},
            }
            for days in (1, 7, 30, 365)
        ]
        cloud.client("s3").put_bucket_lifecycle_configuration(
            Bucket=hospital.bucket, LifecycleConfiguration={"Rules": rules}
        )
        yield hospital


@pytest.fixture
def hospital(only_hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hospital]:
    for name, value in only_hospital.cloud.environment().items():
        monkeypatch.setenv(name, value)
    only_hospital.clock.reset()
    yield only_hospital
    only_hospital.cloud.faults.clear()
    for undo in reversed(only_hospital.undo):
        undo()
    only_hospital.undo.clear()


def test_nothing_is_wrong_with_a_healthy_set_up(hospital: Hospital, run: Callable[..., Result]) -> None:
    assert hospital.examined() == {}
    assert [page.objects for page in hospital.target().bucket.pages("")] == [[]]  # it leaves nothing behind

    result = run("doctor", "--stack", "memory-service", "--no-probes", "--json")

    assert (result.exit_code, json.loads(result.stdout)["healthy"]) == (0, True), result.output


def test_missing_credentials(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    wrong = hospital.examined()

    assert list(wrong) == ["credentials"]
    assert "aws sso login" in wrong["credentials"].remedy


def test_bucket_that_is_not_there(hospital: Hospital) -> None:
    wrong = hospital.examined(hospital.target(bucket=Bucket("not-there")))

    assert list(wrong) == ["bucket"]
    assert "--bucket" in wrong["bucket"].remedy


def test_clock_that_is_an_hour_behind(hospital: Hospital) -> None:
    wrong = hospital.examined(skew=-3600)

    assert "behind S3's" in wrong["clock"].says
    assert "NTP" in wrong["clock"].remedy
    assert "clock" in wrong["private-read"].remedy  # its signatures have expired


def test_distribution_of_another_account(hospital: Hospital) -> None:
    foreign = {"public": Distribution("public", "d111111abcdef8.cloudfront.net")}

    wrong = hospital.examined(hospital.target(distributions=foreign))

    assert "no distribution d111111abcdef8" in wrong["public-distribution"].says
    assert "--stack" in wrong["public-distribution"].remedy


def test_disabled_distribution(hospital: Hospital) -> None:
    with hospital.distribution("public") as config:
        config["Enabled"] = False

    assert "Enable it" in hospital.examined()["public-distribution"].remedy


def test_policy_that_lets_the_distribution_read_nothing(hospital: Hospital) -> None:
    hospital.policy(
        lambda statement: None if statement["Sid"] == "PublicDistributionReadsPublicValues" else statement
    )

    wrong = hospital.examined()

    assert {"public-bucket-policy", "public-read"} <= set(wrong)
    assert "s3:GetObject" in wrong["public-bucket-policy"].remedy
    assert not any(check.startswith("private") for check in wrong)


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_policy_that_makes_a_403_of_a_miss(hospital: Hospital, visibility: str) -> None:
    sid = f"{visibility.capitalize()}DistributionMayKnowOfMisses"
    hospital.policy(lambda statement: None if statement["Sid"] == sid else statement)

    wrong = hospital.examined()

    assert set(wrong) == {f"{visibility}-bucket-policy", f"{visibility}-miss"}
    for finding in wrong.values():
        assert "403" in finding.says
        assert "s3:ListBucket" in finding.remedy


def test_policy_that_lets_everybody_in(hospital: Hospital) -> None:
    unblock(hospital)
    everybody = {
        "Sid": "Everybody",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "*",
    }
    hospital.policy(lambda statement: everybody if statement["Sid"] == "OnlyTls" else statement)

    wrong = hospital.examined()

    assert (list(wrong), wrong["public-access"].level) == (["public-access"], "fault")
    assert "'Everybody'" in wrong["public-access"].says


def test_public_access_that_is_not_blocked(hospital: Hospital) -> None:
    unblock(hospital)

    wrong = hospital.examined()

    assert (list(wrong), wrong["public-access"].level) == (["public-access"], "warning")
    assert "BlockPublicPolicy" in wrong["public-access"].says


def test_origin_path_that_hands_out_everything(hospital: Hospital) -> None:
    with hospital.distribution("public") as config:
        config["Origins"]["Items"][0]["OriginPath"] = ""

    wrong = hospital.examined()

    assert "hands out the values of private services" in wrong["public-origin"].says
    assert "/public" in wrong["public-origin"].remedy


def test_distributions_that_were_taken_for_each_other(hospital: Hospital) -> None:
    swapped = {"public": Distribution("public", hospital.outputs["PrivateDistribution"])}

    wrong = hospital.examined(hospital.target(distributions=swapped))

    assert {"public-origin", "public-signatures", "public-read"} <= set(wrong)
    assert "public distribution" in wrong["public-read"].remedy


def test_private_values_that_need_no_signature(hospital: Hospital) -> None:
    with hospital.distribution("private") as config:
        config["DefaultCacheBehavior"]["TrustedKeyGroups"] = {"Enabled": False, "Quantity": 0}

    wrong = hospital.examined()

    assert {"private-signatures", "private-unsigned"} <= set(wrong)
    assert "everybody can read private values" in wrong["private-signatures"].says
    assert "TrustedKeyGroups" in wrong["private-unsigned"].remedy


def test_key_that_is_not_the_other_half(hospital: Hospital, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    wrong = hospital.examined(with_key(hospital, str(tmp_path / "key.pem"), hospital.outputs["PublicKeyId"]))

    assert set(wrong) == {"signing-key", "private-read"}
    assert "not the other half" in wrong["signing-key"].says
    assert "PrivateKeyArn" in wrong["signing-key"].remedy


def test_key_that_no_group_has(hospital: Hospital, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    wrong = hospital.examined(with_key(hospital, str(tmp_path / "key.pem"), "KUNKNOWN"))

    assert set(wrong) == {"signing-key", "private-read"}
    assert "KUNKNOWN is in no key group" in wrong["signing-key"].says


def test_key_that_is_not_there(hospital: Hospital) -> None:
    wrong = hospital.examined(with_key(hospital, "/nonexistent/key.pem", "K1"))

    assert "PK_PATH" in wrong["signing-key"].remedy


def test_edge_that_remembers_misses(hospital: Hospital) -> None:
    with hospital.distribution("public") as config:
        config["CustomErrorResponses"] = {"Quantity": 0, "Items": []}

    wrong = hospital.examined()

    assert set(wrong) == {"public-errors", "public-put-after-miss"}
    for finding in wrong.values():
        assert "ErrorCachingMinTTL" in finding.remedy


def test_cache_policy_that_keeps_copies_too_long(hospital: Hospital) -> None:
    cloudfront = hospital.cloud.client("cloudfront")
    key = {
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }
    policy = {
        "Name": "slow",
        "MinTTL": 60,
        "DefaultTTL": 60,
        "MaxTTL": 60,
        "ParametersInCacheKeyAndForwardedToOrigin": key,
    }
    made = cloudfront.create_cache_policy(CachePolicyConfig=policy)["CachePolicy"]["Id"]
    with hospital.distribution("public") as config:
        config["DefaultCacheBehavior"]["CachePolicyId"] = made

    wrong = hospital.examined()

    assert set(wrong) == {"public-cache-policy", "public-staleness"}
    assert "60 s" in wrong["public-cache-policy"].says
    assert "MinTTL" in wrong["public-staleness"].remedy


def test_records_of_tags_that_the_edge_refuses(hospital: Hospital) -> None:
    hospital.cloud.faults.add(Fault("edge", "status", status=403, path="/memory-service-doctor/.tags/"))

    wrong = hospital.examined()

    assert set(wrong) == {"public-tags", "private-tags"}
    assert "public/<service>/.tags/*" in wrong["public-tags"].remedy


def test_edge_that_cannot_be_reached(hospital: Hospital) -> None:
    hospital.cloud.faults.add(Fault("edge", "status", status=503))

    wrong = hospital.examined()

    assert {"public-read", "private-read"} <= set(wrong)
    assert "network" in wrong["public-read"].remedy


def test_credentials_that_may_not_write(hospital: Hospital) -> None:
    hospital.cloud.faults.add(Fault("s3", "status", status=403, method="PUT"))

    wrong = hospital.examined()

    assert "s3:PutObject" in wrong["public-write"].remedy


def test_values_that_nothing_sweeps(hospital: Hospital) -> None:
    s3 = hospital.cloud.client("s3")
    rules = s3.get_bucket_lifecycle_configuration(Bucket=hospital.bucket)["Rules"]
    hospital.undo.append(
        lambda: s3.put_bucket_lifecycle_configuration(
            Bucket=hospital.bucket, LifecycleConfiguration={"Rules": rules}
        )
    )
    s3.put_bucket_lifecycle_configuration(Bucket=hospital.bucket, LifecycleConfiguration={"Rules": rules[1:]})

    wrong = hospital.examined()

    assert (list(wrong), wrong["lifecycle"].level) == (["lifecycle"], "warning")
    assert "ttl-days=1 once" in wrong["lifecycle"].says


def test_versions_that_are_all_kept(hospital: Hospital) -> None:
    s3 = hospital.cloud.client("s3")
    s3.put_bucket_versioning(Bucket=hospital.bucket, VersioningConfiguration={"Status": "Enabled"})
    hospital.undo.append(
        lambda: s3.put_bucket_versioning(
            Bucket=hospital.bucket, VersioningConfiguration={"Status": "Suspended"}
        )
    )

    assert list(hospital.examined()) == ["versioning"]


def test_fault_is_printed_with_its_remedy_and_an_exit_code(
    hospital: Hospital, run: Callable[..., Result]
) -> None:
    with hospital.distribution("public") as config:
        config["Enabled"] = False

    result = run("doctor", "--stack", "memory-service", "--no-probes")

    assert result.exit_code == 1
    assert "✗ public-distribution" in result.stdout
    assert "→ Enable it" in result.stdout
    assert "faults: 1, warnings: 0" in result.stdout


def test_other_s3_is_looked_at_as_far_as_it_goes(hospital: Hospital) -> None:
    wrong = hospital.examined(hospital.target(distributions={}))

    assert list(wrong) == ["distributions"]


def with_key(hospital: Hospital, path: str, public_key_id: str) -> Target:
    private = Distribution("private", hospital.outputs["PrivateDistribution"], path, public_key_id)
    return hospital.target(distributions={"private": private})


def unblock(hospital: Hospital) -> None:
    """Let the bucket's policy be public."""
    s3 = hospital.cloud.client("s3")
    before = s3.get_public_access_block(Bucket=hospital.bucket)["PublicAccessBlockConfiguration"]
    hospital.undo.append(
        lambda: s3.put_public_access_block(Bucket=hospital.bucket, PublicAccessBlockConfiguration=before)
    )
    s3.put_public_access_block(
        Bucket=hospital.bucket, PublicAccessBlockConfiguration={**before, "BlockPublicPolicy": False}
    )

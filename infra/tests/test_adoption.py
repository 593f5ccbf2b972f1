"""A bucket and distributions of one's own, set up as their page says: the SDKs work and the doctor finds nothing."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import memory
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from local_cloud import LocalCloud
from memory_console.command import main

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "existing-bucket.md").read_text(
    encoding="utf-8"
)
BUCKET = "my-bucket"
HOSTS = {"public": "d111111abcdef8.cloudfront.net", "private": "d222222abcdef8.cloudfront.net"}  # of the page


def number(setting: str) -> int:
    """Return the number that the page gives a setting."""
    found = re.search(rf"`{setting}` (\d+)", PAGE)
    assert found, f"the page does not say `{setting}`"
    return int(found[1])


def commands() -> list[tuple[dict[str, str], list[str]]]:
    """Return the variables and arguments of each call of the doctor in the section."""
    [block] = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    found = []
    for line in block.replace("\\\n", " ").splitlines():
        before, _, arguments = line.partition("memory-service ")
        found.append((dict(word.split("=") for word in shlex.split(before)), shlex.split(arguments)))
    return found


class Adopted:
    """What somebody has made by hand."""

    def __init__(self, cloud: LocalCloud, folder: Path) -> None:
        self._cloudfront = cloud.client("cloudfront")
        self._s3 = cloud.client("s3")
        key = ec.generate_private_key(ec.SECP256R1())
        self.key = folder / "key.pem"
        self.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self._make_bucket()
        self.key_id = self._made("PublicKey", Name="mine", CallerReference="1", EncodedKey=public)
        group = self._made("KeyGroup", Name="mine", Items=[self.key_id])
        self._control = self._made(
            "OriginAccessControl",
            Name="mine",
            SigningProtocol="sigv4",
            SigningBehavior="always",
            OriginAccessControlOriginType="s3",
        )
        nothing = {"QueryStringsConfig": {"QueryStringBehavior": "none"}} | {
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "none"},
            "EnableAcceptEncodingGzip": False,
        }
        self._policy = self._made(
            "CachePolicy",
            Name="mine",
            MinTTL=number("MinTTL"),
            MaxTTL=number("MaxTTL"),
            DefaultTTL=5,
            ParametersInCacheKeyAndForwardedToOrigin=nothing,
        )
        made = {"public": self._distribution("public", []), "private": self._distribution("private", [group])}
        self.hosts = {visibility: item["DomainName"] for visibility, item in made.items()}
        statements = [
            statement
            for visibility, item in made.items()
            for statement in self._statements(visibility, item["ARN"])
        ]
        policy = {"Version": "2012-10-17", "Statement": statements}
        self._s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
        cloud.refresh()

    def _make_bucket(self) -> None:
        self._s3.create_bucket(Bucket=BUCKET)
        block = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        self._s3.put_public_access_block(
            Bucket=BUCKET, PublicAccessBlockConfiguration=dict.fromkeys(block, True)
        )
        [days] = re.findall(r"`ttl-days` of ([\d, ]+) that", PAGE)
        rules = [
            {
                "ID": each,
                "Status": "Enabled",
                "Filter": {"Tag": {"Key": "ttl-days", "Value": each}},
                "Expiration": {"Days": int(each)},
            }
            for each in days.split(", ")
        ]
        self._s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": rules})

    def _made(self, kind: str, **config: Any) -> str:
        name = re.sub(r"(?<!^)([A-Z])", r"_\1", kind).lower()
        answer = getattr(self._cloudfront, f"create_{name}")(**{f"{kind}Config": config})
        return str(answer[kind]["Id"])

    def _distribution(self, visibility: str, groups: list[str]) -> dict[str, Any]:
        codes = [403, 404, 500, 501, 502, 503, 504]
        minimum = number("ErrorCachingMinTTL")
        origin = {
            "Id": "values",
            "DomainName": f"{BUCKET}.s3.us-east-1.amazonaws.com",
            "OriginPath": f"/{visibility}",
            "OriginAccessControlId": self._control,
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }
        config = {
            "CallerReference": visibility,
            "Comment": visibility,
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "values",
                "ViewerProtocolPolicy": "https-only",
                "CachePolicyId": self._policy,
                "Compress": False,
                "TrustedKeyGroups": {"Enabled": bool(groups), "Quantity": len(groups), "Items": groups},
            },
            "CustomErrorResponses": {
                "Quantity": len(codes),
                "Items": [{"ErrorCode": code, "ErrorCachingMinTTL": minimum} for code in codes],
            },
        }
        return dict(self._cloudfront.create_distribution(DistributionConfig=config)["Distribution"])

    @staticmethod
    def _statements(visibility: str, arn: str) -> list[dict[str, Any]]:
        [block] = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
        text = block.replace("arn:aws:cloudfront::999999999999:distribution/E1EXAMPLE", arn)
        assert text != block
        found: list[dict[str, Any]] = json.loads(text.replace("public/*", f"{visibility}/*"))
        return found


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adopted]:
    with LocalCloud.start() as cloud, pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.environment().items():
            patch.setenv(name, value)
        yield Adopted(cloud, tmp_path_factory.mktemp("key"))


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_the_keys_of_the_configuration_suffice(adopted: Adopted, visibility: str) -> None:
    keys = {"PK_PATH": str(adopted.key), "PUBLIC_KEY_ID": adopted.key_id} if visibility == "private" else {}
    conf = {"DISTRIBUTION": adopted.hosts[visibility], "BUCKET_NAME": BUCKET, "REGION": "us-east-1", **keys}
    with memory.MemoryService(conf, "shop") as mem:
        mem.put("tea", {"price": 42})
    with memory.MemoryService(conf, "shop") as mem:  # another, which remembers nothing
        entry = mem.get_entry("tea")
        assert entry is not None
        assert (entry.value, entry.source) == ({"price": 42}, "edge")
        assert mem.get("coffee") is None


@pytest.mark.parametrize(("variables", "arguments"), commands(), ids=["public", "private"])
def test_the_doctor_of_the_page_finds_nothing(
    adopted: Adopted, variables: dict[str, str], arguments: list[str]
) -> None:
    own = {"key.pem": str(adopted.key), "K1EXAMPLE": adopted.key_id}
    own |= {HOSTS[visibility]: host for visibility, host in adopted.hosts.items()}
    done = CliRunner().invoke(
        main,
        [*(own.get(word, word) for word in arguments), "--json"],
        env={name: own.get(value, value) for name, value in variables.items()},
    )
    findings = json.loads(done.stdout)["findings"]
    assert [finding for finding in findings if finding["level"] in ("fault", "warning")] == []
    assert len([finding for finding in findings if finding["level"] == "ok"]) > 10
    assert done.exit_code == 0

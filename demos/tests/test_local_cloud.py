"""The deployed template end to end: values across languages, and who may read what."""

from __future__ import annotations

import base64
import itertools
import json
import math
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import memory
import pytest
from local_cloud import LocalCloud, Stack
from local_cloud.application import deploy_application
from memory._envelope import encode
from memory._signing import Signer, SigningKey, cloudfront_base64, policy, wildcard
from notation import from_python

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")
VALUES: dict[str, Any] = {
    "zero": 0,
    "int": 123,
    "true": True,
    "false": False,
    "str": "Hello Wörld 😀",
    "empty": "",
    "digits": "106242075399214372653",
    "list": [1, "1", True, None, 1.5],
    "dict": {"Name": "Joe", "__proto__": {"admin": True}, "$int": "5"},
    "single-dollar": {"$int": "5"},
    "float": 1.5,
    "minus-zero": -0.0,
    "nan": math.nan,
    "infinity": math.inf,
    "null": None,
    "bytes": bytes(range(256)),
    "beyond-2-53": 2**53 + 1,
    "big": -(10**100),
    "nested": {"orders": [{"id": 2**64, "paid": False, "raw": b"\x00", "tags": [[]], "at": {"x": -0.5}}]},
    "long": "Lorem ipsum " * 1000,
}


class Deployed:
    """A stack on a local cloud, and what tests do with it."""

    def __init__(self, cloud: LocalCloud, stack: Stack) -> None:
        self.cloud = cloud
        self.outputs = stack.outputs
        self.names = (f"n{count}" for count in itertools.count())  # one for each test: nothing is shared

    def conf(self, visibility: str, **more: Any) -> dict[str, Any]:
        """Return the configuration of a public or private service."""
        distribution = self.outputs["Distribution" if visibility == "public" else "PrivateDistribution"]
        keys = {"PK_PATH": self.outputs["PrivateKeyArn"], "PUBLIC_KEY_ID": self.outputs["PublicKeyId"]}
        return {
            "DISTRIBUTION": distribution,
            "BUCKET_NAME": self.outputs["StorageBucket"],
            "REGION": "us-east-1",
            "EDGE_ENDPOINT": self.cloud.edge_endpoint,
            **(keys if visibility == "private" else {}),
            **more,
        }

    def exchange(
        self, visibility: str, *, put: dict[str, Any] | None = None, get: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Let the Node SDK put and get values in the notation of the vectors."""
        assert NODE, "node is not on PATH: run `python3 noxfile.py -s test`"
        work = {"conf": self.conf(visibility), "service": "shop", "put": put or {}, "get": get}
        done = subprocess.run(
            [NODE, str(Path(__file__).with_name("exchange.js"))],
            input=json.dumps(work),
            env={**os.environ, **self.cloud.environment()},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def fetch(self, distribution: str, path: str) -> tuple[int, bytes]:
        """Ask the edge for a path of a distribution, as anybody could."""
        request = Request(self.cloud.edge_endpoint + path, headers={"Host": self.outputs[distribution]})
        try:
            with urlopen(request) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()

    def key(self) -> SigningKey:
        """Return the key that the stack made for itself."""
        name = self.outputs["PrivateKeyArn"].partition(":parameter")[2]
        parameter = self.cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
        secret = json.loads(parameter["Value"])
        return SigningKey.from_pem(secret["public_key_id"], secret["private_key"].encode(), name)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    modules = ROOT / "infra" / "edge-setup" / "node_modules"
    with LocalCloud.start(variables={"NODE_PATH": str(modules)}) as cloud:
        template = ROOT / "infra" / "template.yaml"
        yield Deployed(cloud, deploy_application(cloud, template, stack_name="between-languages"))


@pytest.fixture(autouse=True)
def _environment(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in deployed.cloud.environment().items():
        monkeypatch.setenv(variable, value)


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.smoke
def test_what_python_writes_node_reads_with_its_type(deployed: Deployed, visibility: str) -> None:
    with memory.MemoryService(deployed.conf(visibility), "shop") as mem:
        for name, value in VALUES.items():
            mem.put(f"python/{name}", value)
    found = deployed.exchange(visibility, get=tuple(f"python/{name}" for name in VALUES))
    assert found == {f"python/{name}": from_python(value) for name, value in VALUES.items()}


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_what_node_writes_python_reads_with_its_type(deployed: Deployed, visibility: str) -> None:
    deployed.exchange(visibility, put={f"node/{name}": from_python(value) for name, value in VALUES.items()})
    with memory.MemoryService(deployed.conf(visibility), "shop") as mem:
        for name, value in VALUES.items():
            assert from_python(mem.get(f"node/{name}")) == from_python(value), name


def test_a_name_that_was_never_put_is_missing_in_both_languages(deployed: Deployed) -> None:
    mem = memory.MemoryService(deployed.conf("public"), "shop")
    assert mem.get("never", "default") == "default"
    assert deployed.exchange("public", get=("never",)) == {"never": "missing"}


def test_a_miss_does_not_hide_a_later_put(deployed: Deployed) -> None:
    mem = memory.MemoryService(deployed.conf("public"), "shop")
    name = next(deployed.names)
    assert mem.get(name) is None
    mem.put(name, 1)
    assert mem.get(name) == 1


def test_public_and_private_values_cannot_be_read_through_each_others_distribution(
    deployed: Deployed,
) -> None:
    name = next(deployed.names)
    public = memory.MemoryService(deployed.conf("public"), "shop")
    private = memory.MemoryService(deployed.conf("private"), "shop")
    public.put(name, "public")
    private.put(name, "private")
    assert (public.get(name), private.get(name)) == ("public", "private")
    only_private = next(deployed.names)
    private.put(only_private, "secret")
    assert public.get(only_private) is None
    assert deployed.fetch("Distribution", f"/private/shop/{only_private}.json")[0] == 404
    assert deployed.fetch("PrivateDistribution", f"/public/shop/{name}.json")[0] == 403


def signed_query(deployed: Deployed, service: str = "shop", clock: Any = time.time) -> str:
    resource = wildcard(f"https://{deployed.outputs['PrivateDistribution']}", service)
    key = deployed.key()
    return Signer(resource, lambda _: key, 900, clock).query()


def private_name(deployed: Deployed) -> str:
    name = next(deployed.names)
    memory.MemoryService(deployed.conf("private"), "shop").put(name, "secret")
    return f"/shop/{name}.json"


def test_a_private_value_is_readable_with_the_key(deployed: Deployed) -> None:
    path = private_name(deployed)
    status, body = deployed.fetch("PrivateDistribution", f"{path}?{signed_query(deployed)}")
    assert (status, json.loads(body)["value"]) == (200, "secret")


def test_an_unsigned_read_is_refused(deployed: Deployed) -> None:
    status, body = deployed.fetch("PrivateDistribution", private_name(deployed))
    assert status == 403
    assert b"<Code>MissingKey</Code>" in body


def test_an_expired_signature_is_refused(deployed: Deployed) -> None:
    query = signed_query(deployed, clock=lambda: time.time() - 901)
    status, body = deployed.fetch("PrivateDistribution", f"{private_name(deployed)}?{query}")
    assert (status, b"<Code>AccessDenied</Code>" in body) == (403, True)


def test_a_tampered_policy_is_refused(deployed: Deployed) -> None:
    query = signed_query(deployed)
    longer = policy(
        wildcard(f"https://{deployed.outputs['PrivateDistribution']}", "shop"), int(time.time()) + 9999
    )
    tampered = f"Policy={cloudfront_base64(longer)}{query[query.index('&') :]}"
    assert deployed.fetch("PrivateDistribution", f"{private_name(deployed)}?{tampered}")[0] == 403


def test_another_services_signature_is_refused(deployed: Deployed) -> None:
    query = signed_query(deployed, service="another")
    assert deployed.fetch("PrivateDistribution", f"{private_name(deployed)}?{query}")[0] == 403


def test_another_key_is_access_denied_and_no_miss(deployed: Deployed, rsa_pem: bytes, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(rsa_pem)
    conf = deployed.conf("private", PK_PATH=tmp_path / "key.pem")
    with pytest.raises(memory.AccessDeniedError, match="refused the signature"):
        memory.MemoryService(conf, "shop").get(next(deployed.names))


def test_a_public_service_on_the_private_distribution_is_told_so(deployed: Deployed) -> None:
    conf = {**deployed.conf("public"), "DISTRIBUTION": deployed.outputs["PrivateDistribution"]}
    with pytest.raises(memory.ConfigurationError, match="wants signed URLs"):
        memory.MemoryService(conf, "shop").get("anything")


def test_what_is_no_envelope_is_corrupt(deployed: Deployed) -> None:
    name = next(deployed.names)
    s3 = deployed.cloud.client("s3")
    s3.put_object(Bucket=deployed.outputs["StorageBucket"], Key=f"public/shop/{name}.json", Body=b"<html>")
    with pytest.raises(memory.CorruptValueError, match=f'"{name}": the document is not JSON'):
        memory.MemoryService(deployed.conf("public"), "shop").get(name)


def test_a_removed_value_is_a_miss_once_no_edge_has_it(deployed: Deployed) -> None:
    mem = memory.MemoryService(deployed.conf("public"), "shop")
    name = next(deployed.names)
    mem.put(name, 1)
    mem.remove(name)
    assert mem.get(name) is None


def test_no_output_of_the_stack_holds_key_material(deployed: Deployed) -> None:
    shown = json.dumps(dict(deployed.outputs))
    assert "PRIVATE KEY" not in shown
    assert base64.b64encode(b"-----BEGIN")[:12].decode() not in shown
    assert deployed.outputs["PrivateKeyArn"].startswith("arn:aws:ssm:")


def test_the_edge_serves_the_very_bytes_that_were_stored(deployed: Deployed) -> None:
    name, document = next(deployed.names), encode("x" * 2000)
    key = f"public/shop/{name}.json"
    deployed.cloud.client("s3").put_object(Bucket=deployed.outputs["StorageBucket"], Key=key, Body=document)
    assert deployed.fetch("Distribution", f"/shop/{name}.json") == (200, document)


def test_no_log_of_any_function_holds_a_key_or_a_signature(deployed: Deployed) -> None:
    deployed.cloud.client("lambda").invoke(FunctionName="lambda-cache-nodejs-auth-demo")
    logs = deployed.cloud.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    assert any("EdgeSetup" in group for group in groups)
    assert any("nodejs-auth-demo" in group for group in groups)
    text = "\n".join(
        event["message"] for group in groups for event in logs.filter_log_events(logGroupName=group)["events"]
    )
    assert 'memory: get "var1" from memory' in text
    name = deployed.outputs["PrivateKeyArn"].partition(":parameter")[2]
    secret = deployed.cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    key_lines = json.loads(secret)["private_key"].splitlines()
    assert not [line for line in [*key_lines, "Signature=", "Policy="] if line in text]

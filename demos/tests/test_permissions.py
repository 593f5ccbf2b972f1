"""The deployed template with permissions enforced, over TLS: what each demo's role lets the SDKs do, and the edges."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import memory
import pytest
from local_cloud import LocalCloud
from local_cloud.application import deploy_application
from memory._credential_source import forget_credentials
from memory._signing import Signer, SigningKey, wildcard
from notation import from_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")
STACK = "memory"
ORIGIN = {"Origin": "https://app.example.com"}


@dataclass(frozen=True)
class Demo:
    """A demo's service, and the role that its function has."""

    role: str
    service: str
    visibility: str


DEMOS = {
    "python": Demo("PythonDemoRole", "memory-service-python-demo", "public"),
    "nodejs": Demo("NodejsDemoRole", "memory-service-nodejs-demo", "public"),
    "nodejs-auth": Demo("NodejsAuthDemoRole", "memory-service-nodejs-auth-demo", "private"),
}
CALLS: dict[str, Callable[[memory.MemoryService], Any]] = {
    "put": lambda mem: mem.put("n", 1),
    "get, consistent": lambda mem: mem.get("n", consistent=True),
    "get what is not there, consistent": lambda mem: mem.get("never", consistent=True),
    "remove": lambda mem: mem.remove("n"),
    "keys": lambda mem: list(mem.keys()),
}


class Deployed:
    """The stack, and what tests do with it."""

    def __init__(self, cloud: LocalCloud, outputs: Mapping[str, str]) -> None:
        self.cloud = cloud
        self.outputs = outputs

    def conf(self, visibility: str, **more: Any) -> dict[str, Any]:
        """Return the configuration of a public or private service."""
        public = visibility == "public"
        keys = {"PK_PATH": self.outputs["PrivateKeyArn"], "PUBLIC_KEY_ID": self.outputs["PublicKeyId"]}
        return {
            "DISTRIBUTION": self.outputs["Distribution" if public else "PrivateDistribution"],
            "BUCKET_NAME": self.outputs["StorageBucket"],
            "REGION": "us-east-1",
            "EDGE_ENDPOINT": self.cloud.edge_endpoint,
            **({} if public else keys),
            **more,
        }

    def credentials(self, role: str) -> dict[str, str]:
        """Return the environment of a function that has a role of the stack."""
        resource = self.cloud.client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId=role
        )
        name = resource["StackResourceDetail"]["PhysicalResourceId"]
        arn = self.cloud.client("iam").get_role(RoleName=name)["Role"]["Arn"]
        given = self.cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        return {
            **self.cloud.environment(),
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    def ask(
        self, distribution: str, path: str, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send the edge a request as it is written, without any client's tidying up of the path.

        One with an `Origin` is a browser's, which cannot name the distribution in `Host`.
        """
        from_page = "Origin" in (headers or {})
        domain = self.outputs[distribution]
        endpoint = self.cloud.browser_endpoint(domain) if from_page else self.cloud.edge_endpoint
        port = int(endpoint.rpartition(":")[2])
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            host = {} if from_page else {"Host": domain}
            connection.request(method, path, headers={**host, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def signature(self, service: str) -> str:
        """Return the query with which the private values of a service are read."""
        name = self.outputs["PrivateKeyArn"].partition(":parameter")[2]
        parameter = self.cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
        secret = json.loads(parameter["Value"])
        key = SigningKey.from_pem(secret["public_key_id"], secret["private_key"].encode(), name)
        resource = wildcard(f"https://{self.outputs['PrivateDistribution']}", service)
        return Signer(resource, lambda _: key, 900, time.time).query()


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    modules = ROOT / "infra" / "edge-setup" / "node_modules"
    with LocalCloud.start(auth=True, variables={"NODE_PATH": str(modules)}) as cloud:
        yield deploy(cloud)


def deploy(cloud: LocalCloud, **parameters: str) -> Deployed:
    """Deploy the template, or update what is deployed."""
    template = ROOT / "infra" / "template.yaml"
    stack = deploy_application(cloud, template, stack_name=STACK, parameters=parameters)
    return Deployed(cloud, stack.outputs)


@pytest.fixture
def act_as(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Let this process have the credentials of a role of the stack."""

    def act(role: str) -> None:
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        forget_credentials()  # a function has one role for life
        for variable, value in deployed.credentials(role).items():
            monkeypatch.setenv(variable, value)

    yield act
    forget_credentials()


@pytest.fixture(scope="module")
def secret(deployed: Deployed) -> str:
    """The path of a private value of the service `shop`."""
    bucket = deployed.outputs["StorageBucket"]
    deployed.cloud.client("s3").put_object(Bucket=bucket, Key="private/shop/a.json", Body=b"secret")
    return "/shop/a.json"


@pytest.mark.parametrize("demo", DEMOS.values(), ids=DEMOS)
def test_a_demo_s_role_suffices_for_every_call_of_its_service(
    deployed: Deployed, act_as: Callable[[str], None], demo: Demo
) -> None:
    act_as(demo.role)
    with memory.MemoryService(deployed.conf(demo.visibility), demo.service) as mem:
        mem.put("a", 1, ttl=60, storage_class="STANDARD_IA")
        with memory.MemoryService(deployed.conf(demo.visibility), demo.service) as reader:
            assert reader.get("a") == 1
        assert mem.get("a", consistent=True) == 1
        assert (mem.get("never", "none"), mem.get("never", "none", consistent=True)) == ("none", "none")
        with pytest.raises(memory.ConflictError):
            mem.put("a", 2, if_absent=True)
        assert mem.update("a", lambda value: value + 1) == 2
        assert mem.increment("a") == 3
        assert mem.get_or_put("b", lambda: "made") == "made"
        mem.put_many({"tenant/1": "x", "tenant/2": "y"})
        assert mem.get_many(["a", "tenant/1", "never"]) == {"a": 3, "tenant/1": "x"}
        assert set(mem.keys()) == {"a", "b", "tenant/1", "tenant/2"}
        mem.clear("tenant/")
        mem.remove("a")
        mem.remove_many(["b"])
        assert list(mem.keys()) == []


@pytest.mark.parametrize("demo", DEMOS.values(), ids=DEMOS)
def test_a_demo_s_role_suffices_when_the_edge_fails(
    deployed: Deployed, act_as: Callable[[str], None], demo: Demo
) -> None:
    act_as(demo.role)
    nobody = "http://127.0.0.1:9"  # the discard service, which no machine runs any more
    conf = deployed.conf(demo.visibility, EDGE_ENDPOINT=nobody)
    with memory.MemoryService(conf, demo.service) as mem:
        mem.put("failover", 1)
    with memory.MemoryService(conf, demo.service) as mem:  # another, which remembers nothing
        assert mem.get("failover") == 1
        assert mem.get("never") is None
        mem.remove("failover")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("demo", DEMOS.values(), ids=DEMOS)
def test_a_demo_s_role_is_refused_by_each_other_service(
    deployed: Deployed, act_as: Callable[[str], None], demo: Demo, call: Callable[[Any], Any]
) -> None:
    act_as(demo.role)
    for other in DEMOS.values():
        for visibility in ("public", "private"):
            if (other.service, visibility) == (demo.service, demo.visibility):
                continue
            mem = memory.MemoryService(deployed.conf(visibility), other.service)
            with mem, pytest.raises(memory.AccessDeniedError):
                call(mem)


@pytest.mark.parametrize("demo", DEMOS.values(), ids=DEMOS)
def test_the_node_sdk_needs_no_more(deployed: Deployed, demo: Demo) -> None:
    done = exchange(deployed, demo, demo)
    assert (done.returncode, json.loads(done.stdout)["never"]) == (0, "missing"), done.stderr
    neighbour = DEMOS["nodejs" if demo is DEMOS["python"] else "python"]
    refused = exchange(deployed, demo, neighbour)
    assert refused.returncode != 0
    assert "AccessDeniedError" in refused.stderr


def exchange(deployed: Deployed, demo: Demo, service_of: Demo) -> subprocess.CompletedProcess[str]:
    """Let the Node SDK put and get values of one demo's service with the role of another."""
    assert NODE, "node is not on PATH: run `python3 noxfile.py -s test`"
    work = {
        "conf": deployed.conf(service_of.visibility),
        "service": service_of.service,
        "put": {"node": from_python(1)},
        "get": ["node", "never"],
    }
    return subprocess.run(
        [NODE, str(Path(__file__).with_name("exchange.js"))],
        input=json.dumps(work),
        env={**os.environ, **deployed.credentials(demo.role)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("signed", ["unsigned", "signed"])
@pytest.mark.parametrize(
    "path",
    [
        "/shop/a.json",
        "/private/shop/a.json",
        "/../private/shop/a.json",
        "/./../private/shop/a.json",
        "/%2e%2e/private/shop/a.json",
        "/..%2Fprivate%2Fshop%2Fa.json",
        "//private/shop/a.json",
        "/shop/../../private/shop/a.json",
    ],
)
def test_a_private_value_is_unreachable_through_the_public_distribution(
    deployed: Deployed, secret: str, path: str, signed: str
) -> None:
    assert secret
    query = f"?{deployed.signature('shop')}" if signed == "signed" else ""
    status, _, body = deployed.ask("Distribution", f"{path}{query}")
    assert status in {403, 404}
    assert b"secret" not in body


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("service", [None, "another", "sho", "shop2"])
def test_a_private_value_is_unreachable_without_its_service_s_signature(
    deployed: Deployed, secret: str, method: str, service: str | None
) -> None:
    query = f"?{deployed.signature(service)}" if service else ""
    status, _, body = deployed.ask("PrivateDistribution", f"{secret}{query}", method, ORIGIN)
    assert status == 403
    assert b"secret" not in body


def test_a_private_value_is_read_with_its_service_s_signature(deployed: Deployed, secret: str) -> None:
    status, _, body = deployed.ask("PrivateDistribution", f"{secret}?{deployed.signature('shop')}")
    assert (status, body) == (200, b"secret")


@pytest.mark.parametrize("distribution", ["Distribution", "PrivateDistribution"])
def test_browsers_may_read_every_answer_that_comes_from_the_bucket(
    deployed: Deployed, secret: str, distribution: str
) -> None:
    bucket = deployed.outputs["StorageBucket"]
    deployed.cloud.client("s3").put_object(Bucket=bucket, Key="public/shop/a.json", Body=b"public")
    query = f"?{deployed.signature('shop')}" if distribution == "PrivateDistribution" else ""
    found = deployed.ask(distribution, secret + query, headers=ORIGIN)
    tag = {"If-None-Match": found[1]["ETag"]}
    answers = [
        found,
        deployed.ask(distribution, secret + query, headers={**ORIGIN, **tag}),
        deployed.ask(distribution, secret + query, "HEAD", ORIGIN),
        deployed.ask(distribution, f"/shop/never.json{query}", headers=ORIGIN),
        deployed.ask(distribution, f"/shop/never.json{query}", "HEAD", ORIGIN),
    ]
    assert [status for status, _, _ in answers] == [200, 304, 200, 404, 404]
    for status, headers, _ in answers:
        assert headers["Access-Control-Allow-Origin"] == "*", status
        assert {"ETag", "Age", "X-Cache"} <= set(headers["Access-Control-Expose-Headers"].split(", ")), status
        assert headers["X-Content-Type-Options"] == "nosniff", status
        assert headers["Strict-Transport-Security"] == "max-age=31536000", status
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'", status
        assert headers["Referrer-Policy"] == "no-referrer", status


def test_a_refusal_of_cloudfront_s_own_carries_no_such_header(deployed: Deployed, secret: str) -> None:
    """No headers policy reaches it: a page cannot tell it from a network that is down."""
    status, headers, _ = deployed.ask("PrivateDistribution", secret, headers=ORIGIN)
    assert (status, headers["Server"]) == (403, "CloudFront")
    assert "Access-Control-Allow-Origin" not in headers


def test_names_of_one_s_own_are_read_from_after_an_update_in_place(
    deployed: Deployed, act_as: Callable[[str], None]
) -> None:
    names = {"PublicAlias": "values.example.com", "PrivateAlias": "private.example.com"}
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/0"
    updated = deploy(deployed.cloud, CertificateArn=certificate, **names)
    assert updated.outputs["StorageBucket"] == deployed.outputs["StorageBucket"]
    for demo, name in ((DEMOS["python"], "PublicAlias"), (DEMOS["nodejs-auth"], "PrivateAlias")):
        act_as(demo.role)
        conf = updated.conf(demo.visibility)
        assert conf["DISTRIBUTION"] == names[name]
        with memory.MemoryService(conf, demo.service) as mem:
            mem.put("alias", 1)
        with memory.MemoryService(conf, demo.service) as mem:  # another, which remembers nothing
            entry = mem.get_entry("alias")
            assert entry is not None
            assert (entry.value, entry.source) == (1, "edge")

"""The endpoint vectors say what botocore does, except where this specification refuses more or follows more."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.utils import get_environ_proxies
from conformance import endpoints, home
from conformance.vectors import Kind, load

if TYPE_CHECKING:
    from conformance.vectors import Vector

VECTORS = {vector.id: vector for vector in load(home.VECTORS) if vector.kind is Kind.ENDPOINT}
_LOADER = Loader()  # one for all: to read the models takes most of the time
_SIGNED = re.compile("Credential=[^/]+/[0-9]+/([^/]+)/")
_CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "s3": ("get_object", {"Key": "key"}),
    "ssm": ("get_parameter", {"Name": "key"}),
    "secretsmanager": ("get_secret_value", {"SecretId": "key"}),
    "sts": ("get_caller_identity", {}),
    "cloudfront": ("get_distribution", {"Id": "E1"}),
}

# What the specification refuses and botocore takes, or takes as something else. Whoever adds to this says why.
STRICTER = {
    "endpoints/hosts/ssm-aws-cn-fips": "no such host is known in China",
    "endpoints/hosts/ssm-aws-cn-both": "as above",
    "endpoints/hosts/secretsmanager-aws-cn-fips": "as above",
    "endpoints/hosts/secretsmanager-aws-cn-both": "as above",
    "endpoints/hosts/sts-aws-cn-fips": "as above",
    "endpoints/hosts/sts-aws-cn-both": "as above",
    "endpoints/hosts/cloudfront-aws-cn-fips": "as above",
    "endpoints/hosts/cloudfront-aws-cn-both": "as above",
    "endpoints/hosts/partition-us-iso-east-1": "nobody has tried it there",
    "endpoints/hosts/partition-us-isob-east-1": "as above",
    "endpoints/hosts/partition-us-isof-south-1": "as above",
    "endpoints/hosts/partition-eu-isoe-west-1": "as above",
    "endpoints/hosts/partition-eusc-de-east-1": "as above",
    "endpoints/hosts/fips-odd": "botocore takes what is not true as false",
    "endpoints/hosts/dual-odd": "as above",
    "endpoints/configured/ignored-odd": "as above",
    "endpoints/profiles/fips-odd": "as above",
    "endpoints/profiles/accelerate": "botocore uses it",
    "endpoints/profiles/s3-dual": "botocore uses it",
    "endpoints/regions/odd-global": "botocore has S3's old global host for it",
    "endpoints/regions/odd-fips": "botocore takes it apart",
    "endpoints/regions/odd-fips-end": "as above",
    "endpoints/regions/odd-upper": "botocore makes a host of it",
    "endpoints/configured/odd-user": "botocore drops the user",
    "endpoints/configured/odd-fragment": "botocore keeps it somewhere in the URL",
    "endpoints/hosts/fips-configured": "botocore drops the switch",
    "endpoints/hosts/dual-configured": "as above",
    "endpoints/regions/none": "botocore has S3's old global host for it",
}
# What is followed otherwise than botocore does.
OTHERWISE = {
    "endpoints/configured/all-cloudfront": "botocore signs for the client's Region, which CloudFront would refuse",
    "endpoints/configured/own-cloudfront": "as above",
    "endpoints/configured/section-cloudfront": "as above",
    "endpoints/profiles/named-twice": "botocore looks at AWS_DEFAULT_PROFILE first, every other SDK never",
    "endpoints/proxies/no-port": "the standard library looks for a port in the URL only",
    "endpoints/proxies/no-star": "the standard library knows no such pattern",
    "endpoints/proxies/no-spaces": "nor white space",
    "endpoints/proxies/no-block": "nor blocks of addresses",
    "endpoints/proxies/bare": "it leaves the scheme out",
    "endpoints/proxies/port": "it leaves the port out",
    "endpoints/proxies/user": "it leaves the user in",
    "endpoints/proxies/all": "botocore knows no ALL_PROXY",
    "endpoints/proxies/all-lower": "as above",
    "endpoints/proxies/loopback": "botocore asks the proxy for the loopback too",
    "endpoints/proxies/localhost": "as above",
    "endpoints/proxies/loopback-6": "as above",
    "endpoints/proxies/link-local": "as above",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Take away what would configure botocore here."""
    for name in [*os.environ]:
        if name.startswith(("AWS_", "MEMORY_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return monkeypatch


def of(*members: str) -> list[Any]:
    """Return the vectors that expect one of these, of AWS's services."""
    found = [vector for vector in VECTORS.values() if set(members) & vector.members.keys()]
    return [pytest.param(vector, id=vector.id) for vector in found if vector.members["endpoint"] != "edge"]


def asked(vector: Vector, environment: pytest.MonkeyPatch) -> tuple[str, str]:
    """Return the URL that botocore asks, without what the call adds, and the Region that it signs for."""
    request = endpoints.request(vector)
    for name, value in request["environment"].items():
        environment.setenv(name, value)
    service, conf = request["target"], request["conf"]
    operation, arguments = _CALLS[service]
    sent: list[Any] = []

    def answer(request: Any, **_: Any) -> None:
        sent.append(request)
        raise _AskedError

    session = botocore.session.Session()
    session.register_component("data_loader", _LOADER)
    session.set_credentials("AKIDEXAMPLE", "secret", None)
    client = session.create_client(service, _region(service, conf, request["environment"]))
    client.meta.events.register("before-send", answer)
    bucket = {"Bucket": conf["BUCKET_NAME"]} if service == "s3" else {}
    with pytest.raises(_AskedError):
        getattr(client, operation)(**bucket, **arguments)
    url = sent[0].url.removesuffix("/2020-05-31/distribution/E1").removesuffix("/key").rstrip("/")
    found = _SIGNED.search(str(sent[0].headers["Authorization"]))
    assert found
    return url, found[1]


@pytest.mark.parametrize("vector", of("url"))
def test_botocore_asks_the_same(vector: Vector, environment: pytest.MonkeyPatch) -> None:
    url, region = asked(vector, environment)
    expected = (vector.members["url"], vector.members.get("region", region))
    assert ((url, region) != expected) if vector.id in OTHERWISE else ((url, region) == expected)


@pytest.mark.parametrize("vector", of("signed_by"))
def test_botocore_signs_by_the_same_key(vector: Vector, environment: pytest.MonkeyPatch) -> None:
    if vector.id == "endpoints/credentials/named-before-web-identity":
        pytest.skip("botocore looks at the web identity first, AWS's other SDKs at the profile that is named")
    for name, value in endpoints.request(vector)["environment"].items():
        environment.setenv(name, value)
    found = botocore.session.Session().get_credentials()
    assert found is not None
    signed_by = {"access_key_id": found.access_key, "session_token": found.token or None}
    assert signed_by == vector.members["signed_by"]


@pytest.mark.parametrize("vector", of("error"))
def test_botocore_refuses_as_well_or_it_is_known_not_to(
    vector: Vector, environment: pytest.MonkeyPatch
) -> None:
    if vector.clause.startswith(("PROXY", "TRUST", "KEYS", "AWS")):
        pytest.skip("botocore looks at these when it connects")
    try:
        asked(vector, environment)
    except (BotoCoreError, ValueError):
        assert vector.id not in STRICTER
    else:
        assert vector.id in STRICTER


@pytest.mark.parametrize("vector", of("proxy"))
def test_botocore_takes_the_same_proxy(vector: Vector, environment: pytest.MonkeyPatch) -> None:
    url, _ = asked(vector, environment)
    found = get_environ_proxies(url).get(url.partition(":")[0])
    if vector.id in OTHERWISE:
        assert found != vector.members["proxy"]
    else:
        assert found == vector.members["proxy"]


def test_exceptions_are_vectors() -> None:
    assert not {*STRICTER, *OTHERWISE} - VECTORS.keys()


class _AskedError(BaseException):
    """What is asked is known, and need not be answered."""


def _region(service: str, conf: dict[str, Any], environment: dict[str, str]) -> str | None:
    """Return the Region that an application would hand to botocore (END-1); None leaves it to botocore."""
    platform = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None
    if service in {"ssm", "secretsmanager"}:
        return str(conf["PK_PATH"].split(":")[3])
    if service == "sts" and platform:
        return platform
    return conf.get("REGION") or environment.get("MEMORY_REGION") or environment.get("AWS_REGION") or None

"""The cloud in memory, as those use it who test what uses Memory Service."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from memory import BatchError, ConfigurationError, ConflictError, MemoryService, UnavailableError
from memory._wire import WIRE
from memory.testing import Clock, Cloud
from moto import mock_aws

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    CONF = dict[str, Any]

MODULE = MemoryService(
    {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "us-east-1"}, "shop"
)


def test_puts_and_gets_open_no_socket_and_start_no_thread(
    memory_cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a test wants the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    mem = MemoryService(memory_cloud.conf(), "shop")
    mem.put("a", {"b": [1, 2.5]})
    assert mem.get("a") == {"b": [1, 2.5]}
    assert mem.increment("n") == 1
    assert MemoryService(memory_cloud.conf(), "shop").get("a") == {"b": [1, 2.5]}
    assert sorted(mem.keys()) == ["a", "n"]
    mem.remove("a")
    assert mem.get("a") is None


def test_time_passes_when_told_to(memory_cloud: Cloud) -> None:
    mem, other = (MemoryService(memory_cloud.conf(), "shop") for _ in range(2))
    mem.put("a", 1, ttl=60, edge_ttl=10)
    assert other.get("a") == 1
    mem.put("a", 2)
    assert other.get("a") == 1  # from its memory, and from what the edge holds
    memory_cloud.clock.advance(11)
    assert other.get("a") == 2
    mem.put("b", 1, ttl=60)
    memory_cloud.clock.advance(61)
    assert mem.get("b", "ended") == "ended"


def test_a_clock_may_stand_still() -> None:
    with Cloud(Clock(1_800_000_000)) as cloud:
        mem = MemoryService(cloud.conf(), "shop")
        mem.put("a", 1)
        entry = mem.get_entry("a")
        assert entry is not None
        assert entry.stored_at is not None
        assert entry.stored_at.timestamp() == 1_800_000_000


def test_a_service_of_a_module_is_in_the_cloud_of_each_test() -> None:
    for value in (1, 2):
        with Cloud() as cloud:
            assert MODULE.get("a") is None
            MODULE.put("a", value)
            assert MODULE.get("a") == value
            assert list(cloud.objects) == ["public/shop/a.json"]
    assert WIRE.double is None


def test_points_of_presence_have_copies_of_their_own() -> None:
    with Cloud(points_of_presence=2) as cloud:
        writer, reader = (MemoryService(cloud.conf(LOCAL_MAX_ITEMS=0), "shop") for _ in range(2))
        writer.put("a", 1)
        assert reader.get("a") == 1
        writer.put("a", 2)
        cloud.roam(1)
        assert MemoryService(cloud.conf(), "shop").get("a") == 2
        cloud.roam(0)
        assert MemoryService(cloud.conf(), "shop").get("a") == 1
        with pytest.raises(ValueError, match="there are 2"):
            cloud.roam(2)


def test_things_go_wrong_on_demand(memory_cloud: Cloud) -> None:
    mem = MemoryService(memory_cloud.conf(LOCAL_MAX_ITEMS=0), "shop")
    mem.put("a", 1)
    memory_cloud.fail("edge", "status", status=500)
    memory_cloud.requests.clear()
    assert mem.get("a") == 1
    assert [entry.where for entry in memory_cloud.requests] == ["edge", "s3"]
    memory_cloud.fail("s3", "hang")
    with pytest.raises(UnavailableError) as raised:
        mem.put("a", 2)
    assert raised.value.outcome_unknown
    memory_cloud.heal()
    memory_cloud.fail("s3", "lost", method="PUT", times=1)
    mem.put("b", 1, if_absent=True)
    assert mem.get("b") == 1


def test_an_error_of_s3_has_the_code_that_is_asked_for(memory_cloud: Cloud) -> None:
    memory_cloud.fail("s3", "status", status=400, code="RequestTimeout", method="PUT", times=1)
    mem = MemoryService(memory_cloud.conf(), "shop")
    mem.put("a", 1)
    assert [entry.status for entry in memory_cloud.requests] == [400, 200]


def test_keys_that_cannot_be_removed_are_named_and_stay(memory_cloud: Cloud) -> None:
    mem = MemoryService(memory_cloud.conf(), "shop")
    mem.put("a", 1)
    memory_cloud.fail("s3", "keys", code="AccessDenied", method="POST")
    with pytest.raises(BatchError) as raised:
        mem.remove_many(["a"])
    assert {name: error.code for name, error in raised.value.errors.items()} == {"a": "access_denied"}
    assert "public/shop/a.json" in memory_cloud.objects


def test_something_happens_in_the_middle(memory_cloud: Cloud) -> None:
    mem, other = (MemoryService(memory_cloud.conf(), "shop") for _ in range(2))
    memory_cloud.meanwhile(lambda: other.put("a", 5), method="PUT", key="public/shop/a.json")
    assert mem.increment("a") == 6
    memory_cloud.meanwhile(lambda: other.put("b", 5), method="PUT", key="public/shop/b.json")
    with pytest.raises(ConflictError):
        mem.put("b", 1, if_absent=True)


def test_private_values_and_invalidations(ec_key: ec.EllipticCurvePrivateKey, memory_cloud: Cloud) -> None:
    from doubles import pem

    key = {"public_key_id": "K1", "private_key": pem(ec_key).decode()}
    memory_cloud.parameters["/k"] = json.dumps(key)
    memory_cloud.trust("K1", ec_key.public_key())
    conf = memory_cloud.conf(
        PK_PATH="arn:aws:ssm:us-east-1:123456789012:parameter/k", DISTRIBUTION_ID="E1", LOCAL_MAX_ITEMS=0
    )
    mem, reader = MemoryService(conf, "shop"), MemoryService(conf, "shop")
    mem.put("a", 1)
    assert reader.get("a") == 1
    mem.put("a", 2, invalidate=True)
    assert MemoryService(conf, "shop").get("a") == 2
    assert memory_cloud.invalidations == [("E1", ["/shop/a.json"])]
    assert memory_cloud.fetch("public.testing", "/shop/a.json?Key-Pair-Id=K2").status == 403


def test_a_bucket_that_is_not_there_is_a_matter_of_configuration() -> None:
    with Cloud(buckets=["values"]) as cloud, pytest.raises(ConfigurationError, match="NoSuchBucket"):
        MemoryService(cloud.conf(), "shop").put("a", 1)


def test_under_moto_alone_nothing_leaves_for_the_network() -> None:
    conf = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "us-east-1"}
    with mock_aws():
        mem = MemoryService(conf, "shop")
        for call in (
            lambda: mem.put("a", 1),
            lambda: mem.get("a"),
            lambda: mem.get("a", consistent=True),
            lambda: list(mem.keys()),
            lambda: mem.increment("a"),
        ):
            with pytest.raises(ConfigurationError, match="use memory.testing"):
                call()
        with Cloud():
            mem.put("a", 1)

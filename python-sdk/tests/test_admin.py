"""The service as tools have it: S3 alone, exact ends, whole documents."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import memory
import pytest
from memory._admin import Admin
from memory._bucket import Bucket
from memory._envelope import decode, encode
from memory._options import Condition, PutOptions
from memory._wire import WIRE
from memory.testing import Cloud

PLAIN = PutOptions(None, 5, "STANDARD")
CONF = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "any"}
SRC = Path(__file__).resolve().parents[1] / "src"


def admin(cloud: Cloud, visibility: str = "public", place: str = "shop", **conf: Any) -> Admin:
    config = memory.Config.resolve(cloud.conf(), {})
    return Admin(Bucket(config, "shop", WIRE), visibility, place, conf, cloud.clock)


def document(cloud: Cloud, key: str = "public/shop/a.json") -> bytes:
    return cloud.objects[key].body


def test_a_value_ends_when_that_is_said_and_not_after_a_ttl(memory_cloud: Cloud) -> None:
    options = PutOptions(60.0, 5, "STANDARD", ends_at=1_900_000_000_123)
    admin(memory_cloud).store("a", 1, options)
    assert decode(document(memory_cloud)).expires_at == 1_900_000_000_123
    assert memory_cloud.objects["public/shop/a.json"].tags == {"ttl-days": "1"}


def test_private_values_need_no_key_and_nobody_asks_an_edge(memory_cloud: Cloud) -> None:
    keeper = admin(memory_cloud, "private")
    version = keeper.store("a", 1, PLAIN)
    keeper.touch("a", 60)
    assert keeper.get("a", consistent=True) == 1
    assert version
    assert {entry.where for entry in memory_cloud.requests} == {"s3"}
    assert list(memory_cloud.objects) == ["private/shop/a.json"]


def test_a_document_is_restored_byte_by_byte_though_the_answer_is_lost(memory_cloud: Cloud) -> None:
    text = json.dumps(json.loads(encode([1.0], write="a" * 16)), indent=1).encode()
    for condition in (Condition(None), None):
        memory_cloud.fail("s3", "lost", method="PUT", times=1)
        version = admin(memory_cloud).restore("a", text, PLAIN, condition)
        assert document(memory_cloud) == text
        assert version == memory_cloud.objects["public/shop/a.json"].version
        memory_cloud.heal()


def test_a_document_that_did_not_arrive_is_sent_again(memory_cloud: Cloud) -> None:
    memory_cloud.fail("s3", "hang", method="PUT", times=1)
    admin(memory_cloud).restore("a", encode(1), PLAIN, Condition(None))
    assert decode(document(memory_cloud)).value == 1


def test_somebody_else_s_document_is_a_conflict_though_the_answer_is_lost(memory_cloud: Cloud) -> None:
    keeper = admin(memory_cloud)
    keeper.store("a", "theirs", PLAIN)
    memory_cloud.fail("s3", "lost", method="PUT", times=1)
    with pytest.raises(memory.ConflictError):
        keeper.restore("a", encode("mine"), PLAIN, Condition(None))
    assert decode(document(memory_cloud)).value == "theirs"


def test_a_document_that_readers_call_corrupt_is_not_restored(memory_cloud: Cloud) -> None:
    with pytest.raises(memory.ValueTooLargeError, match=r"public/shop/a\.json: .* MEMORY_MAX_VALUE_BYTES"):
        admin(memory_cloud, MAX_VALUE_BYTES=10).restore("a", encode(1), PLAIN, None)
    assert not memory_cloud.objects


def test_a_replacement_is_a_successor_and_keeps_tags_that_are_valid(memory_cloud: Cloud) -> None:
    keeper = admin(memory_cloud)
    first = keeper.put("a", 1, tags=["p"])
    before = decode(document(memory_cloud))
    second = keeper.replace("a", 2, PLAIN, first, keeps_tags=True)
    held = decode(document(memory_cloud))
    assert (held.tags, held.previous) == (before.tags, (before.write,))
    keeper.invalidate_tags(["p"])
    keeper.replace("a", 3, PLAIN, second, keeps_tags=True)
    assert decode(document(memory_cloud)).tags == {"p": keeper.generation("p")}
    with pytest.raises(memory.ConflictError):
        keeper.replace("a", 4, PLAIN, second)


def test_documents_of_many_are_announced_once(memory_cloud: Cloud) -> None:
    keeper = admin(memory_cloud, place="shop.changes")
    for number in range(5):
        keeper.restore(f"n/{number}", encode(number), PLAIN, None)
    keeper.remove_page([f"n/{number}" for number in range(5)])
    puts = [entry.path for entry in memory_cloud.requests if entry.path.endswith("/.changes.json")]
    assert len(puts) == 2  # one read, one put
    look, now = keeper.record()
    assert look.record is not None
    assert look.record.all == look.record.newest == pytest.approx(now, abs=1)


def test_whoever_keeps_no_bucket_loads_nothing_of_it() -> None:
    code = f"import memory, sys; memory.MemoryService({CONF!r}, 'shop'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={
        "PYTHONPATH": str(SRC),
    }).stdout.split()  # fmt: skip
    assert "memory._bucket" in loaded
    assert "memory._admin" not in loaded

"""Services with a change record: what is written there is announced and signed, and the record is no value."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import memory
import pytest
from local_cloud import Fault
from memory._changes import bucket_of, mark_of
from memory_console.bucket import Bucket
from memory_console.place import check_place, is_record, record_of
from memory_console.sdk import PutOptions, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from local_cloud import Entry, LocalCloud
    from memory_console.sdk import Admin, Record

    from conftest import Values

    Sent = Callable[[], list[Entry]]

RECORD = "public/shop.changes/.changes.json"


def place(values: Values) -> Admin:
    return values.bucket.named(values.name).place("public", "shop.changes")


def record(values: Values) -> Record:
    (_, found), _ = place(values).record()
    assert found is not None
    return found


@pytest.fixture
def settled(values: Values) -> Values:
    """A bucket with a record that is a minute old, so that buckets can be told from what came before."""
    place(values).announce()
    found = record(values)
    # As a writer of long ago would have left it.
    old = found._replace(since=found.newest - 600, all=0)
    values.put_object(RECORD, old.document(mark_of(values.name, RECORD)))
    return values


@pytest.fixture
def sent(settled: Values, asked: Callable[[], list[Entry]]) -> Callable[[], list[Entry]]:
    """What S3 is asked from now on."""
    asked()
    return asked


@pytest.mark.parametrize("key", ["public/shop/.changes.json", "public/shop.changes/a/.changes.json", "x"])
def test_record_of_a_place_is_one_key_alone(key: str) -> None:
    assert is_record(RECORD)
    assert record_of("public", "shop") == record_of("public", "shop.changes") == RECORD
    assert not is_record(key)


@pytest.mark.parametrize("service", ["shop.change", "shop.changes.changes", ".changes", "a b"])
def test_what_is_no_place_is_refused(service: str) -> None:
    with pytest.raises(memory.InvalidNameError):
        check_place(service)


def test_put_announces_its_name_then_writes_with_a_signature_in_the_query(
    settled: Values, sent: Sent
) -> None:
    settled.put("shop.changes", "price", 42)

    requests = sent()
    methods = [(request.method, request.path.rpartition("/")[2]) for request in requests]
    assert methods == [("GET", ".changes.json"), ("PUT", ".changes.json"), ("PUT", "price.json")]
    assert [request.expires for request in requests] == [None, 20, 20]
    assert list(record(settled).times()) == [bucket_of("price")]
    assert record(settled).all == 0


@pytest.mark.parametrize(("seconds", "announcements"), [(90, 1), (110, 2)])
def test_what_landed_later_than_announced_is_announced_again(
    settled: Values, sent: Sent, cloud: LocalCloud, seconds: int, announcements: int
) -> None:
    date = int(time.time()) + seconds
    path = f"/{settled.name}/public/shop.changes/price.json"
    told = f"Date: {formatdate(date, usegmt=True)}"
    cloud.faults.add(Fault(where="s3", kind="headers", method="PUT", path=path, times=1, headers=told))

    settled.put("shop.changes", "price", 42)

    puts = [entry for entry in sent() if entry.method == "PUT" and entry.path.endswith(".changes.json")]
    assert len(puts) == announcements
    assert (record(settled).base(bucket_of("price")) >= date) == (announcements == 2)


def test_put_in_a_service_without_a_record_asks_for_none(settled: Values, sent: Sent) -> None:
    settled.put("shop", "price", 42)

    assert [(request.method, request.expires) for request in sent()] == [("PUT", None)]


def test_what_is_restored_shares_an_announcement_of_everything(settled: Values, sent: Sent) -> None:
    options = PutOptions(None, 5, "STANDARD")
    there = place(settled)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: there.restore(f"n/{number}", encode(number), options, None), range(24)))

    requests = [request.method for request in sent() if request.path.endswith(".changes.json")]
    assert requests == ["GET", "PUT"]
    assert record(settled).all >= record(settled).newest


def test_body_arrives_as_it_was_sent(settled: Values) -> None:
    settled.put("shop.changes", "text", "ü" * 5000, ttl=60)

    found = settled.bucket.read("public/shop.changes/text.json")
    assert found is not None
    assert json.loads(found.document)["value"] == "ü" * 5000
    assert (found.tags, found.headers["Content-Encoding"]) == (1, "gzip")


def test_remove_and_clear_announce(settled: Values, run: Callable[..., Result]) -> None:
    settled.put("shop.changes", "a/1", 1)
    settled.put("shop.changes", "a/2", 2)

    assert run("rm", "shop.changes", "a/1").exit_code == 0
    assert bucket_of("a/1") in record(settled).times()
    assert run("clear", "shop.changes", "--yes").exit_code == 0
    assert record(settled).all >= time.time() - 20
    assert settled.stored_keys() == [RECORD]


def test_nothing_is_written_that_cannot_be_announced(values: Values, cloud: LocalCloud) -> None:
    path = f"/{values.name}/{RECORD}"
    cloud.faults.add(Fault(where="s3", kind="status", status=403, method="PUT", path=path))

    with pytest.raises(memory.AccessDeniedError):
        values.put("shop.changes", "a", 1)

    cloud.faults.clear()
    assert values.stored_keys() == []


def test_whoever_loses_announces_on_top_and_then_everything(
    settled: Values, meanwhile: Callable[..., None]
) -> None:
    puts = [
        lambda name=name: type(settled)(Bucket(settled.name)).put("shop.changes", name, 1) for name in "bc"
    ]
    meanwhile(settled.bucket, RECORD, *puts)

    settled.put("shop.changes", "a", 1)

    assert {bucket_of("b"), bucket_of("c")} <= set(record(settled).times())
    assert record(settled).all > 0


def test_record_is_in_no_listing_and_no_export(
    settled: Values, run: Callable[..., Result], tmp_path: Path
) -> None:
    settled.put("shop.changes", "a", 1)

    assert run("ls").stdout == "public   shop.changes\n"
    assert ".changes.json" not in run("ls", "shop.changes", "-r").stdout
    exported = run("export", str(tmp_path / "all.jsonl"))
    assert exported.exit_code == 0, exported.output
    assert ".changes.json" not in (tmp_path / "all.jsonl").read_text()
    assert run("clear", "shop.changes", "--yes").exit_code == 0
    imported = run("import", str(tmp_path / "all.jsonl"))
    assert imported.exit_code == 0, imported.output
    assert run("get", "shop.changes", "a").stdout == "1\n"


def test_record_by_its_key_is_said_to_be_one(settled: Values, run: Callable[..., Result]) -> None:
    result = run("stat", "--key", RECORD)

    assert result.exit_code == 7
    assert "it is the change record of its service" in result.output


def test_show_says_what_was_announced(settled: Values, found: Callable[..., Any]) -> None:
    settled.put("shop.changes", "a", 1)

    told = found("changes", "show", "shop")
    assert (told["buckets"], told["all"], told["service"]) == (1, None, "shop")
    assert told["age"] <= 10
    assert found("changes", "show", "shop.changes")["version"] == told["version"]


def test_show_tells_no_record_from_one_that_nobody_believes(
    values: Values, run: Callable[..., Result]
) -> None:
    assert run("changes", "show", "shop").exit_code == 3
    values.put_object(RECORD, b"{}")
    assert run("changes", "show", "shop").exit_code == 7


def test_announce_raises_everything_and_keeps_the_edge_ttl(
    values: Values, run: Callable[..., Result]
) -> None:
    values.bucket.s3.put_object(Bucket=values.name, Key=RECORD, Body=b"{}", CacheControl="max-age=9")

    assert run("changes", "announce", "shop").exit_code == 0
    raw = values.bucket.raw(RECORD)
    assert raw is not None
    assert raw.headers["Cache-Control"] == "max-age=9"
    assert raw.headers["Content-Encoding"] == "gzip"
    told = record(values)
    assert (told.since - told.newest, told.all) == (1000, told.newest)


def test_move_copies_values_with_all_that_belongs_to_them(values: Values, found: Callable[..., Any]) -> None:
    values.put("shop", "a", 1, ttl=3600, expires_at=int(time.time() + 3600) * 1000, edge_ttl=9)
    values.put("shop", "b/ü", [1, 2])
    values.put("shop", "gone", 1, expires_at=1)
    before = values.bucket.read("public/shop/a.json")

    assert found("changes", "move", "shop") == {
        "stored": 2,
        "present": 0,
        "different": 0,
        "expired": 1,
        "invalidated": 0,
        "skipped": 0,
    }
    after = values.bucket.read("public/shop.changes/a.json")
    assert before is not None
    assert after is not None
    assert (after.document, after.headers, after.tags) == (before.document, before.headers, before.tags)
    assert record(values).all > 0


def test_move_goes_on_where_it_was_and_replaces_nothing(values: Values, found: Callable[..., Any]) -> None:
    values.put("shop", "a", 1)
    values.put("shop", "b", 2)
    found("changes", "move", "shop")
    values.put("shop", "a", 3)
    values.put("shop", "c", 4)

    again = found("changes", "move", "shop")
    assert (again["stored"], again["present"], again["different"]) == (1, 1, 1)
    assert found("get", "shop.changes", "a")["value"] == 1
    assert found("changes", "move", "shop", "--existing", "replace")["stored"] == 3
    assert found("get", "shop.changes", "a")["value"] == 3


def test_move_says_what_is_no_value(values: Values, run: Callable[..., Result]) -> None:
    values.put_object("public/shop/notes.txt", b"x")

    result = run("changes", "move", "shop")
    assert result.exit_code == 1
    assert "1 objects are no values" in result.output

"""Services with a change record: what is written there is announced and signed, and the record is no value."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import memory
import pytest
from memory._changes import bucket_of
from memory_console.announcer import Announcer
from memory_console.place import check_place, is_record, record_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    from conftest import Values

    Listen = Callable[[str, Callable[..., None]], None]

RECORD = "public/shop.changes/.changes.json"


def announcer(values: Values) -> Announcer:
    return Announcer(values.bucket, RECORD)


def record(values: Values) -> Any:
    found = announcer(values).look()
    assert found.record is not None
    return found


@pytest.fixture
def settled(values: Values) -> Values:
    """A bucket with a record that is a minute old, so that buckets can be told from what came before."""
    found = announcer(values)
    found.announce()
    look = found.look()
    assert look.record is not None
    old = look.record._replace(since=look.date - 600, all=0)
    assert found._put(look, old, look.date)  # as a writer of long ago would have left it
    return values


@pytest.fixture
def listen(values: Values) -> Iterator[Listen]:
    """Let the client of S3, which other tests have as well, tell of something until the test ends."""
    events: Any = values.bucket.s3.meta.events
    heard: list[tuple[str, Callable[..., None]]] = []

    def listen(event: str, call: Callable[..., None]) -> None:
        events.register(event, call)
        heard.append((event, call))

    yield listen
    for event, call in heard:
        events.unregister(event, call)


@pytest.fixture
def sent(settled: Values, listen: Listen) -> list[Any]:
    """What is sent to S3 from now on."""
    requests: list[Any] = []
    listen("before-send.s3", lambda request, **_: requests.append(request))
    return requests


@pytest.mark.parametrize("key", ["public/shop/.changes.json", "public/shop.changes/a/.changes.json", "x"])
def test_record_of_a_place_is_one_key_alone(key: str) -> None:
    assert is_record(RECORD)
    assert record_key("public", "shop") == record_key("public", "shop.changes") == RECORD
    assert not is_record(key)


@pytest.mark.parametrize("service", ["shop.change", "shop.changes.changes", ".changes", "a b"])
def test_what_is_no_place_is_refused(service: str) -> None:
    with pytest.raises(memory.InvalidNameError):
        check_place(service)


def test_put_announces_its_name_then_writes_with_a_signature_in_the_query(
    settled: Values, sent: list[Any]
) -> None:
    settled.put("shop.changes", "price", 42)

    methods = [(request.method, request.url.partition("?")[0].rpartition("/")[2]) for request in sent]
    assert methods == [("GET", ".changes.json"), ("PUT", ".changes.json"), ("PUT", "price.json")]
    for request in sent[1:]:
        assert "X-Amz-Expires=20&" in request.url
        assert "Authorization" not in request.headers
    assert list(record(settled).record.times()) == [bucket_of("price")]
    assert record(settled).record.all == 0


@pytest.mark.parametrize(("seconds", "announcements"), [(90, 1), (110, 2)])
def test_what_landed_later_than_announced_is_announced_again(
    settled: Values, sent: list[Any], listen: Listen, seconds: int, announcements: int
) -> None:
    dates: list[int] = []

    def land_late(parsed: Any, http_response: Any, **_: Any) -> None:
        told = parsed["ResponseMetadata"]["HTTPHeaders"]
        if "price.json" in http_response.url:
            dates.append(int(parsedate_to_datetime(told["date"]).timestamp()) + seconds)
            told["date"] = formatdate(dates[0], usegmt=True)

    listen("after-call.s3.PutObject", land_late)
    settled.put("shop.changes", "price", 42)

    puts = [request for request in sent if request.method == "PUT" and ".changes.json" in request.url]
    assert len(puts) == announcements
    told = record(settled).record
    assert (told.base(bucket_of("price")) >= dates[0]) == (announcements == 2)


def test_put_in_a_service_without_a_record_asks_for_none(settled: Values, sent: list[Any]) -> None:
    settled.put("shop", "price", 42)

    assert [request.method for request in sent] == ["PUT"]
    assert "X-Amz-Expires" not in sent[0].url


def test_many_writes_share_an_announcement_of_everything(settled: Values, sent: list[Any]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: settled.put("shop.changes", f"n/{number}", number), range(24)))

    puts = [request for request in sent if request.method == "PUT" and ".changes.json" in request.url]
    assert len(puts) == 2
    found = record(settled)
    assert found.date - found.record.all < 10


def test_body_arrives_as_it_was_sent(settled: Values) -> None:
    settled.put("shop.changes", "text", "ü" * 5000, ttl=60)

    found = settled.bucket.read("public/shop.changes/text.json")
    assert found is not None
    assert json.loads(found.document)["value"] == "ü" * 5000
    assert (found.tags, found.headers["Content-Encoding"]) == (1, "gzip")


def test_remove_and_clear_announce(settled: Values, run: Callable[..., Result]) -> None:
    settled.put("shop.changes", "a/1", 1)
    settled.put("shop.changes", "a/2", 2)
    settled.bucket._announcers.clear()

    assert run("rm", "shop.changes", "a/1").exit_code == 0
    assert bucket_of("a/1") in record(settled).record.times()
    assert run("clear", "shop.changes", "--yes").exit_code == 0
    assert record(settled).record.all >= record(settled).date - 10
    assert settled.stored_keys() == [RECORD]


def test_nothing_is_written_that_cannot_be_announced(values: Values, listen: Listen) -> None:
    def refuse(request: Any, **_: Any) -> None:
        if request.url.partition("?")[0].endswith(".changes.json") and request.method == "PUT":
            raise RuntimeError("no record today")

    listen("before-send.s3", refuse)
    with pytest.raises((RuntimeError, memory.MemoryServiceError)):
        values.put("shop.changes", "a", 1)

    assert values.stored_keys() == []


def test_whoever_loses_announces_on_top_and_then_everything(settled: Values) -> None:
    others = Announcer(settled.bucket, RECORD)
    looks = iter(["b", "c"])
    mine = announcer(settled)
    original = mine.look

    def look() -> Any:
        found = original()
        if name := next(looks, None):
            others._everything = others._last = None
            others.announce([f"public/shop.changes/{name}.json"])
        return found

    mine.look = look  # type: ignore[method-assign] # somebody is quicker, twice
    mine.announce(["public/shop.changes/a.json"])

    told = record(settled).record
    assert {bucket_of("b"), bucket_of("c")} <= set(told.times())
    assert told.all > 0


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
    told = record(values).record
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
    assert record(values).record.all > 0


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

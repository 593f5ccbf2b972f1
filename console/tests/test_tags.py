"""Tags in a bucket: their records are no values, what was invalidated is no value, and what is moved keeps its tags."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from local_cloud import Fault
from memory._changes import bucket_of, mark_of
from memory_console.bucket import Bucket
from memory_console.commands import import_
from memory_console.explorer.changes import Change
from memory_console.sdk import decode
from memory_console.stored import Address
from memory_console.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from local_cloud import LocalCloud

    from conftest import Values

    Run = Callable[..., Result]
    Found = Callable[..., Any]

RECORD = "public/shop/.tags/user/joe.json"


@pytest.fixture
def tagged(values: Values) -> Values:
    values.put("shop", "a", 1)
    values.put_object(RECORD, b'{"v":1,"type":"int","value":1800000000000,"write":"5d41402abc4b2a76"}')
    return values


def test_they_are_in_no_listing_and_no_export_and_no_clear_removes_them(
    tagged: Values, run: Callable[..., Result], tmp_path: Path
) -> None:
    for arguments in (("ls", "shop"), ("ls", "shop", "-r")):
        (line,) = run(*arguments).stdout.splitlines()
        assert line.endswith("ago   a")
    exported = run("export", str(tmp_path / "all.jsonl"))
    assert exported.exit_code == 0, exported.output
    assert ".tags" not in (tmp_path / "all.jsonl").read_text()
    assert run("clear", "shop", "--yes").exit_code == 0
    assert tagged.stored_keys() == [RECORD]


def test_one_by_its_key_is_said_to_be_one(tagged: Values, run: Callable[..., Result]) -> None:
    result = run("stat", "--key", RECORD)
    assert tagged.stored_keys() == sorted([RECORD, "public/shop/a.json"])
    assert result.exit_code == 7
    assert "it is the record of a tag" in result.output


@pytest.fixture
def pages(values: Values) -> Values:
    """Three pages that came from two products, and one that came from none."""
    values.put("shop", "page/1", "one", tags=["product/7", "layout"])
    values.put("shop", "page/2", "two", tags=["product/8"])
    values.put("shop", "page/3", "three", tags=["product/7"])
    values.put("shop", "page/4", "four")
    return values


def generations(values: Values, name: str, *, service: str = "shop", bucket: Bucket | None = None) -> Any:
    """Return the tags of a stored value, and those generations that its place has now."""
    address = Address("public", service, name)
    stored = (bucket or values.bucket).read(address.key)
    assert stored is not None
    tags = decode(stored.document).tags or {}
    known = Tags(bucket or values.bucket)
    return dict(tags), {tag: known.generation(address, tag) for tag in tags}


def test_what_was_invalidated_is_a_miss_and_nothing_else_is(pages: Values, run: Run) -> None:
    result = run("invalidate", "shop", "product/7")
    assert result.exit_code == 0, result.output
    assert "product/7" in result.output
    codes = [run("get", "shop", f"page/{number}").exit_code for number in (1, 2, 3, 4)]
    assert codes == [3, 0, 3, 0]
    assert "was invalidated by its tag product/7" in run("get", "shop", "page/1").output
    assert len(pages.stored_keys()) == 7


def test_ls_with_a_tag_has_the_values_with_it_and_says_which_are_invalid(
    pages: Values, run: Run, found: Found
) -> None:
    assert [row["name"] for row in found("ls", "shop", "--tag", "product/7")] == ["page/1", "page/3"]
    pages.bucket.remove("public/shop/.tags/layout.json")
    lines = run("ls", "shop", "--tag", "product/7").stdout.splitlines()
    assert [("invalid" in line, line.split()[-1]) for line in lines] == [(True, "page/1"), (False, "page/3")]
    assert found("ls", "shop", "page/1", "--tag", "layout")["invalidated"] == ["layout"]
    assert "there is nothing with the tag other" in run("ls", "shop", "--tag", "other").output
    assert run("ls", "--tag", "other").exit_code == 2


def test_stat_says_which_tags_a_value_has_and_which_were_invalidated(
    pages: Values, run: Run, found: Found
) -> None:
    assert "product/7, layout" in run("stat", "shop", "page/1").output
    assert "tags" not in run("stat", "shop", "page/4").output
    Tags(pages.bucket).invalidate(Address("public", "shop", "a"), "layout")
    assert "product/7, layout; invalidated by layout" in run("stat", "shop", "page/1").output
    told = found("stat", "shop", "page/1")
    assert (told["tags"], told["invalidated"]) == (["product/7", "layout"], ["layout"])


def test_tags_of_a_place_are_invalidated_there_alone(pages: Values, run: Run) -> None:
    pages.put("other", "page/1", 1, tags=["product/7"])
    assert run("invalidate", "other", "product/7").exit_code == 0
    assert run("get", "shop", "page/1").exit_code == 0
    assert run("get", "other", "page/1").exit_code == 3


def test_what_is_no_tag_is_refused_before_any_is_invalidated(pages: Values, run: Run) -> None:
    assert run("invalidate", "shop", "product/7", "a//b").exit_code == 2
    assert run("get", "shop", "page/1").exit_code == 0


def test_a_tag_that_cannot_be_invalidated_is_said_and_the_others_are(
    pages: Values, run: Run, cloud: LocalCloud
) -> None:
    record = f"/{pages.name}/public/shop/.tags/layout.json"
    cloud.faults.add(Fault(where="s3", kind="status", status=403, method="PUT", path=record))
    result = run("invalidate", "shop", "layout", "product/8", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout.splitlines()[0])
    assert (told["tags"], list(told["failed"])) == (["product/8"], ["layout"])
    cloud.faults.clear()
    assert [run("get", "shop", f"page/{number}").exit_code for number in (1, 2)] == [0, 3]


def test_a_put_has_the_tags_that_it_is_given(values: Values, run: Run) -> None:
    assert run("put", "shop", "a", "1", "--tag", "q", "--tag", "p", "--tag", "q").exit_code == 0
    tags, now = generations(values, "a")
    assert list(tags) == ["q", "p"]
    assert tags == now
    assert run("put", "shop", "a", "2").exit_code == 0
    assert generations(values, "a") == ({}, {})
    many = [option for number in range(17) for option in ("--tag", f"t/{number}")]
    assert run("put", "shop", "b", "1", *many).exit_code == 6


def test_what_was_invalidated_is_absent_to_a_put_if_absent(pages: Values, run: Run) -> None:
    assert run("put", "shop", "page/2", "9", "--if-absent").exit_code == 4
    assert run("invalidate", "shop", "product/8").exit_code == 0
    assert run("put", "shop", "page/2", "9", "--if-absent").exit_code == 0
    assert run("get", "shop", "page/2").stdout == "9\n"


def test_an_invalidation_keeps_the_edge_ttl_of_the_record(values: Values, run: Run) -> None:
    values.put_object(RECORD, b"{}")
    values.bucket.s3.put_object(Bucket=values.name, Key=RECORD, Body=b"{}", CacheControl="max-age=60")
    assert run("invalidate", "shop", "user/joe").exit_code == 0
    stored = values.bucket.read(RECORD)
    assert stored is not None
    assert stored.headers["Cache-Control"] == "max-age=60, stale-if-error=300"


def test_a_record_by_a_wrong_clock_is_written_again_by_that_of_s3(values: Values) -> None:
    fast = Tags(values.bucket, clock=lambda: 4_000_000_000.0)
    fast.invalidate(Address("public", "shop", "a"), "user/joe")
    stored = values.bucket.read(RECORD)
    assert stored is not None
    at = decode(stored.document).value / 1000
    assert abs(at - stored.stored_at.timestamp()) <= 10


def test_an_invalidation_is_announced_by_the_name_of_the_record(values: Values) -> None:
    place = values.bucket.place("public", "shop.changes")
    place.announce()
    (_, before), now = place.record()
    assert before is not None
    key = "public/shop.changes/.changes.json"
    values.put_object(key, before._replace(since=now - 600, all=0).document(mark_of(values.name, key)))

    Tags(values.bucket.named(values.name)).invalidate(Address("public", "shop.changes", "a"), "user/joe")

    (_, after), _ = place.record()
    assert after is not None
    assert list(after.times()) == [bucket_of("/user/joe")]


def test_an_export_leaves_out_what_was_invalidated_and_counts_it(
    pages: Values, run: Run, found: Found, tmp_path: Path
) -> None:
    Tags(pages.bucket).invalidate(Address("public", "shop", "a"), "product/7")
    told = found("export", str(tmp_path / "shop.jsonl"), "shop")
    assert told == {"exported": 2, "expired": 0, "invalidated": 2, "skipped": 0}
    assert "one" not in (tmp_path / "shop.jsonl").read_text()


def test_an_import_into_another_bucket_gives_values_the_tags_of_that(
    pages: Values, run: Run, found: Found, tmp_path: Path
) -> None:
    file = str(tmp_path / "shop.jsonl")
    assert run("export", file, "shop").exit_code == 0
    other = Bucket(f"{pages.name}-other")
    other.s3.create_bucket(Bucket=other.name)
    Tags(other).invalidate(Address("public", "shop", "a"), "product/7")
    told = found("import", file, "--bucket", other.name)
    assert (told["stored"], told["invalidated"]) == (4, 0)
    assert [
        run("get", "shop", f"page/{number}", "--bucket", other.name).exit_code for number in (1, 2, 3, 4)
    ] == [0] * 4
    tags, now = generations(pages, "page/1", bucket=other)
    assert tags == now
    assert list(tags) == ["product/7", "layout"]
    again = found("import", file, "--bucket", other.name)
    assert (again["stored"], again["present"], again["different"]) == (0, 4, 0)
    assert run("invalidate", "shop", "product/7", "--bucket", other.name).exit_code == 0
    assert run("get", "shop", "page/1", "--bucket", other.name).exit_code == 3


def test_an_import_back_leaves_out_what_was_invalidated_since(
    pages: Values, run: Run, found: Found, tmp_path: Path
) -> None:
    file = str(tmp_path / "shop.jsonl")
    assert run("export", file, "shop").exit_code == 0
    assert run("clear", "shop", "--yes").exit_code == 0
    assert run("invalidate", "shop", "product/7").exit_code == 0
    told = found("import", file)
    assert (told["stored"], told["invalidated"]) == (2, 2)
    assert [run("get", "shop", f"page/{number}").exit_code for number in (1, 2, 3, 4)] == [3, 0, 3, 0]


def test_an_import_back_after_the_records_were_lost_makes_them_anew(
    pages: Values, run: Run, found: Found, tmp_path: Path
) -> None:
    file = str(tmp_path / "shop.jsonl")
    assert run("export", file, "shop").exit_code == 0
    for key in pages.stored_keys():
        pages.bucket.remove(key)
    assert found("import", file)["stored"] == 4
    assert run("get", "shop", "page/1").exit_code == 0


def test_what_is_invalidated_while_an_import_runs_makes_all_that_it_stores_a_miss(
    pages: Values,
    run: Run,
    tmp_path: Path,
    meanwhile: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = str(tmp_path / "shop.jsonl")
    assert run("export", file, "shop").exit_code == 0
    other = Bucket(f"{pages.name}-target")
    other.s3.create_bucket(Bucket=other.name)
    address = Address("public", "shop", "a")
    meanwhile(other, "public/shop/page/1.json", lambda: Tags(other).invalidate(address, "product/7"))
    monkeypatch.setattr(import_, "CONCURRENCY", 1)
    # What is in the way of page/2 is found invalid by the record as it is then.
    type(pages)(other).put("shop", "page/2", "old", tags=["product/7"])
    assert run("import", file, "--bucket", other.name).exit_code == 0
    codes = [run("get", "shop", f"page/{number}", "--bucket", other.name).exit_code for number in (1, 2, 3)]
    assert codes == [3, 0, 3]


def test_a_value_that_was_invalidated_gives_way_to_an_import(
    values: Values, run: Run, found: Found, tmp_path: Path
) -> None:
    file = str(tmp_path / "shop.jsonl")
    values.put("shop", "page/4", "four")
    assert run("export", file, "shop").exit_code == 0
    values.put("shop", "page/4", "old", tags=["gone"])
    assert found("import", file)["different"] == 1
    assert run("invalidate", "shop", "gone").exit_code == 0
    assert found("import", file)["stored"] == 1
    assert run("get", "shop", "page/4").stdout == "four\n"


def test_a_move_gives_values_the_tags_of_their_new_place(pages: Values, run: Run, found: Found) -> None:
    assert run("invalidate", "shop", "product/8").exit_code == 0
    told = found("changes", "move", "shop")
    assert (told["stored"], told["invalidated"], told["skipped"]) == (3, 1, 0)
    tags, now = generations(pages, "page/1", service="shop.changes")
    assert tags == now
    assert list(tags) == ["product/7", "layout"]
    assert run("invalidate", "shop.changes", "product/7").exit_code == 0
    assert run("get", "shop.changes", "page/1").exit_code == 3
    assert run("get", "shop", "page/1").exit_code == 0


def edited(values: Values, version: str) -> None:
    fields = {"visibility": "public", "service": "shop", "name": "page/1", "type": "str", "text": "new"}
    Change.of({**fields, "version": version}, None, time.time()).store(values.bucket)


def test_an_edit_in_the_explorer_keeps_tags_and_their_generations(values: Values, run: Run) -> None:
    version = values.put("shop", "page/1", "one", tags=["product/7", "layout"])
    before = generations(values, "page/1")
    edited(values, version)
    assert generations(values, "page/1") == before
    assert run("get", "shop", "page/1").stdout == "new\n"


def test_an_edit_of_what_was_invalidated_is_there(values: Values, run: Run) -> None:
    version = values.put("shop", "page/1", "one", tags=["product/7"])
    assert run("invalidate", "shop", "product/7").exit_code == 0
    edited(values, version)
    assert run("get", "shop", "page/1").stdout == "new\n"
    tags, now = generations(values, "page/1")
    assert tags == now
    assert list(tags) == ["product/7"]


def test_of_two_invalidations_at_the_same_time_neither_brings_anything_back(
    pages: Values, run: Run, meanwhile: Callable[..., None]
) -> None:
    address = Address("public", "shop", "a")
    other = Tags(pages.bucket.named(pages.name))
    meanwhile(
        pages.bucket,
        "public/shop/.tags/product/7.json",
        lambda: other.invalidate(address, "product/7"),
        lambda: pages.put("shop", "page/3", 3, tags=["product/7"]),
    )
    assert run("invalidate", "shop", "product/7").exit_code == 0
    assert run("get", "shop", "page/1").exit_code == 3


def test_a_record_that_cannot_be_read_is_replaced(values: Values, run: Run) -> None:
    values.bucket.s3.put_object(Bucket=values.name, Key=RECORD, Body=b"no gzip", ContentEncoding="gzip")
    assert run("put", "shop", "a", "1", "--tag", "user/joe").exit_code == 0
    assert run("get", "shop", "a").exit_code == 0
    values.bucket.s3.put_object(Bucket=values.name, Key=RECORD, Body=b"no gzip", ContentEncoding="gzip")
    assert run("invalidate", "shop", "user/joe").exit_code == 0
    assert run("get", "shop", "a").exit_code == 3

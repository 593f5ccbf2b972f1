"""The data commands on the local cloud, as a person types them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import memory
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from conftest import Values

    Run = Callable[..., Result]


def test_value_is_read_by_the_sdk_with_its_type(values: Values, run: Run) -> None:
    for name, text, kind in (
        ("a", "1.0", "json"),
        ("b", "AP8=", "bytes"),
        ("c", "7", "str"),
        ("d/ö.1", "[2]", "list"),
    ):
        assert run("put", "shop", name, text, "--type", kind).exit_code == 0

    conf = {"DISTRIBUTION": "d111111abcdef8.cloudfront.net", "BUCKET_NAME": values.name}
    with memory.MemoryService(conf, "shop") as shop:
        read = [shop.get(name, consistent=True) for name in ("a", "b", "c", "d/ö.1")]
    assert repr(read) == repr([1.0, b"\x00\xff", "7", [2]])


def test_value_of_the_sdk_is_printed(values: Values, run: Run) -> None:
    values.put("shop", "user", {"Name": "Jöe", "big": 2**60})
    values.put("shop", "text", "two\nlines")

    assert (
        run("get", "shop", "user").stdout
        == '{\n  "Name": "Jöe",\n  "big": {\n    "$int": "1152921504606846976"\n  }\n}\n'
    )
    assert run("get", "shop", "text").stdout == "two\nlines\n"


def test_json_has_value_type_version_and_expiry(values: Values, found: Callable[..., Any]) -> None:
    version = values.put(
        "shop", "n", 2**60, expires_at=32_503_680_000_000, storage_class="STANDARD_IA", edge_ttl=7
    )

    read = found("get", "shop", "n")

    expected = {
        "type": "int",
        "value": {"$int": "1152921504606846976"},
        "tagged": True,
        "version": version,
        "expires_at": "3000-01-01T00:00:00Z",
        "storage_class": "STANDARD_IA",
        "edge_ttl": 7,
        "key": "public/shop/n.json",
    }
    assert {key: read[key] for key in expected} == expected
    assert "value" not in found("stat", "shop", "n")


def test_private_values_are_apart(values: Values, run: Run) -> None:
    values.put("shop", "a", 1, visibility="private")

    assert run("get", "shop", "a").exit_code == 3
    assert run("get", "shop", "a", "--private").stdout == "1\n"
    assert run("get", "shop", "a", env={"MEMORY_VISIBILITY": "private"}).stdout == "1\n"
    assert run("get", "shop", "a", env={"MEMORY_PK_PATH": ""}).stdout == "1\n"  # PRV-1: present is enough


def test_file_is_stored_and_written(values: Values, run: Run, tmp_path: Path) -> None:
    content = bytes(range(256)) * 9
    (tmp_path / "in").write_bytes(content)

    assert run("put", "shop", "file", "--file", str(tmp_path / "in"), "--type", "bytes").exit_code == 0
    assert run("get", "shop", "file", "--output", str(tmp_path / "out")).exit_code == 0
    assert (tmp_path / "out").read_bytes() == content
    assert values.stored_keys() == ["public/shop/file.json"]
    assert run("put", "shop", "in", "--file", "-", input='{"from": "stdin"}').exit_code == 0


def test_ttl_edge_ttl_and_storage_class_are_kept(values: Values, run: Run) -> None:
    now = time.time()

    assert (
        run(
            "put", "shop", "a", "1", "--ttl", "2h", "--edge-ttl", "1m", "--storage-class", "ONEZONE_IA"
        ).exit_code
        == 0
    )

    stored = values.bucket.s3.get_object(Bucket=values.name, Key="public/shop/a.json")
    tags = values.bucket.s3.get_object_tagging(Bucket=values.name, Key="public/shop/a.json")["TagSet"]
    assert json.loads(stored["Body"].read())["expires_at"] == pytest.approx((now + 7200) * 1000, abs=60_000)
    assert (stored["CacheControl"], stored["StorageClass"]) == (
        "max-age=60, stale-if-error=300",
        "ONEZONE_IA",
    )
    assert tags == [{"Key": "ttl-days", "Value": "1"}]


def test_expired_value_is_not_there_but_can_be_looked_at(values: Values, run: Run) -> None:
    values.put("shop", "old", 1, expires_at=1_000)

    assert run("get", "shop", "old").exit_code == 3
    assert "expired at 1970-01-01T00:00:01Z" in run("stat", "shop", "old").stdout
    assert "expired" in run("ls", "shop", "--long").stdout


def test_conditions_hold(values: Values, run: Run) -> None:
    first = run("put", "shop", "a", "1", "--if-absent").stdout.strip()

    assert run("put", "shop", "a", "2", "--if-absent").exit_code == 4
    assert run("put", "shop", "a", "2", "--if-version", first).exit_code == 0
    assert run("put", "shop", "a", "3", "--if-version", first).exit_code == 4
    assert run("rm", "shop", "a", "--if-version", first).exit_code == 4
    assert run("get", "shop", "a").stdout == "2\n"
    assert run("put", "shop", "none", "3", "--if-version", first).exit_code == 4
    assert values.stored_keys() == ["public/shop/a.json"]


def test_removed_value_is_gone(values: Values, run: Run) -> None:
    values.put("shop", "a", 1)

    assert run("rm", "shop", "a").exit_code == 0
    assert run("rm", "shop", "a").exit_code == 3
    assert run("rm", "shop", "a", "--force").exit_code == 0
    assert values.stored_keys() == []


def test_clear_takes_whole_segments_and_asks(values: Values, run: Run, found: Callable[..., Any]) -> None:
    for name in ("tenant/1/a", "tenant/1/b", "tenant/10/a"):
        values.put("shop", name, 1)
    values.put_object("public/shop/tenant/1/foreign", b"")

    assert run("clear", "shop", "tenant/1/").exit_code == 2  # nobody is there to confirm
    assert run("clear", "shop", "tenant/1", "--yes").exit_code == 2
    assert found("clear", "shop", "tenant/1/", "--yes")["removed"] == 2
    assert values.stored_keys() == ["public/shop/tenant/1/foreign", "public/shop/tenant/10/a.json"]


def test_services_of_both_visibilities_are_listed(values: Values, found: Callable[..., Any]) -> None:
    values.put("shop", "a", 1)
    values.put("bank", "a", 1, visibility="private")

    assert found("ls") == [
        {"visibility": "public", "service": "shop"},
        {"visibility": "private", "service": "bank"},
    ]
    assert found("ls", "--private") == {"visibility": "private", "service": "bank"}


def test_names_are_listed_by_folder_prefix_or_all(values: Values, found: Callable[..., Any]) -> None:
    for name in ("user/1", "user/2", "usage", "öl"):
        values.put("shop", name, 1)

    def listed(*arguments: str) -> list[str]:
        rows = found("ls", "shop", *arguments)
        return [row.get("folder") or row["name"] for row in (rows if isinstance(rows, list) else [rows])]

    assert listed() == ["user/", "öl", "usage"]
    assert listed("us") == ["user/", "usage"]
    assert listed("user/") == ["user/1", "user/2"]
    assert listed("us", "--recursive") == ["usage", "user/1", "user/2"]
    assert listed("ö", "--recursive") == ["öl"]
    assert listed("--recursive", "--limit", "2") == ["öl", "usage"]


def test_long_listing_has_type_and_expiry(values: Values, found: Callable[..., Any]) -> None:
    values.put("shop", "a", b"x", storage_class="STANDARD_IA")
    values.put("shop", "b", "y" * 3000, expires_at=int((time.time() + 3600) * 1000))
    values.put_object("public/shop/c.json", b"no envelope")

    a, b, c = found("ls", "shop", "--long")

    assert (a["type"], a["expires_in"], a["storage_class"]) == ("bytes", None, "STANDARD_IA")
    assert b["type"] == "str"
    assert 3000 < b["expires_in"] <= 3600
    assert (c["type"], "JSON" in c["problem"]) == ("corrupt", True)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("get", "shop", "a//b"), 2, "empty segment"),
        (("get", "no service", "a"), 2, "service name"),
        (("put", "shop", "a", "hello"), 2, "--type str"),
        (("put", "shop", "a", "1", "--ttl", "0"), 6, "ttl"),
        (("put", "shop", "a", "1", "--edge-ttl", "2d"), 6, "edge_ttl"),
        (("put", "shop", "a"), 2, "VALUE or --file"),
        (("get", "shop", "a", "--bucket", "not-there"), 6, "no such bucket"),
        (("get", "shop", "a", "--profile", "nobody"), 6, "profile"),
        (("get", "shop", "a", "--edge"), 6, "--distribution"),
        (("get", "shop", "a", "--endpoint-url", "http://127.0.0.1:1"), 8, "127.0.0.1:1"),
        (("ls", "--stack", "not-there"), 6, "not-there"),
        (("import", "/nonexistent"), 2, "does not exist"),
    ],
)
def test_failure_says_what_and_has_its_exit_code(
    values: Values, run: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = run(*arguments)

    assert (result.exit_code, message in result.stderr) == (code, True), result.output
    assert "Traceback" not in result.output


def test_failure_is_json_for_programs(values: Values, run: Run) -> None:
    result = run("get", "shop", "a", "--json")

    assert json.loads(result.stderr)["error"]["code"] == "not_found"
    assert result.stdout == ""


def test_foreign_object_is_corrupt(values: Values, run: Run) -> None:
    values.put_object("public/shop/a.json", b"{}")

    assert run("get", "shop", "a").exit_code == 7


def test_without_bucket_the_options_are_named(run: Run) -> None:
    result = run("ls")

    assert (result.exit_code, "--stack" in result.stderr) == (6, True)

import threading
from typing import Any

import pytest
from doubles import Answer, Clock, WebServer
from memory import BatchError, InvalidNameError, MemoryService, UnavailableError, UnsupportedTypeError
from memory._batch import CONCURRENCY, for_each
from memory._names import name_of, object_key
from memory.testing import Cloud

CONF = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "us-east-1"}


def stored(bucket: Any) -> list[str]:
    return [summary.key for summary in bucket.objects.all()]


def test_many_values_are_stored_with_their_versions(bucket: Any) -> None:
    versions = MemoryService(CONF, "shop").put_many({"a": 1, "b/c": "two"}, ttl=60)
    assert stored(bucket) == ["public/shop/a.json", "public/shop/b/c.json"]
    assert list(versions) == ["a", "b/c"]
    assert bucket.Object("public/shop/a.json").e_tag == f'"{versions["a"]}"'


@pytest.mark.parametrize(
    ("values", "error"),
    [({"a": 1, "b//c": 2}, InvalidNameError), ({"a": 1, "b": (1, 2)}, UnsupportedTypeError)],
)
def test_nothing_is_stored_if_one_of_many_is_refused(
    bucket: Any, values: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        MemoryService(CONF, "shop").put_many(values)
    assert stored(bucket) == []


@pytest.mark.usefixtures("bucket")
def test_nothing_to_do_is_done() -> None:
    mem = MemoryService(CONF, "shop")
    assert (mem.put_many({}), mem.get_many([]), mem.clear("")) == ({}, {}, 0)
    mem.remove_many([])


def test_many_values_are_removed_over_several_requests(memory_cloud: Cloud) -> None:
    for number in range(1001):
        memory_cloud.put(f"public/shop/{number}.json", b"")
    memory_cloud.put("public/shop/kept.json", b"")
    MemoryService(CONF, "shop").remove_many([*map(str, range(1001)), "never"])
    assert list(memory_cloud.objects) == ["public/shop/kept.json"]
    assert len(memory_cloud.requests) == 2


def test_names_are_listed_unescaped_and_foreign_keys_left_out(bucket: Any) -> None:
    mem = MemoryService(CONF, "shop")
    names = ["a", "a/b", "user.42", "öl", "😀/x y"]
    mem.put_many(dict.fromkeys(names, 1))
    for key in ("a.txt", "x.2e.json", "x.41.json", "x.FF.json", "x.json.json", "/a.json", "a~.json", ".json"):
        bucket.put_object(Key=f"public/shop/{key}", Body=b"")
    bucket.put_object(Key="public/shop2/other.json", Body=b"")
    bucket.put_object(Key="private/shop/secret.json", Body=b"")
    assert sorted(mem.keys()) == sorted(names)


def test_a_prefix_ends_at_the_slash(bucket: Any) -> None:
    mem = MemoryService(CONF, "shop")
    mem.put_many(dict.fromkeys(["tenant/1/a", "tenant/1/b/c", "tenant/10/a", "tenant/1", "tenant.1/a"], 1))
    assert list(mem.keys("tenant/1/")) == ["tenant/1/a", "tenant/1/b/c"]
    assert list(mem.keys("tenant.1/")) == ["tenant.1/a"]
    assert mem.clear("tenant/1/") == 2
    assert sorted(mem.keys()) == ["tenant.1/a", "tenant/1", "tenant/10/a"]
    assert len(stored(bucket)) == 3


@pytest.mark.parametrize("prefix", ["tenant/1", "/", "a//", "*", None, 5, "\ud800/"])
def test_what_is_no_prefix_is_refused_at_once(prefix: Any) -> None:
    mem = MemoryService(CONF, "shop")
    with pytest.raises(InvalidNameError):
        mem.keys(prefix)
    with pytest.raises(InvalidNameError):
        mem.clear(prefix)


def test_a_listing_asks_for_a_page_when_it_is_needed(
    web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", web_server.url)
    page = (
        b"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
    )
    contents = b"<Contents><Key>public/shop/a.json</Key></Contents></ListBucketResult>"
    web_server.answer = lambda _: (200, {}, page + contents)
    names = MemoryService(CONF, "shop").keys()
    assert web_server.requests == []
    assert next(names) == "a"
    assert len(web_server.requests) == 1
    assert next(names) == "a"
    assert "continuation-token=t" in web_server.requests[1][0]


def test_many_values_are_read_in_the_order_asked(web_server: WebServer, clock: Clock) -> None:
    mem = MemoryService({**CONF, "EDGE_ENDPOINT": web_server.url, "FAILOVER": False}, "shop", clock=clock)
    documents = {
        "/shop/a.json": b'{"v":1,"type":"int","value":1}',
        "/shop/b.json": b'{"v":1,"type":"null","value":null}',
    }
    web_server.answer = lambda path: (200, {}, documents[path]) if path in documents else (404, {}, b"")
    assert list(mem.get_many(["b", "missing", "a", "b"]).items()) == [("b", None), ("a", 1)]
    assert len(web_server.requests) == 3


def test_what_succeeded_is_not_lost_with_what_failed(web_server: WebServer) -> None:
    mem = MemoryService({**CONF, "EDGE_ENDPOINT": web_server.url, "FAILOVER": False}, "shop")
    ok: Answer = (200, {}, b'{"v":1,"type":"int","value":1}')
    answers: dict[str, Answer] = {"/shop/a.json": ok, "/shop/c.json": (404, {}, b"")}
    web_server.answer = lambda path: answers.get(path, (500, {}, b""))
    with pytest.raises(BatchError, match="1 of 3 names failed, first 'b': ") as raised:
        mem.get_many(["a", "b", "c"])
    assert raised.value.results == {"a": 1}
    assert {name: type(error) for name, error in raised.value.errors.items()} == {"b": UnavailableError}


def test_names_are_taken_several_at_a_time() -> None:
    barrier = threading.Barrier(CONCURRENCY, timeout=10)
    for_each([str(number) for number in range(CONCURRENCY)], lambda _: barrier.wait())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("memory")]


def test_a_fault_is_not_taken_for_a_failed_name() -> None:
    def fault(_: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        for_each(["a"], fault)


@pytest.mark.parametrize("name", ["a", "user.42", "a/b c/ö", "😀", "..", "x" * 900, ".json", "a.json"])
def test_a_key_gives_its_name_back(name: str) -> None:
    assert name_of(object_key("public", "shop", name)) == name


def test_an_entry_says_what_is_known(web_server: WebServer, clock: Clock) -> None:
    mem = MemoryService({**CONF, "EDGE_ENDPOINT": web_server.url, "FAILOVER": False}, "shop", clock=clock)
    headers = {
        "ETag": 'W/"abc"',
        "Age": "3",
        "Last-Modified": "Fri, 15 Jan 2027 07:59:00 GMT",
        "X-Cache": "Hit from x",
    }
    body = b'{"v":1,"type":"float","value":5,"expires_at":1800000001500}'
    web_server.answer = lambda _: (200, headers, body)
    entry = mem.get_entry("a")
    assert entry is not None
    assert (entry.value, entry.type, entry.version, entry.source, entry.age) == (
        5.0,
        "float",
        "abc",
        "edge",
        3,
    )
    assert entry.stored_at is not None
    assert entry.stored_at.timestamp() == clock.now - 60
    assert entry.expires_at is not None
    assert entry.expires_at.timestamp() == clock.now + 1.5
    web_server.answer = lambda _: (200, {}, b'{"v":1,"type":"null","value":null}')
    entry = mem.get_entry("b")
    assert entry is not None
    assert (entry.value, entry.version, entry.age, entry.stored_at, entry.expires_at) == (
        None,
        "",
        0,
        None,
        None,
    )
    web_server.answer = lambda _: (404, {}, b"")
    assert mem.get_entry("c") is None

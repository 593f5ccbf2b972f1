"""Several points of presence: separate caches, ports for browsers, nothing left after the end."""

from __future__ import annotations

import contextlib
import gzip
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from local_cloud import FakeClock, Fault, LocalCloud

if TYPE_CHECKING:
    from conftest import Shop

LISTEN, LOOPBACK = "0A", "0100007F"  # in /proc/net/tcp


def test_each_point_of_presence_fetches_for_itself(shop: Shop, path: str) -> None:
    shop.put(path, "one")

    answers = [shop.get(path, pop) for pop in (0, 1, 0, 1)]

    assert [answer.cache for answer in answers] == ["Miss", "Miss", "Hit", "Hit"]


def test_points_of_presence_have_different_names(shop: Shop, path: str) -> None:
    names = [shop.get(path, pop).headers["X-Amz-Cf-Pop"] for pop in (0, 1)]

    assert names == ["LCL1-P1", "LCL2-P1"]


def test_roaming_viewer_is_answered_where_it_was_sent(shop: Shop, path: str) -> None:
    shop.put(path, "one")
    names = []
    with shop.connection(None) as connection:
        for pop in (0, 1, 0):
            shop.cloud.roam(pop)
            names.append(shop.ask(connection, path).headers["X-Amz-Cf-Pop"])

    assert names == ["LCL1-P1", "LCL2-P1", "LCL1-P1"]
    assert [entry.pop for entry in shop.cloud.requests.entries() if entry.where == "edge"] == [0, 1, 0]


def test_roaming_viewer_meets_the_faults_of_its_place(shop: Shop, path: str) -> None:
    shop.put(path, "one")
    shop.cloud.faults.add(Fault("edge", "status", pop=1))
    statuses = []
    for pop in (1, 0):
        shop.cloud.roam(pop)
        with shop.connection(None) as connection:
            statuses.append(shop.ask(connection, path).status)

    assert statuses == [503, 200]


def test_nobody_roams_to_a_place_that_is_not_there(shop: Shop) -> None:
    with pytest.raises(ValueError, match="there is no point of presence 2: there are 2"):
        shop.cloud.roam(2)


def test_readers_at_two_places_may_see_different_versions_until_the_copy_expires(
    shop: Shop, path: str
) -> None:
    shop.put(path, "old")
    shop.get(path, 0)
    shop.put(path, "new")

    assert [shop.get(path, pop).body for pop in (0, 1)] == [b"old", b"new"]
    shop.clock.advance(5)
    assert shop.get(path, 0).body == b"new"


def test_cleared_caches_have_no_copy_anywhere(shop: Shop, path: str) -> None:
    shop.put(path, "one")
    for pop in (0, 1):
        shop.get(path, pop)

    shop.cloud.clear_caches()

    assert [shop.get(path, pop).cache for pop in (0, 1)] == ["Miss", "Miss"]


def test_browser_reads_a_distribution_at_a_port_without_setting_host(shop: Shop, path: str) -> None:
    shop.put(path, "for browsers")

    endpoint = shop.cloud.browser_endpoint(shop.host)
    with urlopen(endpoint + path) as answer:
        assert answer.read() == b"for browsers"

    assert shop.get(path).cache == "Hit"  # it is the same place


def test_browser_endpoint_is_one_for_each_distribution_and_place(shop: Shop) -> None:
    first = shop.cloud.browser_endpoint(shop.host)

    assert shop.cloud.browser_endpoint(shop.host.upper(), 0) == first
    assert shop.cloud.browser_endpoint(shop.host, pop=1) != first
    assert first.startswith("http://127.0.0.1:")


def test_browser_endpoint_of_a_place_that_is_not_there_is_refused(shop: Shop) -> None:
    for pop in (2, -1):
        with pytest.raises(ValueError, match=f"no point of presence {pop}"):
            shop.cloud.browser_endpoint(shop.host, pop)


def test_cloud_without_a_point_of_presence_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 point of presence, not 0"):
        LocalCloud.start(points_of_presence=0)


def test_compressed_objects_reach_viewers_as_they_were_stored(shop: Shop, path: str) -> None:
    stored = gzip.compress(b"{}" * 1000)
    shop.cloud.client("s3").put_object(Bucket=shop.bucket, Key=path[1:], Body=stored, ContentEncoding="gzip")

    assert shop.get(path).body == stored


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc, which is Linux's")
def test_every_port_is_on_loopback_and_closed_after_the_end() -> None:
    before, threads = listening(), set(threading.enumerate())
    with LocalCloud.start(clock=FakeClock(), points_of_presence=3) as cloud:
        cloud.browser_endpoint("d1.cloudfront.net")
        during = listening() - before
        assert len(during) == 3 + 1 + 1 + 2 + 1 + 1  # edges, roaming, control, proxy, browser, forms
        assert {address for address, _ in during} == {LOOPBACK}

    assert listening() - before == set()
    assert set(threading.enumerate()) - threads == set()


def listening() -> set[tuple[str, str]]:
    """Return hexadecimal address and port of each socket of this process that accepts connections."""
    links = []
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one that this listing is read with
            links.append(link.readlink().name)
    inodes = {link.removeprefix("socket:[").removesuffix("]") for link in links}
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]
    ]
    found = [row[1].split(":") for row in rows if row[3] == LISTEN and row[9] in inodes]
    return {(address, port) for address, port in found}

"""The control API, as programs in other languages use it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

if TYPE_CHECKING:
    from local_cloud import LocalCloud

    from conftest import Shop


def control(cloud: LocalCloud, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    url = cloud.environment()["MEMORY_LOCAL_CLOUD_CONTROL"] + path
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urlopen(Request(url, data=data, method=method, headers=headers)) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_fault_is_added_shown_and_cleared(shop: Shop, path: str) -> None:
    shop.put(path, "body")
    assert (
        control(shop.cloud, "POST", "/faults", {"where": "edge", "kind": "status", "status": 502})[0] == 200
    )

    assert shop.get(path).status == 502
    _, (shown,) = control(shop.cloud, "GET", "/faults")
    assert (shown["kind"], shown["status"], shown["left"]) == ("status", 502, None)
    control(shop.cloud, "DELETE", "/faults")
    assert shop.get(path).status == 200


def test_refusing_fault_is_in_effect_when_the_answer_is_there(shop: Shop, path: str) -> None:
    control(shop.cloud, "POST", "/faults", {"where": "edge", "kind": "refuse"})

    with pytest.raises(ConnectionRefusedError):
        shop.get(path)


def test_roaming_viewers_are_moved(shop: Shop, path: str) -> None:
    shop.put(path, "body")
    _, shown = control(shop.cloud, "GET", "/roaming")

    assert control(shop.cloud, "POST", "/roaming", {"pop": 1})[0] == 200
    assert shown == {"endpoint": shop.cloud.roaming_endpoint}
    with shop.connection(None) as connection:
        assert shop.ask(connection, path).headers["X-Amz-Cf-Pop"] == "LCL2-P1"
    control(shop.cloud, "POST", "/roaming", {"pop": 0})


@pytest.mark.parametrize("body", [{"pop": 2}, {"pop": "1"}, {"pop": True}, {}, {"pop": 1, "host": "x"}])
def test_roaming_to_nowhere_is_refused(shop: Shop, body: Any) -> None:
    assert control(shop.cloud, "POST", "/roaming", body)[0] == 400


def test_time_passes_on_demand(shop: Shop, path: str) -> None:
    shop.put(path, "body")
    shop.get(path)
    before = shop.clock()

    assert control(shop.cloud, "POST", "/clock", {"advance": 3.5}) == (200, {"now": before + 3.5})
    assert control(shop.cloud, "GET", "/clock") == (200, {"now": before + 3.5})
    assert shop.get(path).headers["Age"] == "3"


def test_real_time_does_not_pass_on_demand(cloud: LocalCloud) -> None:
    status, answer = control(cloud, "POST", "/clock", {"advance": 1})

    assert (status, "FakeClock" in answer["error"]) == (400, True)


def test_caches_are_emptied(shop: Shop, path: str) -> None:
    shop.put(path, "body")
    shop.get(path)

    control(shop.cloud, "DELETE", "/caches")

    assert shop.get(path).cache == "Miss"


def test_requests_are_told_and_forgotten(shop: Shop, path: str) -> None:
    shop.get(path)

    _, entries = control(shop.cloud, "GET", "/requests")
    assert [(one["where"], one["path"], one["status"]) for one in entries] == [
        ("origin", f"/{shop.bucket}{path}", 404),
        ("edge", path, 404),
    ]
    assert entries[1]["x_cache"] == "Error from cloudfront"
    control(shop.cloud, "DELETE", "/requests")
    assert control(shop.cloud, "GET", "/requests") == (200, [])


def test_invalidation_is_in_effect_after_a_refresh(shop: Shop, path: str) -> None:
    shop.put(path, "body")
    shop.get(path)
    batch = {"CallerReference": path, "Paths": {"Quantity": 1, "Items": [path]}}
    shop.cloud.client("cloudfront").create_invalidation(
        DistributionId=shop.distribution_id, InvalidationBatch=batch
    )

    assert control(shop.cloud, "POST", "/refresh") == (200, {})

    assert shop.get(path).cache == "Miss"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "["])
def test_request_under_another_name_is_refused(cloud: LocalCloud, host: str) -> None:
    assert control(cloud, "GET", "/faults", Host=host)[0] == 403


def test_request_of_a_web_page_is_refused(cloud: LocalCloud) -> None:
    fault = {"where": "edge", "kind": "refuse"}

    for origin in ("https://evil.example", "http://localhost:3000", cloud.control_endpoint, "null"):
        assert control(cloud, "POST", "/faults", fault, Origin=origin)[0] == 403
    for site in ("cross-site", "same-site", "same-origin"):
        assert control(cloud, "GET", "/faults", Sec_Fetch_Site=site)[0] == 403


def test_loopback_has_several_names_but_one_port(cloud: LocalCloud) -> None:
    port = cloud.control_endpoint.rpartition(":")[2]
    for name in ("localhost", "[::1]", "127.0.0.1"):
        assert control(cloud, "GET", "/faults", Host=f"{name}:{port}") == (200, [])
        assert control(cloud, "GET", "/faults", Host=f"{name}:1")[0] == 403


@pytest.mark.parametrize(
    ("request_line", "body", "status", "complaint"),
    [
        ("POST /faults", {"where": "edge"}, 400, "a fault has where, kind"),
        ("POST /faults", [], 400, "the body is a JSON object"),
        ("POST /faults", b"{", 400, "Expecting property name"),
        ("POST /clock", {"advance": "1"}, 400, '{"advance": seconds}'),
        ("POST /clock", {}, 400, '{"advance": seconds}'),
        ("POST /clocks", {}, 404, "known are GET /faults, POST /faults"),
        ("POST /faults", b" " * 70_000, 400, "at most 65536 bytes"),
    ],
)
def test_unusable_request_is_explained(
    shop: Shop, request_line: str, body: Any, status: int, complaint: str
) -> None:
    method, _, path = request_line.partition(" ")

    found, answer = control(shop.cloud, method, path, body)

    assert found == status
    assert complaint in answer["error"]

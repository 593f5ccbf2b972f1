"""Who may use the explorer."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from explorer_page import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Values

PATHS = (
    "/",
    "/tree?visibility=public",
    "/value?visibility=public&service=shop&name=a",
    "/static/explorer.js",
)


@pytest.fixture
def explorer(values: Values) -> Iterator[Served]:
    values.put("shop", "a", 1)
    with served(values.bucket) as opened:
        yield opened


def change(explorer: Served, path: str = "/remove", **headers: str) -> int:
    fields = {"visibility": "public", "service": "shop", "name": "a", "version": "x"}
    given = {
        "Cookie": explorer.cookie,
        "Origin": f"http://{explorer.host}",
        "X_CSRF_Token": explorer.csrf_token,
    }
    sent = {name: value for name, value in {**given, **headers}.items() if value}
    return explorer.ask("POST", path, json.dumps(fields), **sent)[0]


@pytest.mark.parametrize("path", PATHS)
def test_request_without_the_session_is_refused(explorer: Served, path: str) -> None:
    status, _, text = explorer.ask("GET", path)

    assert (status, "memory-service explore" in text) == (401, True)
    assert explorer.ask("GET", path, Cookie="memory-service-explorer-1=x")[0] == 401


def test_token_opens_one_session_once(explorer: Served) -> None:
    assert explorer.ask("GET", "/?token=wrong")[0] == 403
    assert explorer.ask("GET", "/value?token=" + explorer.token)[0] == 401

    status, headers, _ = explorer.ask("GET", f"/?token={explorer.token}")

    cookie = headers["Set-Cookie"]
    assert status == 200
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert explorer.token not in cookie
    assert explorer.ask("GET", f"/?token={explorer.token}")[0] == 403


def test_session_opens_every_page(explorer: Served) -> None:
    explorer.open()

    assert [explorer.ask("GET", path, Cookie=explorer.cookie)[0] for path in PATHS] == [200] * 4
    assert explorer.ask("GET", f"/?token={explorer.token}", Cookie=explorer.cookie)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:80@127.0.0.1"])
def test_foreign_host_is_refused(explorer: Served, host: str) -> None:
    explorer.open()

    assert explorer.ask("GET", "/", Cookie=explorer.cookie, Host=host)[0] == 403
    assert change(explorer, Host=host) == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", ""]
)
def test_change_from_a_foreign_origin_is_refused(explorer: Served, origin: str) -> None:
    explorer.open()

    assert change(explorer, Origin=origin) == 403
    assert change(explorer, path="/put", Origin=origin) == 403
    assert change(explorer, path="/upload", Origin=origin) == 403


def test_read_from_a_foreign_origin_is_refused(explorer: Served) -> None:
    explorer.open()

    assert explorer.ask("GET", PATHS[2], Cookie=explorer.cookie, Origin="http://evil.example")[0] == 403
    for site in ("cross-site", "same-site"):
        assert explorer.ask("GET", PATHS[2], Cookie=explorer.cookie, Sec_Fetch_Site=site)[0] == 403


def test_change_without_the_page_s_own_token_is_refused(explorer: Served) -> None:
    explorer.open()

    assert change(explorer, X_CSRF_Token="") == 403
    assert change(explorer, X_CSRF_Token="x" * 43) == 403
    assert change(explorer, X_CSRF_Token=explorer.token) == 403
    assert change(explorer) == 200


def test_every_answer_forbids_what_the_page_does_not_need(explorer: Served) -> None:
    explorer.open()

    for headers in (explorer.ask("GET", "/", Cookie=explorer.cookie)[1], explorer.ask("GET", "/")[1]):
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_only_this_machine_is_listened_to(explorer: Served) -> None:
    address = socket.getaddrinfo(socket.gethostname(), explorer.port, type=socket.SOCK_STREAM)[0][4]
    if str(address[0]).startswith("127.") or address[0] == "::1":
        pytest.skip("this machine has no other address")
    with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
        socket.create_connection((str(address[0]), explorer.port), timeout=5)


@pytest.mark.parametrize(
    "fields", ["", "[]", '{"visibility": 1}', "{}", '{"visibility": "public", "service": "s"}']
)
def test_form_that_is_none_is_refused_and_changes_nothing(
    explorer: Served, values: Values, fields: str
) -> None:
    explorer.open()
    headers = {
        "Cookie": explorer.cookie,
        "Origin": f"http://{explorer.host}",
        "X_CSRF_Token": explorer.csrf_token,
    }

    for path in ("/put", "/remove"):
        status, answered, text = explorer.ask("POST", path, fields, **headers)
        assert (status, "notice failure" in text, "Refused" in answered) == (200, True, True)
    assert values.stored_keys() == ["public/shop/a.json"]


def test_value_is_data_in_the_page_s_source(explorer: Served, values: Values) -> None:
    explorer.open()
    evil = "<img src=x onerror=alert(1)>'\"&"
    values.put("shop", evil, {evil: evil})

    pages = [
        explorer.ask(
            "GET",
            f"{path}?visibility=public&service=shop&name=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%27%22%26{more}",
            Cookie=explorer.cookie,
        )[2]
        for path, more in (
            ("/value", ""),
            ("/editor", ""),
            ("/tree", "&prefix="),
            ("/search", "&text=%3Cimg"),
        )
    ]

    assert all("&lt;img src=x" in page for page in pages)
    assert not any("<img src=x" in page for page in pages)

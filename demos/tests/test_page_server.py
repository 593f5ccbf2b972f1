"""The port of the demo for browsers: it answers its own pages, and no others."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import TYPE_CHECKING, Any

import pytest
from demos.functions import FunctionError
from demos.page_server import PageServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer() as started:
        yield started


def ask(
    server: PageServer, method: str, path: str, headers: Mapping[str, str] | None = None, body: str = ""
) -> tuple[int, str]:
    port = int(server.origin.rpartition(":")[2])
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request(method, path, body=body or None, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def echo(event: Mapping[str, Any]) -> dict[str, Any]:
    told = [event["requestContext"]["http"]["method"], event["rawPath"], event["body"]]
    return {"statusCode": 201, "headers": {"X-Own": "1"}, "body": json.dumps(told)}


def test_function_is_asked_as_an_http_api_asks_it(server: PageServer) -> None:
    server.answer_with(echo)
    assert ask(server, "GET", "/a?b=c") == (201, '["GET", "/a", ""]')
    assert ask(server, "POST", "/grants", body="1") == (201, '["POST", "/grants", "1"]')


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "own"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "rebound.example"}, 403),
    ],
)
def test_only_its_own_pages_and_who_types_its_address_are_answered(
    server: PageServer, headers: dict[str, str], status: int
) -> None:
    server.answer_with(echo)
    given = {name: server.origin if value == "own" else value for name, value in headers.items()}
    assert ask(server, "POST", "/grants", given)[0] == status


def test_function_that_fails_is_an_error_with_its_reason(server: PageServer) -> None:
    def fail(_: Mapping[str, Any]) -> Any:
        raise FunctionError("no such key")

    assert ask(server, "GET", "/")[0] == 502
    server.answer_with(fail)
    status, told = ask(server, "GET", "/")
    assert (status, json.loads(told)["error"]) == (502, "the function failed: no such key")

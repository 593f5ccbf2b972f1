"""No secret in any log, with every logger of the process at its lowest level (KEYS-4)."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
from memory import MemoryService, MemoryServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doubles import Clock, WebServer

SECRET_KEY, TOKEN, PROXY_PASSWORD = "s3cr3t-access-key", "t0ken-of-a-session", "pr0xy-password"
PARAMETER = "arn:aws:ssm:us-east-1:123456789012:parameter/k"
ROLE = "arn:aws:iam::123456789012:role/writer"
STS = (
    "<AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>r0le-secret</SecretAccessKey>"
    "<SessionToken>r0le-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
)
HOSTILE: dict[str, tuple[int, dict[str, str], bytes]] = {
    "a value": (200, {"ETag": '"1"'}, b'{"v":1,"type":"int","value":1}'),
    "a refusal": (403, {}, b"<Error><Code>AccessDenied</Code></Error>"),
    "an error": (503, {}, b""),
    "a redirect": (302, {"Location": "http://elsewhere/?Signature=x"}, b""),
    "an odd age": (200, {"Age": "9" * 5000}, b"{}"),
    "an odd date": (200, {"Last-Modified": "Mon, 01 Jan 2024 00:00:00 +999999999999"}, b"{}"),
    "an odd encoding": (200, {"Content-Encoding": "br"}, b"{}"),
    "a body that is cut off": (200, {"Content-Length": "500", "Connection": "close"}, b"{}"),
}


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG)
    for name in tuple(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)  # and back when the test has ended
    before = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
    # Servers of other tests run in this process as well, and their clients say what they sign.

    def is_ours(record: logging.LogRecord) -> bool:
        return record.thread not in before

    caplog.handler.addFilter(is_ours)
    yield caplog
    caplog.handler.removeFilter(is_ours)


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_answered_no_secret_is_logged_or_raised(  # noqa: PLR0913, PLR0917 - fixtures
    name: str,
    web_server: WebServer,
    clock: Clock,
    rsa_pem: bytes,
    monkeypatch: pytest.MonkeyPatch,
    logged: pytest.LogCaptureFixture,
) -> None:
    pem = rsa_pem.decode()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ENDPOINT_URL", web_server.url)
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:{PROXY_PASSWORD}@127.0.0.1:9")
    secret = json.dumps({"public_key_id": "K1", "private_key": pem})
    ssm = json.dumps({"Parameter": {"Name": "/k", "Value": secret}}).encode()

    def answer(path: str) -> Any:
        if path == "/":
            asked = web_server.requests[-1][1]
            return (200, {}, ssm if "X-Amz-Target" in asked else STS.encode())
        return HOSTILE[name]

    web_server.answer = answer
    conf = {
        "DISTRIBUTION": "d1.cloudfront.net",
        "BUCKET_NAME": "values",
        "REGION": "us-east-1",
        "EDGE_ENDPOINT": web_server.url,
        "PK_PATH": PARAMETER,
        "ROLE_ARN": ROLE,
        "DISTRIBUTION_ID": "E1",
        "DEADLINE": 1,
    }
    mem = MemoryService(conf, "shop", clock=clock)
    calls: list[Callable[[], Any]] = [
        lambda: mem.get("a"),
        lambda: mem.get("a", consistent=True),
        lambda: mem.put("a", 1, invalidate=True),
        lambda: mem.increment("a"),
        lambda: mem.remove("a"),
        lambda: list(mem.keys()),
        lambda: MemoryService({**conf, "EDGE_ENDPOINT": ""}, "shop", clock=clock).get("a"),
    ]
    shown = [repr(mem), repr(mem._reader._edge._signer), repr(mem._keys)]
    for call in calls:
        try:
            shown.append(repr(call()))
        except MemoryServiceError as error:
            shown += [repr(error), repr(error.__cause__), repr(error.__context__)]
    secrets = [
        SECRET_KEY,
        TOKEN,
        PROXY_PASSWORD,
        "r0le-secret",
        "r0le-token",
        pem.splitlines()[5],
        "PRIVATE KEY",
    ]
    secrets += ["Signature=", "Policy=", "AWS4-HMAC", "am9lOnByMHh5"]
    said = "\n".join([*shown, caplog_text(logged)])
    assert [secret for secret in secrets if secret in said] == []
    asked = [path for path, _ in web_server.requests]
    assert any("Signature=" in path for path in asked)
    assert any("Authorization" in headers for _, headers in web_server.requests)


def caplog_text(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(
        f"{record.name} {record.getMessage()} {record.args!r} {record.exc_text}" for record in caplog.records
    )

"""Credentials of every kind of source, each as the machine that gives them would (AWS-2, ROLE-1)."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from memory import AccessDeniedError, ConfigurationError, UnavailableError
from memory._credential_source import CredentialSource, forget_credentials
from memory._wire import WIRE

if TYPE_CHECKING:
    from pathlib import Path

    from doubles import WebServer
    from memory._credentials import Credentials

GIVEN = {
    "AccessKeyId": "ASIA1",
    "SecretAccessKey": "s",
    "Token": "t",
    "Expiration": "2099-01-01T00:00:00Z",
}
STS = (
    b"<R><Credentials><AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>a&amp;b</SecretAccessKey>"
    b"<SessionToken>t2</SessionToken><Expiration>2099-01-01T00:00:00.000Z</Expiration></Credentials></R>"
)


def credentials(**more: Any) -> Credentials:
    return CredentialSource(WIRE, region="us-east-1", **more).credentials(time.monotonic() + 5)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(variable)


@pytest.fixture
def profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    def write(config: str = "", keys: str = "") -> None:
        for variable, text in (("AWS_CONFIG_FILE", config), ("AWS_SHARED_CREDENTIALS_FILE", keys)):
            path = tmp_path / variable
            path.write_text(text)
            monkeypatch.setenv(variable, str(path))

    return write


@pytest.fixture
def sts(web_server: WebServer, monkeypatch: pytest.MonkeyPatch) -> WebServer:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", web_server.url)
    web_server.answer = lambda _: (200, {}, STS)
    return web_server


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert credentials() == ("testing", "testing", None, None)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "t")
    assert credentials().session_token == "t"


@pytest.mark.parametrize("lacking", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_an_incomplete_environment_is_refused(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(lacking)
    with pytest.raises(ConfigurationError, match=f"set {lacking} as well"):
        credentials()


@pytest.mark.usefixtures("bare")
def test_no_source_at_all_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="Give the function a role, or set AWS_ACCESS_KEY_ID"):
        credentials()


@pytest.mark.usefixtures("bare")
def test_the_profile_has_keys_and_the_credentials_file_goes_first(profiles: Any) -> None:
    profiles("[default]\naws_access_key_id = C\naws_secret_access_key = c\n")
    assert credentials()[:2] == ("C", "c")
    profiles(
        "[default]\naws_access_key_id = C\naws_secret_access_key = c\n",
        "# mine\n[default]\naws_access_key_id = K\naws_secret_access_key = k=1\naws_session_token=t\n",
    )
    assert credentials() == ("K", "k=1", "t", None)


@pytest.mark.usefixtures("bare")
def test_a_profile_assumes_its_role_with_another(
    profiles: Any, sts: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    role = "[profile work]\nrole_arn = arn:aws:iam::123456789012:role/r\n"
    profiles(
        f"{role}source_profile = base\nexternal_id = x\n",
        "[base]\naws_access_key_id=K\naws_secret_access_key=k\n",
    )
    found = credentials()
    assert found == ("ASIA2", "a&b", "t2", 4070908800.0)
    assert credentials() == found
    ((_, headers),) = sts.requests
    assert "Credential=K/" in headers["Authorization"]
    profiles(role)
    with pytest.raises(ConfigurationError, match="give it source_profile"):
        credentials()
    profiles(f"{role}source_profile = none\n")
    with pytest.raises(ConfigurationError, match="no AWS profile 'none'"):
        credentials()
    profiles(f"{role}source_profile = b\n[profile b]\nrole_arn=r\nsource_profile=work\n")
    with pytest.raises(ConfigurationError, match="without an end"):
        credentials()


@pytest.mark.usefixtures("bare")
def test_sso_without_botocore_names_the_extra(profiles: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    for setting in ("sso_session = s", "credential_process = /bin/false"):
        profiles(f"[default]\n{setting}\n")
        forget_credentials()
        with pytest.raises(ConfigurationError, match=r"install sdk-memory-service\[sso\]"):
            credentials()


@pytest.mark.usefixtures("bare")
def test_a_credential_process_is_run_by_botocore(profiles: Any, tmp_path: Path) -> None:
    program = tmp_path / "keys.py"
    program.write_text('print(\'{"Version": 1, "AccessKeyId": "P", "SecretAccessKey": "p"}\')')
    profiles(f"[default]\ncredential_process = {sys.executable} {program}\n")
    assert credentials()[:2] == ("P", "p")


@pytest.mark.usefixtures("bare")
def test_a_web_identity_is_believed_for_its_token(
    sts: WebServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("jwt\n")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(ConfigurationError, match="set AWS_ROLE_ARN as well"):
        credentials()
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r")
    assert credentials().access_key_id == "ASIA2"
    assert "Authorization" not in sts.requests[0][1]


@pytest.mark.usefixtures("bare")
def test_a_container_gives_them(web_server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{web_server.url}/creds?id=1")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "tok")
    web_server.answer = lambda _: (200, {}, json.dumps(GIVEN).encode())
    assert credentials()[:3] == ("ASIA1", "s", "t")
    ((path, headers),) = web_server.requests
    assert (path, headers["Authorization"]) == ("/creds?id=1", "tok")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/creds")
    with pytest.raises(ConfigurationError, match="AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        credentials()


@pytest.mark.usefixtures("bare")
def test_the_instance_gives_them_for_a_token(web_server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", web_server.url)
    answers = {"/latest/api/token": b"tok", "/latest/meta-data/iam/security-credentials/": b"role"}
    web_server.answer = lambda path: (200, {}, answers.get(path, json.dumps(GIVEN).encode()))
    assert credentials()[:3] == ("ASIA1", "s", "t")
    assert [path for path, _ in web_server.requests][2:] == [
        "/latest/meta-data/iam/security-credentials/role"
    ]
    assert web_server.requests[2][1]["X-Aws-Ec2-Metadata-Token".lower()] == "tok"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("body", [b"", b"[]", b'{"AccessKeyId": 5, "SecretAccessKey": "s"}', b"[" * 100_000])
def test_what_is_no_credentials_is_refused(
    body: bytes, web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", web_server.url)
    web_server.answer = lambda _: (200, {}, body)
    with pytest.raises(ConfigurationError, match="of the container are incomplete"):
        credentials()


@pytest.mark.usefixtures("bare")
def test_they_are_renewed_five_minutes_before_their_end(
    web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [4070908800.0 - 301]
    monkeypatch.setattr("memory._credential_source.time.time", lambda: now[0])
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", web_server.url)
    web_server.answer = lambda _: (200, {}, json.dumps(GIVEN).encode())
    credentials()
    credentials()
    assert len(web_server.requests) == 1
    now[0] += 2
    credentials()
    assert len(web_server.requests) == 2
    web_server.answer = lambda _: (400, {}, b"")
    assert credentials().access_key_id == "ASIA1"  # it is good for some minutes yet
    now[0] += 300
    with pytest.raises(UnavailableError, match="it answered 400"):
        credentials()


def test_a_role_of_the_configuration_is_assumed_once(sts: WebServer) -> None:
    role = {"role_arn": "arn:aws:iam::123456789012:role/r", "session_name": "memory-service-shop"}
    assert credentials(**role).access_key_id == "ASIA2"
    assert credentials(**role).access_key_id == "ASIA2"
    assert len(sts.requests) == 1
    sts.answer = lambda _: (
        403,
        {},
        b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
    )
    with pytest.raises(AccessDeniedError, match="STS said AccessDenied"):
        credentials(role_arn="arn:aws:iam::123456789012:role/other", session_name="x")

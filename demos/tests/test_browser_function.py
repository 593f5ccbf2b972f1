"""The function behind the browser demo: what it hands to whoever asks, and nothing more."""

from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

FOLDER = Path(__file__).resolve().parents[1] / "browser"
ENVIRONMENT = {
    "DISTRIBUTION": "d111.cloudfront.net",
    "PRIVATE_DISTRIBUTION": "d222.cloudfront.net",
    "STORAGE_BUCKET": "values",
    "REGION": "eu-west-1",
    "PUBLIC_KEY_ID": "K1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
}
LOCAL = {
    "PUBLIC_EDGE": "http://127.0.0.1:1",
    "PRIVATE_EDGE": "http://127.0.0.1:2",
    "UPLOADS": "http://127.0.0.1:3",
}


@pytest.fixture
def load(rsa_pem: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Import the function as Lambda does, with an environment."""
    (tmp_path / "key.pem").write_bytes(rsa_pem)
    for variable in ("AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)

    def load(**more: str) -> ModuleType:
        for name, value in {**ENVIRONMENT, "PK_PATH": str(tmp_path / "key.pem"), **more}.items():
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location("browser_demo", FOLDER / "lambda_function.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def ask(module: ModuleType, method: str, path: str) -> dict[str, Any]:
    """Call the function as an HTTP API does."""
    event = {"version": "2.0", "rawPath": path, "requestContext": {"http": {"method": method, "path": path}}}
    answer: dict[str, Any] = module.lambda_handler(event, None)
    return answer


def granted(module: ModuleType) -> dict[str, Any]:
    answer = ask(module, "POST", "/grants")
    assert answer["statusCode"] == 200, answer
    found: dict[str, Any] = json.loads(answer["body"])
    return found


def test_grants_are_for_one_name_of_the_demo_s_service(load: Callable[..., ModuleType]) -> None:
    told = granted(load())
    assert (told["service"], told["name"]) == ("memory-service-browser-demo", "note")
    for visibility in ("public", "private"):
        write = told[visibility]["write"]
        assert (write["visibility"], write["service"], write["name"]) == (
            visibility, "memory-service-browser-demo", "note"
        )  # fmt: skip
        assert "prefix" not in write
    assert told["public"]["configuration"] == {"DISTRIBUTION": "d111.cloudfront.net"}
    read = told["private"]["configuration"]["grant"]
    assert (read["distribution"], read["service"], read["name"]) == (
        "d222.cloudfront.net", "memory-service-browser-demo", "note"
    )  # fmt: skip


def test_grants_end_within_a_minute_and_values_within_a_day(load: Callable[..., ModuleType]) -> None:
    told = granted(load())
    latest = (time.time() + 60) * 1000
    for grant in (
        told["private"]["configuration"]["grant"],
        told["public"]["write"],
        told["private"]["write"],
    ):
        assert latest - 10_000 < grant["expires_at"] <= latest
    for visibility in ("public", "private"):
        write = told[visibility]["write"]
        assert (write["ttl"], write["max_bytes"]) == (86_400, 2048)
        assert "<Key>ttl-days</Key><Value>1</Value>" in write["forms"]["plain"]["tagging"]


def test_on_aws_a_page_goes_to_distribution_and_bucket_themselves(load: Callable[..., ModuleType]) -> None:
    told = granted(load())
    assert urlsplit(told["public"]["write"]["url"]).netloc == "values.s3.eu-west-1.amazonaws.com"
    assert "EDGE_ENDPOINT" not in {**told["public"]["configuration"], **told["private"]["configuration"]}


def test_on_the_local_cloud_a_page_goes_to_the_ports_for_browsers(load: Callable[..., ModuleType]) -> None:
    told = granted(load(**LOCAL))
    assert told["public"]["configuration"]["EDGE_ENDPOINT"] == LOCAL["PUBLIC_EDGE"]
    assert told["private"]["configuration"]["EDGE_ENDPOINT"] == LOCAL["PRIVATE_EDGE"]
    assert told["public"]["write"]["url"].startswith(f"{LOCAL['UPLOADS']}/")


@pytest.mark.parametrize("where", [{}, LOCAL])
def test_page_may_load_its_files_and_reach_distributions_and_bucket_alone(
    load: Callable[..., ModuleType], where: dict[str, str]
) -> None:
    answer = ask(load(**where), "GET", "/")
    policy = dict(
        part.strip().split(" ", 1) for part in answer["headers"]["Content-Security-Policy"].split(";")
    )
    assert (answer["statusCode"], policy["default-src"], policy["script-src"]) == (200, "'none'", "'self'")
    bucket = where.get("UPLOADS", "https://values.s3.eu-west-1.amazonaws.com")
    edges = [where[name] for name in ("PUBLIC_EDGE", "PRIVATE_EDGE") if name in where]
    own = ["https://d111.cloudfront.net", "https://d222.cloudfront.net"]
    assert policy["connect-src"].split() == ["'self'", *own, *edges, bucket]


def test_every_file_that_the_page_names_is_served(load: Callable[..., ModuleType]) -> None:
    module = load()
    on_disk = {f"/{path.name}" for path in (FOLDER / "page").iterdir()} - {"/index.html"}
    assert set(module.FILES) == {"/", "/memory-service.js", *on_disk}
    for path in sorted({"/", *on_disk}):
        answer = ask(module, "GET", path)
        assert (answer["statusCode"], answer["headers"]["X-Content-Type-Options"]) == (200, "nosniff"), path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/grants"),
        ("POST", "/"),
        ("GET", "/lambda_function.py"),
        ("GET", "/../lambda_function.py"),
        ("GET", "//etc/passwd"),
        ("HEAD", "/grants"),
    ],
)
def test_nothing_else_is_answered(load: Callable[..., ModuleType], method: str, path: str) -> None:
    answer = ask(load(), method, path)
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (
        404,
        "application/json; charset=utf-8",
    )


def test_what_is_wrong_is_told_to_the_log_alone(
    load: Callable[..., ModuleType], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = load(PK_PATH=str(tmp_path / "nowhere.pem"))
    answer = ask(module, "POST", "/grants")
    assert answer["statusCode"] == 503
    assert "nowhere.pem" not in answer["body"]
    assert "nowhere.pem" in capsys.readouterr().out

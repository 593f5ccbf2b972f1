import os
from pathlib import Path
from typing import Any

import pytest
from memory import Config, ConfigurationError, MemoryService, UnsupportedTypeError

COMPLETE = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "eu-west-1"}


def resolve(environment: dict[str, str] | None = None, **conf: Any) -> Config:
    return Config.resolve({**COMPLETE, **conf}, environment or {})


def refusal(environment: dict[str, str] | None = None, **conf: Any) -> str:
    with pytest.raises(ConfigurationError) as raised:
        resolve(environment, **conf)
    return str(raised.value)


def test_defaults_are_those_of_the_documentation() -> None:
    config = resolve()
    assert config.distribution == "https://d1.cloudfront.net"
    assert config.visibility == "public"
    assert (config.edge_ttl, config.max_value_bytes, config.signature_lifetime) == (5, 2 * 1024 * 1024, 900)


def test_the_environment_supplies_what_the_configuration_leaves_out() -> None:
    config = resolve(
        {"MEMORY_EDGE_TTL": "60", "MEMORY_EDGE_ENDPOINT": "http://127.0.0.1:8080"}, EDGE_TTL=None
    )
    assert config.edge_ttl == 60
    assert config.edge_endpoint == "http://127.0.0.1:8080"


def test_the_configuration_wins_over_the_environment() -> None:
    assert resolve({"MEMORY_BUCKET_NAME": "other"}).bucket_name == "values"


def test_the_region_falls_back_to_the_one_lambda_gives() -> None:
    assert resolve({"AWS_REGION": "eu-north-1"}, REGION=None).region == "eu-north-1"
    assert resolve({"AWS_REGION": "eu-north-1"}).region == "eu-west-1"


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    assert refusal(BUCKET="x") == "configuration key 'BUCKET' is unknown: did you mean BUCKET_NAME?"
    assert "did you mean PK_PATH?" in refusal(pk_path="x")
    assert "known are DISTRIBUTION" in refusal(zzz=1)


@pytest.mark.parametrize("key", ["BUCKET_NAME", "DISTRIBUTION"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_required_key_that_is_empty_is_refused(key: str, value: str | None) -> None:
    assert refusal(None, **{key: value}).startswith(
        f"{key} is empty or undefined: give it in the configuration"
    )


@pytest.mark.parametrize("value", ["ab", "a/b", "Values", "values-", "a" * 64])
def test_a_name_that_no_bucket_has_is_refused(value: str) -> None:
    assert refusal(BUCKET_NAME=value).startswith("BUCKET_NAME is the name of an S3 bucket, not")


def test_a_required_key_that_is_missing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="BUCKET_NAME is missing: .* set MEMORY_BUCKET_NAME"):
        Config.resolve({"DISTRIBUTION": "d1.cloudfront.net"}, {})


def test_a_configuration_that_is_no_dict_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="is a dict"):
        Config.resolve("d1.cloudfront.net", {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["d1.cloudfront.net", "https://d1.cloudfront.net", "https://D1.cloudfront.net/"]
)
def test_a_distribution_is_a_host_or_an_https_url(value: str) -> None:
    assert resolve(DISTRIBUTION=value).distribution == "https://d1.cloudfront.net"


@pytest.mark.parametrize(
    "value",
    ["d1.cloudfront.net/path", "ftp://localhost", "https://", "https://u:p@d1.net", "d1.net:port", "a?b"],
)
def test_a_distribution_that_is_no_host_is_refused(value: str) -> None:
    assert refusal(DISTRIBUTION=value).startswith("DISTRIBUTION is a host")


@pytest.mark.parametrize("value", ["http://localhost:1", "http://127.0.0.1:8080", "http://[::1]:80"])
def test_plain_http_is_accepted_on_this_machine(value: str) -> None:
    assert resolve(EDGE_ENDPOINT=value).edge_endpoint == value


@pytest.mark.parametrize(
    "value", ["http://d1.cloudfront.net", "http://127.0.0.2", "http://127.0.0.1.evil.example"]
)
def test_plain_http_is_refused_elsewhere(value: str) -> None:
    assert "is not https" in refusal(DISTRIBUTION=value)


@pytest.mark.parametrize("value", ["0", "86401", "1.5", "-1", "five", "\u0665", 0])
def test_an_edge_ttl_out_of_range_is_refused(value: Any) -> None:
    assert refusal(EDGE_TTL=value).startswith("EDGE_TTL is a whole number from 1 to 86400")


@pytest.mark.parametrize("value", [True, 1.5, ["a"], b"values"])
def test_a_value_of_a_wrong_type_is_refused(value: Any) -> None:
    assert "BUCKET_NAME is a text, not" in refusal(BUCKET_NAME=value)


@pytest.mark.parametrize(
    ("conf", "environment"),
    [
        ({"PK_PATH": None}, {}),
        ({"PK_PATH": ""}, {}),
        ({"PUBLIC_KEY_ID": None}, {}),
        ({"PUBLIC_KEY_ID": ""}, {}),
        ({"PK_PATH": "", "PUBLIC_KEY_ID": ""}, {}),
        ({"PK_PATH": "key.pem"}, {}),
        ({"PK_PATH": "key.pem", "PUBLIC_KEY_ID": None}, {}),
        ({"PUBLIC_KEY_ID": "K1"}, {}),
        ({"PK_PATH": "arn:aws:ssm:eu-west-1:1:parameter/k", "PUBLIC_KEY_ID": ""}, {}),
        ({}, {"MEMORY_PK_PATH": ""}),
        ({}, {"MEMORY_PUBLIC_KEY_ID": ""}),
    ],
)
def test_a_half_configured_private_service_never_falls_back_to_public(
    conf: dict[str, Any], environment: dict[str, str]
) -> None:
    assert "is private, and nothing of it is read or written without both" in refusal(environment, **conf)


def test_a_secret_may_bring_its_own_key_id() -> None:
    config = resolve(PK_PATH="arn:aws:ssm:eu-west-1:123456789012:parameter/keys/one")
    assert (config.visibility, config.public_key_id) == ("private", None)


def test_a_path_object_is_a_path(tmp_path: Path) -> None:
    assert resolve(PK_PATH=tmp_path / "k.pem", PUBLIC_KEY_ID="K1").pk_path == str(tmp_path / "k.pem")


@pytest.mark.parametrize(
    "arn", ["arn:aws:s3:::bucket", "arn:aws:ssm:eu-west-1", "arn:aws:ssm::1:parameter/k"]
)
def test_the_arn_of_something_else_is_refused(arn: str) -> None:
    assert "is not the ARN of an SSM parameter" in refusal(PK_PATH=arn)


def test_visibility_pins_what_the_keys_imply() -> None:
    assert resolve(VISIBILITY="public").visibility == "public"
    assert "VISIBILITY is private, but there is neither" in refusal(VISIBILITY="private")
    assert "VISIBILITY is public, but there is PK_PATH" in refusal(VISIBILITY="public", PK_PATH="k")
    assert "VISIBILITY is public or private, not ''" in refusal(VISIBILITY="")
    assert "VISIBILITY is public or private, not ''" in refusal({"MEMORY_VISIBILITY": ""})


def test_an_unknown_hash_is_refused() -> None:
    assert resolve().hash_algorithm == "SHA256"
    assert resolve(HASH_ALGORITHM="sha1").hash_algorithm == "SHA1"
    assert "HASH_ALGORITHM is one of SHA256, SHA1, not 'MD5'" in refusal(HASH_ALGORITHM="MD5")


def test_an_unknown_log_level_is_refused() -> None:
    assert resolve(LOG_LEVEL="DEBUG").log_level == "debug"
    assert "LOG_LEVEL is one of debug" in refusal(LOG_LEVEL="loud")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("REGION", "evil.example/#"),
        ("REGION", "us-east-1\n"),
        ("REGION", "aws-global"),
        ("DISTRIBUTION", "[::1"),
        ("DISTRIBUTION", "d1.cloudfront.net\nX"),
        ("DISTRIBUTION", "d1.cloud front.net"),
        ("DISTRIBUTION", "https://[::1"),
        ("EDGE_ENDPOINT", "http://127.0.0.1:99999"),
    ],
)
def test_what_would_become_part_of_a_request_is_looked_at(key: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=key):
        Config.resolve({"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", key: value}, {})


@pytest.mark.parametrize("public_key_id", ["K1&Policy=x", "K 1", "K1\n2", "ö"])
def test_so_is_the_id_of_a_key(public_key_id: str) -> None:
    conf = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "PK_PATH": "/k.pem"}
    with pytest.raises(ConfigurationError, match="PUBLIC_KEY_ID"):
        Config.resolve({**conf, "PUBLIC_KEY_ID": public_key_id}, {})


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["pipe", "NUL", "device"])
def test_a_key_that_is_no_file_is_refused_and_not_waited_for(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "key")
    if kind == "pipe":
        os.mkfifo(path)
    path = {"pipe": path, "NUL": "/a\0b", "device": "/dev/zero"}[kind]
    conf = {
        "DISTRIBUTION": "d1.cloudfront.net",
        "BUCKET_NAME": "values",
        "PK_PATH": path,
        "PUBLIC_KEY_ID": "K1",
    }
    with pytest.raises(ConfigurationError, match="PK_PATH"):
        MemoryService(conf, "shop")


def test_a_cached_name_that_is_no_text_is_refused() -> None:
    mem = MemoryService({"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values"}, "shop")

    @mem.cached(name="f")
    def function(word: str) -> str:
        return word

    with pytest.raises(UnsupportedTypeError):
        function.cache_name("\ud800")

import json
import math
from pathlib import Path
from typing import Any

import boto3
import pytest
from doubles import Answer, Clock, WebServer
from memory import AccessDeniedError, Config, ConfigurationError, UnavailableError
from memory._secrets import KeySource
from memory._wire import WIRE

LATER = math.inf
ARN = "arn:aws:ssm:us-east-1:123456789012:parameter"


def key_source(clock: Clock, pk_path: Any, **conf: Any) -> KeySource:
    given = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "PK_PATH": pk_path, **conf}
    return KeySource(Config.resolve(given, {}), clock, WIRE)


def put_parameter(name: str, value: str) -> None:
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def secret(rsa_pem: bytes, **more: str) -> str:
    return json.dumps({"private_key": rsa_pem.decode(), **more})


def test_a_file_is_read_at_once(rsa_pem: bytes, tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(rsa_pem)
    keys = key_source(clock, path, PUBLIC_KEY_ID="K1")
    path.unlink()
    assert keys.key(LATER).public_key_id == "K1"
    assert not keys.forget(keys.key(LATER))
    clock.now += 3600
    assert keys.key(LATER).public_key_id == "K1"


@pytest.mark.parametrize("state", ["missing", "folder"])
def test_a_file_that_cannot_be_read_says_which(state: str, tmp_path: Path, clock: Clock) -> None:
    path = tmp_path if state == "folder" else tmp_path / "nothing.pem"
    with pytest.raises(ConfigurationError, match=str(path)):
        key_source(clock, path, PUBLIC_KEY_ID="K1")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("name", ["flat", "/two/levels"])
def test_a_parameter_is_read_with_the_first_key(name: str, rsa_pem: bytes, clock: Clock) -> None:
    keys = key_source(clock, f"{ARN}/{name.removeprefix('/')}")
    put_parameter(name, secret(rsa_pem, public_key_id="K7"))
    assert keys.key(LATER).public_key_id == "K7"


@pytest.mark.usefixtures("aws")
def test_a_secret_is_read_and_its_key_id_wins(rsa_pem: bytes, clock: Clock) -> None:
    made = boto3.client("secretsmanager").create_secret(
        Name="k", SecretString=secret(rsa_pem, public_key_id="K8")
    )
    assert key_source(clock, made["ARN"], PUBLIC_KEY_ID="K1").key(LATER).public_key_id == "K8"


@pytest.mark.usefixtures("aws")
def test_the_configured_key_id_serves_a_secret_without_one(rsa_pem: bytes, clock: Clock) -> None:
    put_parameter("k", secret(rsa_pem))
    assert key_source(clock, f"{ARN}/k", PUBLIC_KEY_ID="K1").key(LATER).public_key_id == "K1"
    with pytest.raises(ConfigurationError, match="has no public_key_id"):
        key_source(clock, f"{ARN}/k").key(LATER)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "text", ["nonsense TOP-SECRET", '["TOP-SECRET"]', '{"private_key": 5}', '{"key": "TOP-SECRET"}']
)
def test_a_parameter_of_another_form_is_refused_without_quoting_it(text: str, clock: Clock) -> None:
    put_parameter("k", text)
    with pytest.raises(ConfigurationError, match="does not hold JSON like") as raised:
        key_source(clock, f"{ARN}/k").key(LATER)
    assert "TOP-SECRET" not in str(raised.value)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "arn", [f"{ARN}/none", "arn:aws:secretsmanager:us-east-1:123456789012:secret:none-abcdef"]
)
def test_a_secret_that_does_not_exist_is_named(arn: str, clock: Clock) -> None:
    with pytest.raises(ConfigurationError, match=f"{arn}' does not exist"):
        key_source(clock, arn).key(LATER)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((400, {}, b'{"__type": "AccessDeniedException", "message": "no"}'), AccessDeniedError),
        ((500, {}, b'{"__type": "InternalServerError"}'), UnavailableError),
    ],
)
def test_what_aws_says_decides_the_error(
    answer: Answer,
    expected: type[Exception],
    web_server: WebServer,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", web_server.url)
    web_server.answer = lambda _: answer
    with pytest.raises(expected, match=f"{ARN}/k"):
        key_source(clock, f"{ARN}/k").key(LATER)


@pytest.mark.usefixtures("aws")
def test_a_refused_key_is_read_again_at_most_every_30_seconds(rsa_pem: bytes, clock: Clock) -> None:
    put_parameter("k", secret(rsa_pem, public_key_id="OLD"))
    keys = key_source(clock, f"{ARN}/k")
    assert keys.key(LATER).public_key_id == "OLD"
    put_parameter("k", secret(rsa_pem, public_key_id="NEW"))
    assert keys.forget(keys.key(LATER))
    assert keys.key(LATER).public_key_id == "NEW"
    put_parameter("k", secret(rsa_pem, public_key_id="NEWEST"))
    clock.now += 29
    assert not keys.forget(keys.key(LATER))
    assert keys.key(LATER).public_key_id == "NEW"
    clock.now += 1
    assert keys.forget(keys.key(LATER))
    assert keys.key(LATER).public_key_id == "NEWEST"


@pytest.mark.usefixtures("aws")
def test_of_threads_that_are_refused_at_the_same_time_each_gets_the_new_key(
    rsa_pem: bytes, clock: Clock
) -> None:
    put_parameter("k", secret(rsa_pem, public_key_id="OLD"))
    keys = key_source(clock, f"{ARN}/k")
    old = keys.key(LATER)
    put_parameter("k", secret(rsa_pem, public_key_id="NEW"))
    assert keys.forget(old)
    assert keys.forget(old)  # the first has not read the new key yet
    new = keys.key(LATER)
    assert new.public_key_id == "NEW"
    assert keys.forget(old)  # an answer that was long under way
    assert keys.key(LATER) is new


@pytest.mark.usefixtures("aws")
def test_a_key_signs_for_an_hour_and_is_then_read_again(rsa_pem: bytes, clock: Clock) -> None:
    put_parameter("k", secret(rsa_pem, public_key_id="OLD"))
    keys = key_source(clock, f"{ARN}/k")
    assert keys.key(LATER).public_key_id == "OLD"
    put_parameter("k", secret(rsa_pem, public_key_id="NEW"))
    clock.now += 3599
    assert keys.key(LATER).public_key_id == "OLD"
    clock.now += 1
    assert keys.key(LATER).public_key_id == "NEW"
    put_parameter("k", secret(rsa_pem, public_key_id="NEWER"))
    clock.now -= 1  # a clock that went back
    assert keys.key(LATER).public_key_id == "NEWER"


@pytest.mark.usefixtures("aws")
def test_while_aws_does_not_give_the_key_again_the_one_at_hand_signs(rsa_pem: bytes, clock: Clock) -> None:
    put_parameter("k", secret(rsa_pem, public_key_id="OLD"))
    keys = key_source(clock, f"{ARN}/k")
    assert keys.key(LATER).public_key_id == "OLD"
    boto3.client("ssm").delete_parameter(Name="k")
    clock.now += 3600
    assert keys.key(LATER).public_key_id == "OLD"
    put_parameter("k", secret(rsa_pem, public_key_id="NEW"))
    clock.now += 299
    assert keys.key(LATER).public_key_id == "OLD"  # AWS is not asked in each read
    clock.now += 1
    assert keys.key(LATER).public_key_id == "NEW"


@pytest.mark.usefixtures("aws")
def test_a_refused_key_is_no_longer_at_hand(rsa_pem: bytes, clock: Clock) -> None:
    put_parameter("k", secret(rsa_pem, public_key_id="OLD"))
    keys = key_source(clock, f"{ARN}/k")
    assert keys.forget(keys.key(LATER))
    boto3.client("ssm").delete_parameter(Name="k")
    with pytest.raises(ConfigurationError, match="does not exist"):
        keys.key(LATER)

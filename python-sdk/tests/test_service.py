import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import memory
import pytest
from memory import (
    ConfigurationError,
    InvalidNameError,
    MemoryService,
    UnsupportedTypeError,
    ValueTooLargeError,
)

CONF = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "us-east-1"}
SRC = Path(__file__).resolve().parents[1] / "src"


def keys(bucket: Any) -> list[str]:
    return [summary.key for summary in bucket.objects.all()]


def test_importing_loads_none_of_the_heavy_packages() -> None:
    code = "import memory, sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "memory" in loaded
    assert not {"botocore", "requests", "urllib3", "cryptography", "http", "ssl", "re", "typing"} & set(
        loaded
    )


def test_a_function_that_reads_public_values_loads_neither_boto3_nor_cryptography() -> None:
    code = f"import memory, sys; memory.MemoryService({CONF!r}, 'shop'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={
        "PYTHONPATH": str(SRC),
    }).stdout.split()  # fmt: skip
    # All that reads and writes take is there, TLS and its authorities among it: the first call has nothing to load.
    assert {"memory._writer", "memory._origin", "memory._store", "ssl", "zlib"} <= set(loaded)
    assert not {"boto3", "botocore", "cryptography", "requests", "urllib3", "http.client", "email"} & set(
        loaded
    )


def test_the_public_names_are_sorted_and_complete() -> None:
    assert memory.__all__ == sorted(memory.__all__)
    assert all(hasattr(memory, name) for name in memory.__all__)


def test_every_error_has_a_code_of_its_own_and_a_builtin_parent() -> None:
    errors = [getattr(memory, name) for name in memory.__all__ if name.endswith("Error")]
    assert len({error.code for error in errors}) == len(errors) == 10
    for error in errors:
        assert issubclass(error, memory.MemoryServiceError)
        assert (
            error is memory.MemoryServiceError
            or len(error.__mro__) > len(memory.MemoryServiceError.__mro__) + 1
        )


def test_the_version_is_the_packages() -> None:
    assert MemoryService(CONF, "shop").getVersion() == memory.__version__
    assert 'path = "src/memory/_version.py"' in (SRC.parent / "pyproject.toml").read_text()


def test_a_value_is_stored_under_its_key(bucket: Any) -> None:
    version = MemoryService(CONF, "shop").put("user.42", {"Name": "Joe"})
    assert keys(bucket) == ["public/shop/user.2E42.json"]
    assert bucket.Object("public/shop/user.2E42.json").e_tag == f'"{version}"'


def test_two_puts_of_one_value_are_two_versions(bucket: Any) -> None:
    mem = MemoryService(CONF, "shop")
    assert mem.put("a", 1) != mem.put("a", 1)
    assert keys(bucket) == ["public/shop/a.json"]


def test_a_removed_value_is_gone(bucket: Any) -> None:
    with MemoryService(CONF, "shop") as mem:
        mem.put("a", 1)
        mem.remove("a")
        mem.remove("a")
    assert keys(bucket) == []


def test_a_private_value_lies_apart_from_the_public_ones(bucket: Any, rsa_pem: bytes, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(rsa_pem)
    mem = MemoryService({**CONF, "PK_PATH": tmp_path / "key.pem", "PUBLIC_KEY_ID": "K1"}, "shop")
    mem.put("a", 1)
    assert keys(bucket) == ["private/shop/a.json"]


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize("key", ["PK_PATH", "PUBLIC_KEY_ID"])
def test_nothing_is_written_if_a_key_of_a_private_service_is_undefined(
    bucket: Any, key: str, empty: Any
) -> None:
    with pytest.raises(ConfigurationError, match="missing or empty"):
        MemoryService({**CONF, key: empty}, "shop").put("secret", "x")
    assert keys(bucket) == []


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("", 1, InvalidNameError), ("a//b", 1, InvalidNameError), ("a", (1, 2), UnsupportedTypeError)],
)
def test_nothing_is_written_for_bad_input(bucket: Any, name: str, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        MemoryService(CONF, "shop").put(name, value)
    assert keys(bucket) == []


def test_a_value_above_the_limit_is_refused_before_it_is_sent(bucket: Any) -> None:
    mem = MemoryService({**CONF, "MAX_VALUE_BYTES": 100}, "shop")
    mem.put("a", "x" * 30)
    with pytest.raises(
        ValueTooLargeError, match='"b": the value takes 1[0-9][0-9] bytes, MAX_VALUE_BYTES is 100'
    ):
        mem.put("b", "x" * 100)
    assert keys(bucket) == ["public/shop/a.json"]


def test_a_bad_service_name_is_refused() -> None:
    with pytest.raises(InvalidNameError, match="service name 'a/b' is not allowed"):
        MemoryService(CONF, "a/b")


def test_a_checked_configuration_is_accepted_too() -> None:
    config = memory.Config.resolve(CONF, {})
    assert repr(MemoryService(config, "shop")) == (
        "MemoryService('shop', Config(public, distribution='https://d1.cloudfront.net', bucket_name='values'))"
    )


def test_a_private_key_shows_nowhere(
    rsa_pem: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "key.pem").write_bytes(rsa_pem)
    caplog.set_level(logging.DEBUG, "memory")
    mem = MemoryService({**CONF, "PK_PATH": tmp_path / "key.pem", "PUBLIC_KEY_ID": "K1"}, "shop")
    middle = rsa_pem.decode().splitlines()[5]
    with pytest.raises(memory.UnavailableError) as raised:
        mem.get("a")
    shown = [repr(mem), repr(mem._config), repr(mem._reader._edge._signer), repr(raised.value), caplog.text]
    assert not any(middle in text or "PRIVATE" in text or "Signature=" in text for text in shown)

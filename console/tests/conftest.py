"""A bucket on the local cloud for each test; the engine starts once."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from click.testing import CliRunner
from local_cloud import Fault, LocalCloud
from memory_console.bucket import Bucket
from memory_console.command import main
from memory_console.sdk import PutOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result
    from local_cloud import Entry

_numbers = itertools.count()
_FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "MEMORY_STACK", "MEMORY_VISIBILITY")


@dataclass(frozen=True)
class Values:
    """A bucket with values."""

    bucket: Bucket

    @property
    def name(self) -> str:
        return self.bucket.name

    def put(self, service: str, name: str, value: Any, *, visibility: str = "public", **options: Any) -> str:
        expires_at = options.pop("expires_at", None)
        checked = PutOptions.check(
            options.get("ttl"),
            options.get("edge_ttl"),
            options.get("storage_class"),
            default_edge_ttl=5,
            default_storage_class="STANDARD",
        )
        place = self.bucket.place(visibility, service)
        tagging = place.take(options["tags"]) if "tags" in options else None
        return place.store(name, value, checked._replace(ends_at=expires_at, tagging=tagging))

    def put_object(self, key: str, body: bytes) -> None:
        self.bucket.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def stored_keys(self) -> list[str]:
        return [found.key for page in self.bucket.pages("") for found in page.objects]


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud.start(faults=True) as started:
        yield started


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has set does not reach them, and no test reaches AWS."""
    for variable in (*_FOREIGN, "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")


@pytest.fixture(autouse=True, scope="session")
def _clients_made_once() -> Iterator[None]:
    """A command is a process, which spends most of its time with making a client of S3. Here it is but a call."""
    make: Any = vars(Bucket)["s3"]
    made: dict[tuple[object, ...], Any] = {}

    def s3(bucket: Bucket) -> Any:
        settings = tuple(sorted(item for item in os.environ.items() if item[0].startswith("AWS_")))
        key = (bucket._region, bucket._profile, bucket._endpoint_url, boto3.Session, settings)
        if key not in made:
            made[key] = make.func(bucket)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bucket, "s3", property(s3))
        yield


@pytest.fixture
def values(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Values:
    """An empty bucket, which the environment names."""
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    bucket = f"values-{next(_numbers)}"
    monkeypatch.setenv("MEMORY_BUCKET_NAME", bucket)
    made = Bucket(bucket)
    made.s3.create_bucket(Bucket=bucket)
    return Values(made)


@pytest.fixture
def asked(cloud: LocalCloud, values: Values) -> Callable[[], list[Entry]]:
    """Return what S3 was asked about this bucket's objects since the last time, or since the test began."""
    cloud.requests.clear()

    def since_then() -> list[Entry]:
        entries = [entry for entry in cloud.requests.entries() if entry.path.startswith(f"/{values.name}")]
        cloud.requests.clear()
        return entries

    return since_then


@pytest.fixture
def lose(cloud: LocalCloud, values: Values) -> Iterator[Callable[..., None]]:
    """Let S3 carry out the next requests of a method, and answer none of them: `lose("PUT", key)`."""

    def lose(method: str, key: str = "", times: int = 1) -> None:
        path = f"/{values.name}/{key}" if key else f"/{values.name}"
        cloud.faults.add(Fault(where="s3", kind="lost", method=method, path=path, times=times))

    yield lose
    cloud.faults.clear()


@pytest.fixture
def meanwhile(cloud: LocalCloud) -> Iterator[Callable[..., None]]:
    """Let somebody else act right before each of the next puts of an object: `meanwhile(bucket, key, act, act)`."""

    def meanwhile(bucket: Bucket, key: str, *acts: Callable[[], object]) -> None:
        left = list(acts)

        def wait() -> None:
            cloud.request_hooks.add("s3", act, method="PUT", path=f"/{bucket.name}/{key}")

        def act() -> None:
            left.pop(0)()
            if left:
                wait()

        wait()

    yield meanwhile
    cloud.request_hooks.clear()


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command in this process: `run("get", "shop", "a")`."""

    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(main, arguments, prog_name="memory-service", **options)

    return invoke


@pytest.fixture
def found(run: Callable[..., Result]) -> Callable[..., Any]:
    """Run the command with `--json` and return what it found; it must succeed."""

    def invoke(*arguments: str) -> Any:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        return lines[0] if len(lines) == 1 else lines

    return invoke

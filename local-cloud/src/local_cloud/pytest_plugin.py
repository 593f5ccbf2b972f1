"""A pytest plugin for applications that use Memory Service: the fixture `memory_cloud`.

A `conftest.py` takes it with `pytest_plugins = ["local_cloud.pytest_plugin"]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra import PackagingError
from local_cloud import FakeClock, LocalCloud
from local_cloud.application import deploy_application

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_cloud.faults import Faults
    from local_cloud.journal import Journal

_ROOT = Path(__file__).resolve().parents[3]
_TEMPLATE = _ROOT / "infra" / "template.yaml"
_NODE_MODULES = _ROOT / "infra" / "edge-setup" / "node_modules"  # what Lambda's Node runtime brings along


@dataclass(frozen=True)
class MemoryCloud:
    """Memory Service as deployed, without its demos, on a local cloud.

    Attributes:
        cloud: The local cloud.
        clock: Its clock, which stands still until a test moves it.
        outputs: The outputs of the stack.
    """

    cloud: LocalCloud
    clock: FakeClock
    outputs: Mapping[str, str]

    @property
    def faults(self) -> Faults:
        """What goes wrong on demand."""
        return self.cloud.faults

    @property
    def requests(self) -> Journal:
        """What S3 and the edge were asked since the test began."""
        return self.cloud.requests

    def public(self, pop: int | None = 0) -> dict[str, Any]:
        """Return the configuration of a public service for a `MemoryService` near a point of presence.

        Args:
            pop: Its number, from 0; None for one that moves between them with `cloud.roam`.
        """
        return self._configuration("Distribution", pop)

    def private(self, pop: int | None = 0) -> dict[str, Any]:
        """Return the configuration of a private service, as `public` does."""
        keys = {"PK_PATH": self.outputs["PrivateKeyArn"], "PUBLIC_KEY_ID": self.outputs["PublicKeyId"]}
        return {**self._configuration("PrivateDistribution", pop), **keys}

    def reset(self) -> None:
        """Clear the faults, set the clock to the machine's time, and forget all values, copies and requests."""
        self.faults.clear()
        self.cloud.request_hooks.clear()
        self.cloud.roam(0)
        self.clock.reset()
        self._remove_values()
        self.cloud.clear_caches()
        self.requests.clear()

    def _configuration(self, distribution: str, pop: int | None) -> dict[str, Any]:
        return {
            "DISTRIBUTION": self.outputs[distribution],
            "BUCKET_NAME": self.outputs["StorageBucket"],
            "REGION": self.cloud.environment()["AWS_REGION"],
            "EDGE_ENDPOINT": self.cloud.roaming_endpoint if pop is None else self.cloud.edge_endpoints[pop],
        }

    def _remove_values(self) -> None:
        s3, bucket = self.cloud.client("s3"), self.outputs["StorageBucket"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if keys:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


@pytest.fixture(scope="session")
def memory_cloud_options() -> dict[str, Any]:
    """Return what `LocalCloud.start` is told besides; a `conftest.py` may have a fixture of this name."""
    return {}


@pytest.fixture(scope="session")
def memory_cloud(memory_cloud_options: dict[str, Any]) -> Iterator[MemoryCloud]:
    """Deploy Memory Service once for all tests; each of them finds it as new, and AWS's variables set."""
    clock = FakeClock()
    options = {"variables": {"NODE_PATH": str(_NODE_MODULES)}, "faults": True, **memory_cloud_options}
    with LocalCloud.start(clock=clock, **options) as cloud:
        try:
            stack = deploy_application(
                cloud, _TEMPLATE, stack_name="memory-service", parameters={"Demos": "false"}
            )
        except PackagingError as error:
            pytest.fail(f"{error}\nRun `python3 noxfile.py -s layers` in {_ROOT} once.", pytrace=False)
        yield MemoryCloud(cloud, clock, stack.outputs)


@pytest.fixture(autouse=True)
def _as_new(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "memory_cloud" in request.fixturenames:
        memory_cloud: MemoryCloud = request.getfixturevalue("memory_cloud")
        memory_cloud.reset()
        for name, value in memory_cloud.cloud.environment().items():
            monkeypatch.setenv(name, value)

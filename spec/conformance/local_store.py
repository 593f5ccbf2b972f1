"""The store on a local cloud: its clock can be moved on, it fails on demand, and others come in between."""

from __future__ import annotations

import contextlib
import http.client
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .change import write_of
from .clock import Clock
from .store import ONLY_DOUBLES, SERVICES, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from local_cloud import LocalCloud
    from local_cloud.journal import Entry

    from .change import Change

_PATIENCE = 10  # seconds
_PATIENCE_FOR_OTHERS = 3  # seconds


class StoreError(Exception):
    """The store cannot be deployed here; the message says what to do."""


class LocalStore(Store):
    """Bucket and distributions on a local cloud, whose clock can be moved and which fails on demand."""

    def __init__(
        self, cloud: LocalCloud, outputs: Mapping[str, str], clock: Clock, overlooks: frozenset[str]
    ) -> None:
        """Take a running local cloud, the stack's outputs, the cloud's clock, and what its S3 overlooks."""

        def client(service: str) -> Any:
            return cloud.client(service, bypass_faults=True)

        super().__init__(client, cloud.environment(), outputs, self._ask, clock)
        self.overlooks = overlooks
        self._cloud = cloud
        self._pop = 0
        self._shown = 0
        self._overwritten: str | None = None

    def begin(self) -> None:
        """Begin a scenario: the present is the machine's, nothing fails, and nobody has asked anything."""
        super().begin()
        self.heal()
        self._forget_requests()

    def conf(self, visibility: str, changes: Mapping[str, Any], rsa_key: Path) -> dict[str, Any]:
        """Return the configuration of a service, whose readers move between points of presence."""
        return super().conf(visibility, {"EDGE_ENDPOINT": self._cloud.roaming_endpoint, **changes}, rsa_key)

    def roam(self, pop: int) -> None:
        """Let the SDKs reach this point of presence from now on."""
        if pop != self._pop:
            self._cloud.roam(pop)
            self._pop = pop

    def meanwhile(self, change: Change, *, method: str, key: str, times: int) -> None:
        """Let somebody change an object each time S3 is about to carry out an SDK's request for it."""

        def act() -> None:
            stored = self.stored(key)
            replaced = write_of(stored.body) if stored else None
            self._overwritten = replaced or self._overwritten
            if change.body is None:
                self.remove(key)
            else:
                self.put(key, change.headers, change.octets(replaced))

        self._before(act, method, key, times)

    def delay(self, seconds: float, *, method: str, key: str, times: int) -> None:
        """Let time pass each time S3 is about to carry out an SDK's request for a key."""

        def act() -> None:
            self.clock.now += seconds

        self._before(act, method, key, times)

    def meet(self, *, method: str, key: str, count: int) -> None:
        """Let so many requests for a key wait for each other before S3 carries them out."""
        others = threading.Barrier(count)

        def act() -> None:
            # If nobody else comes, that is for other steps to say.
            with contextlib.suppress(threading.BrokenBarrierError):
                others.wait(_PATIENCE_FOR_OTHERS)

        self._before(act, method, key, count)

    def overwritten(self) -> str | None:
        """Return the `write` of what was last replaced meanwhile, if anything was since the last call of this."""
        replaced, self._overwritten = self._overwritten, None
        return replaced

    def fault(self, fault: Mapping[str, Any], visibility: str, key: str) -> None:
        """Let something go wrong with requests for some keys."""
        from local_cloud import Fault  # noqa: PLC0415 - only store checks need it

        if fault["where"] in SERVICES:
            raise NotImplementedError(ONLY_DOUBLES)
        path = self.path_of(fault["where"], visibility, key)
        self._cloud.faults.add(Fault.from_json({**fault, "path": path}))

    def heal(self) -> None:
        """Let everything work again, and nothing happen any more."""
        if self._cloud.faults.active():
            self._cloud.faults.clear()
        self._cloud.request_hooks.clear()

    def requests(self, visibility: str, place: str) -> list[Entry]:
        """Return what was asked of the edge and of S3 for a place since the last call of this."""
        found = self._cloud.requests.entries()
        self._forget_requests()
        return [entry for entry in found if self.is_for(entry, visibility, place)]

    def traffic(self) -> Sequence[Any]:
        """Return what was asked over HTTP since the last call of this, for transcripts."""
        found = self._cloud.requests.entries()
        new, self._shown = found[self._shown :], len(found)
        return new

    def _forget_requests(self) -> None:
        self._cloud.requests.clear()
        self._shown = 0

    def invalidations(self, visibility: str, path: str) -> list[list[str]]:
        """Let the edge learn of all invalidations; return the paths of those that are new and begin so."""
        self._cloud.refresh()
        return super().invalidations(visibility, path)

    def _before(self, act: Callable[[], object], method: str, key: str, times: int) -> None:
        self._cloud.request_hooks.add("s3", act, method=method, path=f"/{self._bucket}/{key}", times=times)

    def _ask(self, host: str, path: str) -> int:
        connection = http.client.HTTPConnection(urlsplit(self._cloud.edge_endpoint).netloc, timeout=_PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": host})
            return connection.getresponse().status


@contextmanager
def deployed(root: Path, *, in_seaweedfs: bool = False) -> Iterator[Store]:
    """Deploy the template of a clone on a local cloud, for as long as the context lasts.

    Args:
        root: the clone.
        in_seaweedfs: whether SeaweedFS keeps the objects, which verifies signatures.

    Raises:
        StoreError: There is no local cloud, or the template or what it needs is not there.
    """
    try:
        from local_cloud import LocalCloud, LocalCloudError  # noqa: PLC0415 - only store checks need it
        from local_cloud.application import deploy_application  # noqa: PLC0415 - as above
        from local_cloud.seaweedfs import SeaweedFS  # noqa: PLC0415 - as above

        from infra import PackagingError  # noqa: PLC0415 - only store checks need it
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{error}: store checks need a clone's local cloud; --no-store leaves them out"
        ) from error
    clock = Clock()
    modules = root / "infra" / "edge-setup" / "node_modules"
    for needed in (root / "infra" / "template.yaml", modules, root / "build" / "layers"):
        if not needed.exists():
            raise StoreError(
                f"{needed} is not there: run `python3 noxfile.py -s conformance`, or pass --no-store"
            )
    options: dict[str, Any] = {"clock": clock, "faults": True, "points_of_presence": 3}
    try:
        with contextlib.ExitStack() as opened:
            started = LocalCloud.start(**options, variables={"NODE_PATH": str(modules)})
            cloud = opened.enter_context(started)
            template = root / "infra" / "template.yaml"
            stack = deploy_application(
                cloud, template, stack_name="conformance", parameters={"Demos": "false"}
            )
            if in_seaweedfs:
                keys = cloud.environment()
                s3 = SeaweedFS(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
                cloud.store_elsewhere(stack.outputs["StorageBucket"], opened.enter_context(s3).endpoint)
            overlooks = frozenset(("extra", "tagging", "role") if in_seaweedfs else ("signature",))
            yield LocalStore(cloud, stack.outputs, clock, overlooks)
    except (LocalCloudError, PackagingError) as error:
        raise StoreError(str(error)) from error

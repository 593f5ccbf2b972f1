"""Makes histories: lets clients of several SDKs do what they like in a cloud, and gathers what they did."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance.driver import Driver, Limits
from local_cloud import Fault, LocalCloud
from local_cloud.application import deploy_application

from .client import BrokenError, Client, Member
from .clock import SharedClock
from .nemesis import Nemesis
from .plan import Budget, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.sdk import Sdk

    from .operation import Operation

POINTS_OF_PRESENCE = 3
STALE_IF_ERROR = 20
_LOOK = 0.005  # seconds between two looks at how far the clients are
_LIMITS = Limits(start=60, request=240)  # a put is tried three times, and a machine may be slow


@dataclass(frozen=True)
class Setting:
    """How a history is made.

    Attributes:
        seed: of everything that is random.
        operations: how many, about.
        clients: processes of each SDK.
        edge_ttl: the service's EDGE_TTL, in seconds.
        jumps: whether time passes at once now and then.
        hangs: how many of the faults are edges that do not answer.
        pauses: how many operations there are between two changes of what befalls the clients, at least and at most.
        endings: how many of the puts have a ttl, from 0 to 1.
        changes: whether the services have a change record; then processes freeze and end, too.
        tags: whether values have tags, which are invalidated.
        skew: by how many seconds the clocks of two processes in three are wrong, one fast and one slow. Then no put
            should have a ttl: it ends by whatever clock looks at it.
    """

    seed: int
    operations: int
    clients: int = 2
    edge_ttl: int = 4
    jumps: bool = True
    hangs: float = 0.0
    pauses: tuple[int, int] = (2, 12)
    endings: float = 0.3
    changes: bool = False
    tags: bool = False
    skew: float = 0.0


class History(NamedTuple):
    """What was done, the statistics of all objects together, and how long it took in seconds."""

    operations: list[Operation]
    stats: Mapping[str, int]
    seconds: float


class Stage:
    """A deployed cloud with several points of presence, where histories are made one after the other.

    Attributes:
        cloud: the cloud.
        clock: what everybody goes by.
    """

    def __init__(self, cloud: LocalCloud, outputs: Mapping[str, str], clock: SharedClock) -> None:
        """Take a running cloud, the outputs of the stack on it, and the clock that it goes by."""
        self.cloud = cloud
        self.clock = clock
        self._outputs = outputs
        self._id = _distribution_id(cloud, outputs["Distribution"])
        self._histories = 0

    def conf(self, pop: int | None = None, **more: Any) -> dict[str, Any]:
        """Return the configuration of a public service.

        Args:
            pop: the number of the point of presence that it reads at; None is wherever `cloud.roam` leads.
            more: further keys.
        """
        endpoint = self.cloud.roaming_endpoint if pop is None else self.cloud.edge_endpoints[pop]
        return {
            "DISTRIBUTION": self._outputs["Distribution"],
            "DISTRIBUTION_ID": self._id,
            "BUCKET_NAME": self._outputs["StorageBucket"],
            "REGION": "us-east-1",
            "EDGE_ENDPOINT": endpoint,
            **more,
        }

    @contextmanager
    def driver(self, sdk: Sdk, skew: float = 0.0) -> Iterator[Driver]:
        """Start a process of an SDK that goes by the clock, or one that is so many seconds ahead of it."""
        with Driver(sdk, self.cloud.environment(), _LIMITS) as driver:
            self.set_clock(driver, skew)
            yield driver

    def set_clock(self, driver: Driver, skew: float = 0.0) -> None:
        """Let a process go by the clock.

        Raises:
            BrokenError: It does not.
        """
        (answer,) = driver.ask([{"op": "clock", "file": str(self.clock.file_of(skew))}])
        if answer.verdict or "error" in answer.message:
            raise BrokenError(f"{driver.sdk.name} does not take the clock: {answer}")

    @contextmanager
    def drivers(self, sdks: Sequence[Sdk]) -> Iterator[list[Driver]]:
        """Start a process of each SDK."""
        with ExitStack() as stack:
            yield [stack.enter_context(self.driver(sdk)) for sdk in sdks]

    def history(self, sdks: Sequence[Sdk], setting: Setting) -> History:
        """Make a history.

        Raises:
            BrokenError: A client did what none may.
        """
        self._histories += 1
        budget = Budget(setting.operations)
        clock = self.clock if setting.jumps else None
        nemesis = Nemesis(setting.seed, self.cloud, clock, setting.hangs, setting.pauses)
        began = time.monotonic()
        with ExitStack() as stack:
            clients = [
                self._client(stack, sdk, number, setting, budget, nemesis)
                for sdk in sdks
                for number in range(setting.clients)
            ]
            if setting.changes:
                place = f"{self._outputs['StorageBucket']}/public/history-{self._histories}.changes/"
                nemesis.haunt(clients, f"/{place}")
            with ThreadPoolExecutor(len(clients) + 1) as pool:
                disrupting = pool.submit(_disrupt, nemesis, budget)
                playing = [pool.submit(_play, client, budget, nemesis) for client in clients]
            self.cloud.faults.clear()
            self.cloud.request_hooks.clear()
            for done in (*playing, disrupting):
                done.result()
            for client in clients:
                client.settle()
            names = {one.name for client in clients for one in client.history if one.verb != "invalidate"}
            clients[0].read_newest(sorted(names))
            self._black_out(clients, clock)
            stats = Counter[str]()
            for client in clients:
                stats += client.stats()
        operations = [operation for client in clients for operation in client.history]
        return History(operations, stats, time.monotonic() - began)

    def _black_out(self, clients: Sequence[Client], clock: SharedClock | None) -> None:
        """Let every edge fail, and one client after the other read."""
        self.cloud.faults.add(Fault(where="edge", kind="status", status=503))
        self.cloud.requests.clear()
        for client in clients:
            client.read_in_the_dark(clock.advance if clock else lambda _: None, self._asked)
        self.cloud.faults.clear()

    def _asked(self) -> int:
        return sum(entry.where == "edge" for entry in self.cloud.requests.entries())

    def _client(  # noqa: PLR0913, PLR0917 - what a client is made of
        self, stack: ExitStack, sdk: Sdk, number: int, setting: Setting, budget: Budget, nemesis: Nemesis
    ) -> Client:
        name = f"{sdk.name}{number}"
        skew = (0.0, setting.skew, -setting.skew)[number % 3]
        driver = stack.enter_context(self.driver(sdk, skew))
        common: dict[str, Any] = {"EDGE_TTL": setting.edge_ttl, "STALE_IF_ERROR": STALE_IF_ERROR}
        common |= {"CHANGES": True} if setting.changes else {}
        fixed = self.conf(number % POINTS_OF_PRESENCE, **common, LOCAL_MAX_ITEMS=2) | {"STALE_IF_ERROR": 0}
        members = [
            Member(f"{name}.roams", self.conf(**common, LOCAL_MAX_ITEMS=0)),
            Member(f"{name}.keeps", self.conf(**common)),
            Member(f"{name}.stays", fixed, tells=False, pop=number % POINTS_OF_PRESENCE),
        ]
        plan = Plan(setting.seed, name, budget, setting.endings, changes=setting.changes, tags=setting.tags)
        return Client(
            driver,
            members,
            plan,
            self.clock,
            lambda: nemesis.visit,
            f"history-{self._histories}",
            lambda one: self.set_clock(one, skew),
        )


@contextmanager
def staged(root: Path) -> Iterator[Stage]:
    """Deploy the template of a clone on a local cloud, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="history-") as folder:
        clock = SharedClock(Path(folder) / "ahead")
        modules = root / "infra" / "edge-setup" / "node_modules"
        with LocalCloud.start(
            clock=clock,
            variables={"NODE_PATH": str(modules)},
            points_of_presence=POINTS_OF_PRESENCE,
            faults=True,
        ) as cloud:
            template = root / "infra" / "template.yaml"
            stack = deploy_application(cloud, template, stack_name="history", parameters={"Demos": "false"})
            yield Stage(cloud, stack.outputs, clock)


def _distribution_id(cloud: LocalCloud, domain: str) -> str:
    listed = cloud.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    return next(str(one["Id"]) for one in listed if one["DomainName"] == domain)


def _play(client: Client, budget: Budget, nemesis: Nemesis) -> None:
    try:
        while not budget.over.is_set():
            with nemesis.pauses.step(client):
                client.step()
    finally:
        budget.over.set()  # whoever breaks down ends it for all


def _disrupt(nemesis: Nemesis, budget: Budget) -> None:
    next_change = nemesis.pause()
    while not budget.over.wait(_LOOK):
        while budget.taken >= next_change:
            nemesis.change()
            next_change += nemesis.pause()

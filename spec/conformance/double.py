"""An SDK's own test double as the store of scenarios: the driver plays the cloud, and the runner looks into it."""

from __future__ import annotations

import base64
import threading
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from .clock import Clock
from .store import DEADLINE, SERVICES, Store, StoredObject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .answers import Message
    from .change import Change
    from .driver import Driver

FEATURE = "double"
_KEYS = ("BUCKET_NAME", "REGION")


class DoubleStore(Store):
    """The store that an SDK's double is; the objects of the driver's later requests use it."""

    def __init__(self, driver: Driver) -> None:
        """Ask for a double with three points of presence.

        Raises:
            FailureError: The driver has none.
        """
        self._driver = driver
        self._asking = threading.Lock()  # many objects are stored at the same time
        self.clock = Clock()
        self.environment = {}
        self.filled = set()
        self._may_overwrite = False
        self._requests: list[SimpleNamespace] = []
        self.begin()

    def begin(self) -> None:
        """Begin a scenario: a new double, with nothing in it, nothing that fails, and nobody who has asked."""
        self.clock.begin()
        self.filled.clear()
        self._may_overwrite = False
        self._requests.clear()
        self._driver.ask([{"op": "clock", "now": self.clock.now}])
        told = self._ask("begin", points_of_presence=3)["conf"]
        self.access_key = str(told["ACCESS_KEY"])
        self._keys = {key: told[key] for key in _KEYS}
        self._hosts = {"public": told["DISTRIBUTION"], "private": told["PRIVATE_DISTRIBUTION"]}
        self._names = {
            "$DISTRIBUTION": told["DISTRIBUTION"],
            "$DISTRIBUTION_ID": told["DISTRIBUTION_ID"],
            "$PRIVATE_DISTRIBUTION": told["PRIVATE_DISTRIBUTION"],
            "$PRIVATE_KEY_ARN": told["PRIVATE_KEY_ARN"],
            "$PUBLIC_KEY_ID": told["PUBLIC_KEY_ID"],
            "$ROLE_ARN": told["ROLE_ARN"],
        }

    def conf(self, visibility: str, changes: Mapping[str, Any], rsa_key: Path) -> dict[str, Any]:
        """Return the configuration of a service."""
        return self._conf(visibility, {**self._keys, "DEADLINE": DEADLINE}, changes, rsa_key)

    def roam(self, pop: int) -> None:
        """Let the SDK reach this point of presence from now on."""
        self._ask("roam", pop=pop)

    def stored(self, key: str) -> StoredObject | None:
        """Return the object under a key, if there is one."""
        found = self._ask("stored", key=key)["object"]
        if found is None:
            return None
        headers = {name.lower(): value for name, value in found["headers"].items()}
        body = self.inflated(base64.b64decode(found["body_base64"]), headers)
        return StoredObject(headers, body, found["version"], found["storage_class"])

    def tags(self, key: str) -> dict[str, str]:
        """Return the tags of an object."""
        return dict(self._ask("stored", key=key)["object"]["tags"])

    def put(self, key: str, headers: Mapping[str, str], body: bytes) -> None:
        """Store an object as no SDK would."""
        self._ask("store", key=key, headers=dict(headers), body_base64=base64.b64encode(body).decode())

    def remove(self, key: str) -> None:
        """Remove an object."""
        self._ask("remove", key=key)

    def meanwhile(self, change: Change, *, method: str, key: str, times: int) -> None:
        """Let somebody change an object each time S3 is about to carry out an SDK's request for it."""
        what = (
            {"remove": True}
            if change.body is None
            else {"headers": dict(change.headers), "body": change.body}
        )
        self._ask("meanwhile", method=method, key=key, times=times, **what)
        self._may_overwrite = True

    def delay(self, seconds: float, *, method: str, key: str, times: int) -> None:
        """Let time pass each time S3 is about to carry out an SDK's request for a key."""
        self._ask("meanwhile", method=method, key=key, times=times, passes=seconds)
        self._may_overwrite = True

    def meet(self, *, method: str, key: str, count: int) -> None:
        """Let so many requests for a key wait for each other before S3 carries them out."""
        self._ask("meet", method=method, key=key, count=count)

    def overwritten(self) -> str | None:
        """Return the `write` of what was last replaced meanwhile, if anything was since the last call of this."""
        if not self._may_overwrite:
            return None
        told = self._ask("overwritten")
        self.clock.now += told.get("passed", 0)
        write: str | None = told["write"]
        return write

    def fault(self, fault: Mapping[str, Any], visibility: str, key: str) -> None:
        """Let something go wrong with requests for some keys.

        Raises:
            NotImplementedError: The double has no such fault.
        """
        self._ask("fault", fault={**fault, "path": self.path_of(fault["where"], visibility, key)})

    def heal(self) -> None:
        """Let everything work again."""
        self._ask("heal")

    def requests(self, visibility: str, place: str) -> list[Any]:
        """Return what was asked of the edge and of S3 for a place since the last call of this."""
        self.traffic()
        found, self._requests = self._requests, []
        return [one for one in found if one.where in SERVICES or self.is_for(one, visibility, place)]

    def services(self, asked: Sequence[Any]) -> Mapping[str, int]:
        """Return how often other services than S3, STS and the edge are among what was asked, by their names."""
        return dict(Counter(one.where for one in asked if one.where in SERVICES and one.where != "sts"))

    def traffic(self) -> Sequence[Any]:
        """Return what was asked since the last call of this, for transcripts."""
        new = [SimpleNamespace(**one) for one in self._ask("requests")["requests"]]
        self._requests += new
        return new

    def invalidations(self, visibility: str, path: str) -> list[list[str]]:
        """Return the paths of the invalidations that are new and begin so; the edges learn of them now."""
        found: list[list[str]] = self._ask("invalidations", distribution=self._hosts[visibility])[
            "invalidations"
        ]
        return [paths for paths in found if any(one.startswith(path) for one in paths)]

    def fetch(self, host: str, path: str) -> int:
        """Ask the edge for a path, as a program that has no SDK, and return the status."""
        return int(self._ask("fetch", host=host, path=path)["status"])

    def post(self, url: str, content_type: str, body: bytes) -> tuple[int, Mapping[str, str]]:
        """Post an upload form.

        Raises:
            NotImplementedError: A double has no port that would take one.
        """
        raise NotImplementedError("a double takes no upload forms")

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return str(self._keys["BUCKET_NAME"])

    def _ask(self, what: str, **members: Any) -> Message:
        with self._asking:
            (answer,) = self._driver.ask([{"op": "double", "do": what, **members}])
        if "skipped" in answer.message:
            raise NotImplementedError(answer.message["skipped"])
        answer.check_success({})
        return answer.message

"""The SDK's own cloud in memory, as the runner controls it."""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import secrets
import threading
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from memory.testing import Cloud

if TYPE_CHECKING:
    from collections.abc import Callable

Message = dict[str, Any]
HOSTS = {"public.testing": "public", "private.testing": "private"}
IDS = {"EPUBLIC": "public.testing", "EPRIVATE": "private.testing"}
BUCKET = "testing"
PATIENCE = 3  # seconds
PARAMETER = "arn:aws:ssm:us-east-1:000000000000:parameter/testing/key"
TOLD = {
    "DISTRIBUTION": "public.testing",
    "PRIVATE_DISTRIBUTION": "private.testing",
    "DISTRIBUTION_ID": "EPUBLIC",
    "PRIVATE_DISTRIBUTION_ID": "EPRIVATE",
    "BUCKET_NAME": BUCKET,
    "REGION": "us-east-1",
    "PRIVATE_KEY_ARN": PARAMETER,
    "PUBLIC_KEY_ID": "KTESTING",
    "ROLE_ARN": "arn:aws:iam::000000000000:role/testing",
    "ACCESS_KEY": "AKIATESTING",
}


class Double:
    """The cloud of the scenario that runs, if there is one."""

    def __init__(self) -> None:
        self._cloud: Cloud | None = None
        self._seen = 0
        self._replaced: str | None = None
        self._passed = 0.0

    def answer(
        self, request: Message, clock: Callable[[], float], advance: Callable[[float], None]
    ) -> Message:
        """Do what the runner asks for.

        Args:
            request: That.
            clock: Returns Unix time in seconds.
            advance: Moves that clock.

        Raises:
            NotImplementedError: A cloud in memory cannot.
        """
        what = request["do"]
        self._advance = advance
        if what == "begin":
            return self._begin(request["points_of_presence"], clock)
        if self._cloud is None:
            raise AssertionError("begin comes first")
        return dict(getattr(self, f"_{what}")(self._cloud, request))

    def _begin(self, points_of_presence: int, clock: Callable[[], float]) -> Message:
        if self._cloud is not None:
            self._cloud.stop()
        cloud = Cloud(
            clock,
            points_of_presence=points_of_presence,
            buckets=[BUCKET],
            distributions=HOSTS,
            distribution_ids=IDS,
        )
        key = _key()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        cloud.trust("KTESTING", key.public_key())
        held = {"public_key_id": "KTESTING", "private_key": pem}
        cloud.parameters["/testing/key"] = json.dumps(held)
        self._cloud, self._seen = cloud.start(), 0
        self._replaced, self._passed = None, 0.0
        return {"conf": TOLD}

    def _roam(self, cloud: Cloud, request: Message) -> Message:
        cloud.roam(request["pop"])
        return {}

    def _stored(self, cloud: Cloud, request: Message) -> Message:
        stored = cloud.objects.get(request["key"])
        if stored is None:
            return {"object": None}
        return {
            "object": {
                "headers": dict(stored.headers),
                "body_base64": base64.b64encode(stored.body).decode(),
                "version": stored.version,
                "storage_class": stored.storage_class,
                "tags": dict(stored.tags),
            }
        }

    def _store(self, cloud: Cloud, request: Message) -> Message:
        cloud.put(request["key"], base64.b64decode(request["body_base64"]), request["headers"])
        return {}

    def _remove(self, cloud: Cloud, request: Message) -> Message:
        cloud.objects.pop(request["key"], None)
        return {}

    def _meanwhile(self, cloud: Cloud, request: Message) -> Message:
        key = request["key"]

        def act() -> None:
            if "passes" in request:
                self._advance(request["passes"])
                self._passed += request["passes"]
                return
            stored = cloud.objects.get(key)
            replaced = write_of(stored.body) if stored else None
            self._replaced = replaced or self._replaced
            if "remove" in request:
                cloud.objects.pop(key, None)
                return
            body = request["body"].replace("$WRITE", str(replaced)).replace("$NEW", secrets.token_hex(8))
            cloud.put(key, body.encode(), request["headers"])

        cloud.meanwhile(act, method=request["method"], key=key, times=request["times"])
        return {}

    def _meet(self, cloud: Cloud, request: Message) -> Message:
        others = threading.Barrier(request["count"])

        def act() -> None:
            with contextlib.suppress(threading.BrokenBarrierError):
                others.wait(PATIENCE)

        cloud.meanwhile(act, method=request["method"], key=request["key"], times=request["count"])
        return {}

    def _overwritten(self, _cloud: Cloud, _: Message) -> Message:
        replaced, self._replaced = self._replaced, None
        passed, self._passed = self._passed, 0.0
        return {"write": replaced, **({"passed": passed} if passed else {})}

    def _fault(self, cloud: Cloud, request: Message) -> Message:
        cloud.fail(**request["fault"])
        return {}

    def _heal(self, cloud: Cloud, _: Message) -> Message:
        cloud.heal()
        return {}

    def _requests(self, cloud: Cloud, _: Message) -> Message:
        seen = [entry._asdict() for entry in cloud.requests]
        cloud.requests.clear()
        return {"requests": seen}

    def _invalidations(self, cloud: Cloud, request: Message) -> Message:
        new, self._seen = cloud.invalidations[self._seen :], len(cloud.invalidations)
        return {"invalidations": [paths for id_, paths in new if IDS[id_] == request["distribution"]]}

    def _fetch(self, cloud: Cloud, request: Message) -> Message:
        return {"status": cloud.fetch(request["host"], request["path"]).status}


def write_of(document: bytes) -> str | None:
    try:
        return str(json.loads(document)["write"])
    except (ValueError, KeyError, TypeError):
        return None


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)

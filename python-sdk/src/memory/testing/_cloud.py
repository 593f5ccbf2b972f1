"""The cloud in memory, and how a test controls it."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from memory._aws import forget_time
from memory._credentials import Credentials
from memory._exchange import NOT_SENT, Failure, Response
from memory._fork import alive
from memory._service import MemoryService
from memory._wire import WIRE
from memory.testing._bucket import Bucket, http_date
from memory.testing._clock import Clock
from memory.testing._edges import Edges
from memory.testing._faults import Fault
from memory.testing._journal import Entry
from memory.testing._query_signature import QuerySignature
from memory.testing._services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from typing_extensions import Self

    from memory._exchange import Request
    from memory.testing._bucket import StoredObject
    from memory.testing._viewers import PublicKey

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/aws4_request")
_BUCKET_HOST = re.compile(r"(.+)\.s3[.-].+")
_ACCESS_KEY, _ROLE_ACCESS_KEY = "AKIATESTING", "ASIATESTING"


class Cloud:
    """S3, CloudFront and what else Memory Service asks, in memory.

    While it is active, as a context manager or between `start` and `stop`, every `MemoryService` of the process asks
    it and nobody else. Services made meanwhile go by its clock; those made before forget what they know when it starts
    and when it stops.

    Every bucket exists and shares its objects with the others, unless `buckets` says which do. Every distribution
    exists and is in front of them; one is private if its requests are signed, unless `distributions` says so.

    Args:
        clock: The time of S3, of the edges and of services; goes with the machine's time unless given.
        points_of_presence: How many there are, each with copies of its own.
        buckets: The names of the buckets that there are; None for all.
        distributions: Of domains, whether it is `public` or `private`.
        distribution_ids: Of the ids of distributions, their domains; None if every id is one of all of them.

    Attributes:
        clock: Its clock.
        requests: What it was asked, oldest first; `clear` it between the parts of a test.
    """

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        *,
        points_of_presence: int = 1,
        buckets: Iterable[str] | None = None,
        distributions: Mapping[str, str] | None = None,
        distribution_ids: Mapping[str, str] | None = None,
    ) -> None:
        # Tests that give a clock of their own control that one.
        self.clock: Clock = clock or Clock()  # type: ignore[assignment]
        self.requests: list[Entry] = []
        self._lock = threading.RLock()
        self._buckets = None if buckets is None else set(buckets)
        self._points_of_presence = points_of_presence
        self._pop = 0
        self._faults: list[list[Any]] = []
        self._hooks: list[list[Any]] = []
        self._bucket = Bucket(self.clock)
        self._edges = Edges(self.clock, self._from_origin)
        self._edges.is_private = {host: kind == "private" for host, kind in (distributions or {}).items()}
        self._distribution_ids = distribution_ids
        self._services = Services(self._drop)
        self._before: list[tuple[Any, Callable[[], float]]] = []

    # What a test sets up.

    def conf(self, **changes: Any) -> dict[str, Any]:
        """Return a configuration of a public service.

        Args:
            changes: Keys to add or replace.
        """
        given = {"DISTRIBUTION": "public.testing", "BUCKET_NAME": "testing", "REGION": "us-east-1"}
        return {**given, **changes}

    @property
    def objects(self) -> dict[str, StoredObject]:
        """The objects by their keys, such as `public/shop/a.json`."""
        return self._bucket.objects

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of SSM by their names, to be filled by a test."""
        return self._services.parameters

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets of Secrets Manager by their ARNs, to be filled by a test."""
        return self._services.secrets

    @property
    def invalidations(self) -> list[tuple[str, list[str]]]:
        """The id of the distribution and the paths of each invalidation, in their order."""
        return self._services.invalidations

    def trust(self, public_key_id: str, public_key: PublicKey) -> None:
        """Verify signatures from now on, which takes `cryptography`; without any key, each one is believed.

        Args:
            public_key_id: The key's id.
            public_key: The public key, as `cryptography` has it.
        """
        self._edges.keys[public_key_id] = public_key

    def put(self, key: str, body: bytes, headers: Mapping[str, str] | None = None) -> StoredObject:
        """Store an object, as somebody without an SDK does.

        Args:
            key: Its key.
            body: Its bytes.
            headers: The headers of a put.
        """
        with self._lock:
            return self._bucket.put(key, body, headers or {})

    # What happens.

    def roam(self, pop: int) -> None:
        """Let services reach another point of presence from now on.

        Args:
            pop: Its number, from 0.

        Raises:
            ValueError: There is none of this number.
        """
        if not 0 <= pop < self._points_of_presence:
            raise ValueError(
                f"there are {self._points_of_presence} points of presence, from 0: none is {pop}"
            )
        self._pop = pop

    def fail(self, where: str, kind: str, **more: Any) -> Fault:
        """Let something go wrong from now on: `cloud.fail("s3", "status", status=503, times=2)`.

        Args:
            where: `edge`, `s3` or `origin`.
            kind: A kind of `Fault`.
            more: Its other attributes.
        """
        fault = Fault(where, kind, **more)
        with self._lock:
            self._faults.append([fault, 0])
        return fault

    def meanwhile(self, act: Callable[[], object], *, method: str, key: str = "", times: int = 1) -> None:
        """Let something happen each time S3 is about to carry out a request.

        Args:
            act: What happens.
            method: The request's.
            key: What the object's key begins with.
            times: How often.
        """
        with self._lock:
            self._hooks.append([act, method, key, times])

    def heal(self) -> None:
        """Let everything work again, and nothing happen any more."""
        with self._lock:
            self._faults.clear()
            self._hooks.clear()

    def fetch(self, host: str, target: str) -> Response:
        """Ask an edge, as a program without an SDK does.

        Args:
            host: The distribution's domain.
            target: Path and query.
        """
        from memory._exchange import Request

        with self._lock:
            return self._edges.answer(
                Request("GET", f"https://{host}", target, {"Host": host}), host, self._pop
            )

    # The seam of the SDK.

    def start(self) -> Self:
        """Take the place of the network."""
        self._before.append((WIRE.double, WIRE.clock))
        WIRE.double, WIRE.clock = self, self.clock
        _forget()
        return self

    def stop(self) -> None:
        """Give the network its place back."""
        WIRE.double, WIRE.clock = self._before.pop()
        _forget()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def credentials(self, role_arn: str | None) -> Credentials:
        """Return what requests are signed with: one access key without a role, and another with one."""
        if role_arn is None:
            return Credentials(_ACCESS_KEY, "testing")
        return Credentials(_ROLE_ACCESS_KEY, "testing", "testing")

    def send(self, request: Request, deadline: float) -> Response | Failure:
        """Answer a request of the SDK.

        Args:
            request: The request.
            deadline: When it has to have ended, by `time.monotonic`.
        """
        path = urlsplit(request.target).path
        signature = QuerySignature.parse(request.target)
        if signature is not None:
            entry = Entry(
                signature.service,
                request.method,
                path,
                None,
                None,
                signature.access_key,
                signature.signed_at,
                signature.expires,
            )
            return self._to_s3(entry, request, deadline)
        signed = _SCOPE.search(request.headers.get("Authorization", ""))
        if signed is None:
            host = request.headers.get("Host", "")
            if urlsplit(request.origin).netloc != host:
                return Failure(
                    f"no connection to {request.origin}: nothing is there but the cloud in memory", NOT_SENT
                )
            pop = self._pop
            return self._carried_out(
                Entry("edge", request.method, path, None, pop),
                request,
                deadline,
                lambda: self._edges.answer(request, host, pop),
            )
        entry = Entry(signed[2], request.method, path, None, None, signed[1])
        if signed[2] != "s3":
            return self._carried_out(
                entry, request, deadline, lambda: self._services.answer(signed[2], request)
            )
        return self._to_s3(entry, request, deadline)

    def _to_s3(self, entry: Entry, request: Request, deadline: float) -> Response | Failure:
        bucket, key = _split(request, entry.path)
        self._run_hooks(request.method, key)
        return self._carried_out(
            entry._replace(path=f"/{bucket}/{key}"),
            request,
            deadline,
            lambda: self._of_s3(request, bucket, key),
        )

    def _of_s3(self, request: Request, bucket: str, key: str) -> Response:
        signature = QuerySignature.parse(request.target)
        if signature is not None and (refusal := signature.refusal(self.clock())):
            return self._bucket.refusal(403, "AccessDenied", refusal)
        if self._buckets is not None and bucket not in self._buckets:
            return self._bucket.refusal(404, "NoSuchBucket")
        return self._bucket.answer(request, key)

    def _from_origin(self, key: str) -> Response | Failure:
        bucket = min(self._buckets or ("testing",))
        fault = self._fault("origin", "GET", f"/{bucket}/{key}", None)
        if fault is not None and fault.is_before:
            return fault.instead(float("inf"))
        return self._bucket.found(key)

    def _carried_out(
        self, entry: Entry, request: Request, deadline: float, act: Callable[[], Response]
    ) -> Response | Failure:
        with self._lock:
            fault = self._fault(entry.where, entry.method, entry.path, entry.pop)
            if fault is not None and fault.is_before:
                answer = _dated(fault.instead(deadline, request.body, is_long=request.is_long), self.clock())
            else:
                answer = _limited(act(), request.limit)
                if fault is not None:
                    answer = fault.spoilt(request, answer, deadline)
            status = answer.status if isinstance(answer, Response) else None
            self.requests.append(entry._replace(status=status))
            return answer

    def _fault(self, where: str, method: str, path: str, pop: int | None) -> Fault | None:
        """Return the first fault that a request meets."""
        for place in self._faults:
            fault: Fault = place[0]
            is_for = fault.where == where and path.startswith(fault.path)
            if not is_for or fault.method not in (None, method) or fault.pop not in (None, pop):
                continue
            place[1] += 1
            if place[1] % fault.every:
                continue
            if fault.times is None or place[1] // fault.every <= fault.times:
                return fault
        return None

    def _run_hooks(self, method: str, key: str) -> None:
        with self._lock:
            due = [
                hook for hook in self._hooks if hook[1] == method and key.startswith(hook[2]) and hook[3] > 0
            ]
            for hook in due:
                hook[3] -= 1
        for hook in due:
            hook[0]()  # it may ask this cloud: no lock is held

    def _drop(self, distribution_id: str, paths: list[str]) -> bool:
        if self._distribution_ids is None:
            kinds = {"public", "private"}
        elif distribution_id in self._distribution_ids:
            is_private = self._edges.is_private.get(self._distribution_ids[distribution_id], False)
            kinds = {"private" if is_private else "public"}
        else:
            return False
        for kind in kinds:
            self._edges.drop(kind, paths)
        return True


def _split(request: Request, path: str) -> tuple[str, str]:
    """Return the bucket and the key of a request to S3."""
    match = _BUCKET_HOST.fullmatch(request.headers.get("Host", ""))
    if match:
        return match[1], path[1:]
    bucket, _, key = path[1:].partition("/")
    return bucket, key


def _limited(answer: Response, limit: int) -> Response:
    is_cut = len(answer.body) > limit
    return answer._replace(body=answer.body[:limit], cut=True) if is_cut else answer


def _dated(answer: Response | Failure, now: float) -> Response | Failure:
    if isinstance(answer, Failure):
        return answer
    return answer._replace(headers={**answer.headers, "date": http_date(now)})


def _forget() -> None:
    forget_time()
    for one in alive():
        if isinstance(one, MemoryService):
            one._forget()  # noqa: SLF001 - what it knows is of another cloud

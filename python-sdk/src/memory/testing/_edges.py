"""CloudFront as Memory Service asks it: points of presence that keep copies, and signatures that open them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from memory._exchange import Failure, Response
from memory.testing._bucket import http_date, unless_known
from memory.testing._viewers import RefusedError, check_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._exchange import Request
    from memory.testing._viewers import PublicKey

_MAX_AGE = re.compile(r"max-age=(\d+)")
_STALE = re.compile(r"stale-if-error=(\d+)")
_DEFAULT_TTL = 86_400
_OK = 200
_FIRST_OF_SERVER = 500


class _Copy(NamedTuple):
    answer: Response
    fetched: float


class Edges:
    """The points of presence of all distributions.

    Args:
        clock: Returns Unix time in seconds.
        origin: Asks S3 for a key, as an edge does.
    """

    def __init__(self, clock: Callable[[], float], origin: Callable[[str], Response | Failure]) -> None:
        self._clock = clock
        self._origin = origin
        self._copies: dict[tuple[int, str], _Copy] = {}
        #: Whether a distribution wants signatures; of another, that a request has one says it.
        self.is_private: dict[str, bool] = {}
        #: The public keys by their ids; while there is none, every signature opens what its policy says.
        self.keys: dict[str, PublicKey] = {}

    def answer(self, request: Request, host: str, pop: int) -> Response:
        """Answer a viewer.

        Args:
            request: What they ask.
            host: The distribution's domain.
            pop: The number of the point of presence that they reach.
        """
        path, _, query = request.target.partition("?")
        if self.is_private.get(host, "Key-Pair-Id=" in query):
            try:
                check_signature(f"https://{host}{path}", query, self.keys, self._clock())
            except RefusedError as refused:
                return self._refusal(refused.code, str(refused))
            visibility = "private"
        else:
            visibility = "public"
        return unless_known(request, self._from_cache(f"{visibility}{path}", pop))

    def drop(self, visibility: str, paths: list[str]) -> None:
        """Drop the copies of some paths, of which one may end with `*`."""
        for path in paths:
            key = f"{visibility}{path}"
            for held in [held for held in self._copies if _is_meant(key, held[1])]:
                del self._copies[held]

    def _from_cache(self, key: str, pop: int) -> Response:
        held, now = self._copies.get((pop, key)), self._clock()
        if held is not None and 0 <= now - held.fetched < _seconds(_MAX_AGE, held.answer, _DEFAULT_TTL):
            return self._served(held.answer, "Hit", now - held.fetched)
        found = self._origin(key)
        if isinstance(found, Failure) or found.status >= _FIRST_OF_SERVER:
            if held is not None:
                ttl = _seconds(_MAX_AGE, held.answer, _DEFAULT_TTL)
                if now - held.fetched < ttl + _seconds(_STALE, held.answer, 0):
                    return self._served(held.answer, "Hit", now - held.fetched)
            return self._error(found)
        if found.status != _OK:
            self._copies.pop((pop, key), None)
            return self._served(found, "Error", None)
        is_same = held is not None and held.answer.headers.get("etag") == found.headers.get("etag")
        self._copies[pop, key] = _Copy(found, now)
        return self._served(found, "RefreshHit" if is_same else "Miss", None)

    def _served(self, answer: Response, cache: str, age: float | None) -> Response:
        headers = {**answer.headers, "x-cache": f"{cache} from cloudfront", "date": http_date(self._clock())}
        if age is not None:
            headers["age"] = str(int(age))
        return answer._replace(headers=headers)

    def _error(self, found: Response | Failure) -> Response:
        status = 502 if isinstance(found, Failure) else found.status
        return Response(status, {"x-cache": "Error from cloudfront", "date": http_date(self._clock())}, b"")

    def _refusal(self, code: str, message: str) -> Response:
        body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
        headers = {"content-type": "text/xml", "server": "CloudFront", "x-cache": "Error from cloudfront"}
        return Response(403, {**headers, "date": http_date(self._clock())}, body.encode())


def _seconds(pattern: re.Pattern[str], answer: Response, default: int) -> int:
    match = pattern.search(answer.headers.get("cache-control", ""))
    return int(match[1]) if match else default


def _is_meant(wanted: str, key: str) -> bool:
    return key.startswith(wanted[:-1]) if wanted.endswith("*") else key == wanted

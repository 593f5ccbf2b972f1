"""The other services of AWS that Memory Service asks."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

from memory._exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._exchange import Request

_PATH = re.compile(r"<Path>(.*?)</Path>")
_DISTRIBUTION = re.compile(r"/distribution/([^/]+)/invalidation")


class Services:
    """Parameters, secrets and invalidations.

    Args:
        drop: Drops paths from the edges of a distribution, given by its id; returns whether there is one.
    """

    def __init__(self, drop: Callable[[str, list[str]], bool]) -> None:
        self._drop = drop
        #: The parameters of SSM by their names.
        self.parameters: dict[str, str] = {}
        #: The secrets of Secrets Manager by their ARNs or names.
        self.secrets: dict[str, str] = {}
        #: The distributions' ids and the paths of invalidations, in their order.
        self.invalidations: list[tuple[str, list[str]]] = []

    def answer(self, service: str, request: Request) -> Response:
        """Carry out a request."""
        if service == "cloudfront":
            return self._invalidated(request)
        try:
            asked = json.loads(request.body)
        except ValueError:
            asked = {}
        if service == "ssm":
            names = {name.removeprefix("/"): name for name in self.parameters}
            value = self.parameters.get(names.get(asked.get("Name", "").removeprefix("/"), ""))
            found: Any = value if value is None else {"Parameter": {"Name": asked["Name"], "Value": value}}
            return _json(found, "ParameterNotFound")
        value = self.secrets.get(asked.get("SecretId", ""))
        found = value if value is None else {"ARN": asked["SecretId"], "SecretString": value}
        return _json(found, "ResourceNotFoundException")

    def _invalidated(self, request: Request) -> Response:
        match = _DISTRIBUTION.search(request.target)
        distribution = match[1] if match else ""
        paths = [unescape(path) for path in _PATH.findall(request.body.decode())]
        if not self._drop(distribution, paths):
            body = "<ErrorResponse><Error><Code>NoSuchDistribution</Code></Error></ErrorResponse>"
            return Response(404, {"content-type": "text/xml"}, body.encode())
        self.invalidations.append((distribution, paths))
        return Response(201, {"content-type": "text/xml"}, b"<Invalidation></Invalidation>")


def _json(found: Any, code: str) -> Response:
    if found is None:
        return Response(400, {}, json.dumps({"__type": code, "message": code}).encode())
    return Response(200, {}, json.dumps(found).encode())

"""Headers that a distribution adds to its answers: a response headers policy.

(CloudFront Developer Guide, page understanding-response-headers-policies. Server-Timing is left out.)
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIMPLE_SECURITY_HEADERS = {  # member of SecurityHeadersConfig: (its member, the header)
    "FrameOptions": ("FrameOption", "X-Frame-Options"),
    "ReferrerPolicy": ("ReferrerPolicy", "Referrer-Policy"),
    "ContentSecurityPolicy": ("ContentSecurityPolicy", "Content-Security-Policy"),
}


@dataclass(frozen=True)
class HeadersPolicy:
    """One response headers policy, as its API describes it; an empty configuration adds nothing."""

    config: Mapping[str, Any]

    def apply(self, headers: dict[str, str], origin: str | None) -> None:
        """Add the policy's headers to an answer's and remove those it hides.

        Args:
            headers: the answer's headers; changed in place.
            origin: the request's `Origin` header, which only browsers send.
        """
        hidden = {item["Header"].lower() for item in _items(self.config, "RemoveHeadersConfig")}
        for name in [name for name in headers if name.lower() in hidden]:
            del headers[name]
        headers.update(self._security())
        for custom in _items(self.config, "CustomHeadersConfig"):
            headers[custom["Header"]] = custom["Value"]
        cors = self.config.get("CorsConfig")
        if cors and origin:
            headers.update(_cors(cors, origin))

    def _security(self) -> dict[str, str]:
        config = self.config.get("SecurityHeadersConfig", {})
        headers = {
            header: config[member][value]
            for member, (value, header) in _SIMPLE_SECURITY_HEADERS.items()
            if member in config
        }
        if "ContentTypeOptions" in config:
            headers["X-Content-Type-Options"] = "nosniff"
        if "StrictTransportSecurity" in config:
            transport = config["StrictTransportSecurity"]
            parts = [f"max-age={transport['AccessControlMaxAgeSec']}"]
            parts += ["includeSubDomains"] if transport.get("IncludeSubdomains") else []
            parts += ["preload"] if transport.get("Preload") else []
            headers["Strict-Transport-Security"] = "; ".join(parts)
        return headers


def _cors(cors: Mapping[str, Any], origin: str) -> dict[str, str]:
    allowed = _items(cors, "AccessControlAllowOrigins")
    if not any(fnmatchcase(origin, pattern) for pattern in allowed):
        return {}
    headers = {"Access-Control-Allow-Origin": "*"} if "*" in allowed else _only_for(origin)
    if cors.get("AccessControlAllowCredentials"):
        headers["Access-Control-Allow-Credentials"] = "true"
    if _items(cors, "AccessControlExposeHeaders"):
        headers["Access-Control-Expose-Headers"] = ", ".join(_items(cors, "AccessControlExposeHeaders"))
    return headers


def _only_for(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def _items(config: Mapping[str, Any], name: str) -> list[Any]:
    return list(config.get(name, {}).get("Items", []))

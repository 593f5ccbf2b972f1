"""What a bucket's policy grants to a distribution.

CloudFront asks S3 as the service principal `cloudfront.amazonaws.com` with its own ARN as source (CloudFront
Developer Guide, page private-content-restricting-access-to-s3). The engine checks no such request, so the
edge evaluates the policy itself, as far as policies for that purpose go (IAM User Guide, page
reference_policies_evaluation-logic).
"""

from __future__ import annotations

import json
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLOUDFRONT = "cloudfront.amazonaws.com"
_OPERATORS = {  # name: (does it take wildcards, is it negated)
    "StringEquals": (False, False),
    "StringLike": (True, False),
    "ArnEquals": (True, False),
    "ArnLike": (True, False),
    "Bool": (False, False),
    "StringNotEquals": (False, True),
    "StringNotLike": (True, True),
    "ArnNotEquals": (True, True),
    "ArnNotLike": (True, True),
}
_COMPARISONS = {
    "NumericEquals": operator.eq,
    "NumericLessThan": operator.lt,
    "NumericLessThanEquals": operator.le,
    "NumericGreaterThan": operator.gt,
    "NumericGreaterThanEquals": operator.ge,
}


@dataclass(frozen=True)
class S3Request:
    """A request to S3 as a policy sees it.

    Attributes:
        action: for example `s3:GetObject`.
        resource: the ARN of the bucket or object.
        service: the service principal that signed it; None for an anonymous request.
        conditions: the values of the condition keys, by lower-case name.
    """

    action: str
    resource: str
    service: str | None
    conditions: Mapping[str, str]


class BucketPolicy:
    """The statements of one bucket's policy."""

    def __init__(self, document: str | None) -> None:
        """Parse the policy's JSON; None, for a bucket without one, grants nothing."""
        self._statements = _items(json.loads(document)["Statement"]) if document else []

    def allows(self, request: S3Request) -> bool:
        """Return whether a statement allows the request and none denies it."""
        effects = {statement["Effect"] for statement in self._statements if _applies(statement, request)}
        return effects == {"Allow"}


def _applies(statement: Mapping[str, Any], request: S3Request) -> bool:
    return (
        _names(statement.get("Principal"), request.service)
        and _any_like(_items(statement.get("Action", [])), request.action, re.IGNORECASE)
        and _any_like(_items(statement.get("Resource", [])), request.resource)
        and all(
            _holds(test, key.lower(), _items(values), statement["Effect"], request.conditions)
            for test, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _names(principal: Any, service: str | None) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return False
    return "*" in _items(principal.get("AWS", [])) or service in _items(principal.get("Service", []))


def _holds(test: str, key: str, expected: list[Any], effect: str, conditions: Mapping[str, str]) -> bool:
    name = test.removesuffix("IfExists")
    if name in _COMPARISONS:
        if key not in conditions:
            return name != test
        return any(_COMPARISONS[name](float(conditions[key]), float(value)) for value in expected)
    if name not in _OPERATORS:
        return bool(effect == "Deny")  # what is not understood grants nothing
    wildcards, negated = _OPERATORS[name]
    if key not in conditions:
        return negated or name != test
    wanted = [str(value).lower() if name == "Bool" else str(value) for value in expected]
    found = _any_like(wanted, conditions[key]) if wildcards else conditions[key] in wanted
    return found != negated


def _any_like(patterns: Iterable[str], text: str, flags: int = 0) -> bool:
    return any(re.fullmatch(_expression(pattern), text, flags | re.DOTALL) for pattern in patterns)


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

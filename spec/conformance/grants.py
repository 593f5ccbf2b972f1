"""How grants are judged: what they say, and what they open at the edge."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from .answers import FailureError, equal
from .names import escaped

if TYPE_CHECKING:
    from .answers import Message
    from .play import Play

_QUERY = r"Policy=([^&]+)&Signature=([^&]+)&Key-Pair-Id=([^&]+)"
_HASH = {"SHA256": "&Hash-Algorithm=SHA256", "SHA1": ""}  # SIG-3
_FROM_CLOUDFRONT = str.maketrans("-_~", "+=/")


def check(play: Play, step: Message, grant: Message, printed: str) -> None:
    """Check what a grant says; that its signature is good is for `fetch`.

    Args:
        play: the scenario.
        step: has `what`, the prefix or name, and `ttl`.
        grant: the grant as JSON.
        printed: the grant as the language prints it.

    Raises:
        FailureError: It is not what GRANT-1 and GRANT-3 say, or it is printed with its signature (KEYS-4).
    """
    what, end = step["what"], int(play.store.clock.now) + step["ttl"]
    is_prefix = not what or what.endswith("/")
    host = play.store.host(play.visibility)
    expected = {
        "distribution": host,
        "service": play.place,
        "prefix" if is_prefix else "name": what,
        "query": grant.get("query"),
        "expires_at": end * 1000,
    }
    equal(expected, grant)
    pattern = _QUERY + _HASH[step.get("conf", {}).get("HASH_ALGORITHM", "SHA256")]
    found = re.fullmatch(pattern, str(grant["query"]))
    if not found:
        raise FailureError("mismatch", pattern, grant["query"])
    resource = f"https://{host}/{play.place}/{escaped(what)}{'*' if is_prefix else '.json'}"
    condition = f'{{"DateLessThan":{{"AWS:EpochTime":{end}}}}}'
    policy = f'{{"Statement":[{{"Resource":"{resource}","Condition":{condition}}}]}}'
    equal(policy, base64.b64decode(found[1].translate(_FROM_CLOUDFRONT)).decode(errors="replace"))
    if found[2] in printed or found[1] in printed:
        raise FailureError("leaked", "a printed grant without its signature", "it is in the text")


def fetch(play: Play, step: Message) -> None:
    """Ask the edge for a value with the last grant, as somebody who has nothing else.

    Raises:
        FailureError: The edge answered with another status than the step's.
    """
    visibility, service = step.get("visibility", play.visibility), step.get("service", play.place)
    path = f"/{service}/{escaped(step['name'])}.json?{play.remembered['grant']['query']}"
    equal({"status": step["status"]}, {"status": play.store.fetch(play.store.host(visibility), path)})

"""How write grants are judged: what they say, and that S3 would take their signatures (section 16.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import time
from typing import TYPE_CHECKING, Any

from . import opening
from .answers import FailureError, during, equal
from .names import escaped
from .vectors import DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .answers import Answer, Message
    from .play import Play
    from .vectors import Vector

BUCKET, REGION, SERVICE, NOW = "values", "eu-west-1", "shop", 1_800_000_000
_CONF = {"DISTRIBUTION": DISTRIBUTION, "BUCKET_NAME": BUCKET, "REGION": REGION}
_ASKED = ("what", "ttl", "max_bytes", "options", "generations")
_TTL_DAYS = (1, 7, 30, 365)
_DAY = 86_400
_INACCURACY = 10  # seconds that the end may be off, as the clock by which an SDK signs may be (CHG-10)
_KINDS: Mapping[str, Mapping[str, str]] = {"plain": {}, "gzip": {"Content-Encoding": "gzip"}}


def request(vector: Vector) -> Message:
    """Return what a driver is asked for a vector about making one."""
    mint = vector.members["mint"]
    return {
        "op": "mint",
        "conf": {**_CONF, **mint.get("conf", {})},
        "service": SERVICE,
        "now": NOW,
        "credentials": mint["credentials"],
        **{member: mint[member] for member in _ASKED if member in mint},
    }


def judge(vector: Vector, answer: Answer) -> None:
    """Judge what it says.

    Raises:
        FailureError: It is not what the vector says.
    """
    members = vector.members
    if answer.refuses(members):
        return
    grant, mint = answer.get("grant", "a write grant"), members["mint"]
    equal(members["told"], {member: grant.get(member) for member in members["told"]})
    equal(sorted(_told(mint)), sorted(grant))
    for kind in _KINDS:
        with during(kind):
            equal(_form(mint, kind), grant["forms"].get(kind))
            equal(list(_form(mint, kind)), list(grant["forms"][kind]))
    equal(members["policy"], policy_of(grant, "plain"))
    _check_printed(grant, answer.get("printed", "the grant as it is printed"))


def is_right(vector: Vector) -> bool:
    """Whether what the vector expects is what section 16.1 says."""
    members = vector.members
    if "error" in members:
        return True
    mint = members["mint"]
    says = _told(mint)
    told = {member: says.get(member) for member in members["told"]}
    return bool(
        told == members["told"]
        and opening.is_grant(says)
        and base64.b64decode(_form(mint, "plain")["policy"]).decode() == members["policy"]
    )


def check(play: Play, step: Message, grant: Message, printed: str) -> None:
    """Check a write grant of a scenario.

    Args:
        play: the scenario.
        step: has `what`, the prefix or name, `ttl`, `max_bytes` and `options`.
        grant: the grant as JSON.
        printed: the grant as the language prints it.

    Raises:
        FailureError: It is not what section 16.1 says, or it is printed with its forms (KEYS-4).
    """
    if not opening.is_grant(grant):
        raise FailureError("invalid_document", "a write grant (WGRANT-6)", json.dumps(grant))
    off = grant["expires_at"] / 1000 - int(play.store.clock.now) - step["ttl"]
    if abs(off) > _INACCURACY:
        raise FailureError("mismatch", f"an end in {step['ttl']} s", f"one that is {off} s off")
    what = step["what"]
    expected = {
        "distribution": play.store.host(play.visibility),
        "visibility": play.visibility,
        "service": play.place,
        "prefix" if what.endswith("/") else "name": what,
        "max_bytes": step["max_bytes"],
    }
    equal(expected, {member: grant.get(member) for member in expected})
    equal(sorted(step.get("options", {}).get("tags", [])), sorted(grant.get("tags", {})))
    for kind in _KINDS:
        with during(kind):
            _check_form(play, grant, kind)
    _check_printed(grant, printed)


def policy_of(grant: Message, kind: str) -> str:
    """Return the text of the policy of a form."""
    return base64.b64decode(grant["forms"][kind]["policy"]).decode(errors="replace")


def signature(policy: str, credential: str, secret: str) -> str:
    """Return the signature of a policy, which is in base64, for a credential: a key's id and its scope."""
    key = f"AWS4{secret}".encode()
    for part in credential.split("/")[1:]:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, policy.encode(), hashlib.sha256).hexdigest()


def _check_form(play: Play, grant: Message, kind: str) -> None:
    """Check that a form is pinned, and signed if the runner knows the key."""
    form = grant["forms"][kind]
    try:
        conditions = json.loads(policy_of(grant, kind))["conditions"]
    except (ValueError, KeyError, TypeError) as error:
        raise FailureError("invalid_document", "a policy", policy_of(grant, kind)) from error
    pinned = {name: value for one in conditions if isinstance(one, dict) for name, value in one.items()}
    scope = f"{play.visibility}/{play.place}/{escaped(grant.get('prefix') or grant['name'])}"
    if "prefix" in grant:
        equal(
            [["starts-with", "$key", scope]],
            [one for one in conditions if isinstance(one, list) and one[0] == "starts-with"],
        )
    else:
        equal(f"{scope}.json", pinned.get("key"))
    equal(play.store.bucket, pinned.pop("bucket", None))
    fields = {name: value for name, value in form.items() if name not in {"policy", "x-amz-signature"}}
    equal(fields, pinned)
    if form["x-amz-credential"].startswith(f"{play.store.access_key}/"):
        secret = play.store.environment.get("AWS_SECRET_ACCESS_KEY")
        if secret:
            made = signature(form["policy"], form["x-amz-credential"], secret)
            equal(made, form["x-amz-signature"])


def _check_printed(grant: Message, printed: str) -> None:
    for form in grant["forms"].values():
        if form["policy"] in printed or form["x-amz-signature"] in printed:
            raise FailureError("leaked", "a printed write grant without its forms", "they are in the text")


def _told(mint: Message) -> dict[str, Any]:
    """Return the grant of a vector."""
    conf, options = mint.get("conf", {}), mint.get("options", {})
    ttl = options.get("value_ttl")
    return {
        "distribution": DISTRIBUTION,
        "visibility": _visibility(mint),
        "service": _place(conf),
        "prefix" if mint["what"].endswith("/") else "name": mint["what"],
        "url": f"https://{BUCKET}.s3.{REGION}.amazonaws.com/",
        "expires_at": _end(mint) * 1000,
        "max_bytes": mint["max_bytes"],
        **({} if ttl is None else {"ttl": ttl}),
        **({"tags": mint["generations"]} if mint.get("generations") else {}),
        "forms": {kind: _form(mint, kind) for kind in _KINDS},
    }


def _form(mint: Message, kind: str) -> dict[str, str]:
    """Return the fields of a form of a vector (WGRANT-4, WGRANT-5)."""
    options, credentials = mint.get("options", {}), mint["credentials"]
    conf, ttl = mint.get("conf", {}), options.get("value_ttl")
    edge_ttl = min(options.get("edge_ttl", conf.get("EDGE_TTL", 5)), math.floor(ttl or _DAY))
    storage_class = options.get("storage_class", conf.get("STORAGE_CLASS", "STANDARD"))
    days = next((one for one in _TTL_DAYS if ttl is not None and ttl <= one * _DAY), None)
    tag = f"<Tagging><TagSet><Tag><Key>ttl-days</Key><Value>{days}</Value></Tag></TagSet></Tagging>"
    pinned = {
        "Content-Type": "application/json",
        "Cache-Control": f"max-age={edge_ttl}, stale-if-error={conf.get('STALE_IF_ERROR', 300)}",
        **_KINDS[kind],
        **({} if storage_class == "STANDARD" else {"x-amz-storage-class": storage_class}),
        **({} if days is None else {"tagging": tag}),
        "success_action_status": "201",
    }
    stamp, token = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(NOW)), credentials.get("session_token")
    credential = f"{credentials['access_key_id']}/{stamp[:8]}/{REGION}/s3/aws4_request"
    signed = {
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": credential,
        "x-amz-date": stamp,
        **({"x-amz-security-token": token} if token else {}),
    }
    scope = f"{_visibility(mint)}/{_place(conf)}/{escaped(mint['what'])}"
    key = {} if mint["what"].endswith("/") else {"key": f"{scope}.json"}
    conditions: Sequence[Any] = [
        {"bucket": BUCKET},
        key or ["starts-with", "$key", scope],
        *({name: value} for name, value in pinned.items()),
        ["content-length-range", 1, mint["max_bytes"]],
        *({name: value} for name, value in signed.items()),
    ]
    expiration = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(_end(mint)))
    text = json.dumps({"expiration": expiration, "conditions": conditions}, separators=(",", ":"))
    policy = base64.b64encode(text.encode()).decode()
    made = signature(policy, credential, credentials["secret_access_key"])
    return {**key, **pinned, **signed, "policy": policy, "x-amz-signature": made}


def _end(mint: Message) -> int:
    end = NOW + int(mint["ttl"])
    return min(end, math.floor(float(mint["credentials"].get("expires_at", end))))


def _visibility(mint: Message) -> str:
    return "private" if "PK_PATH" in mint.get("conf", {}) else "public"


def _place(conf: Message) -> str:
    return f"{SERVICE}.changes" if conf.get("CHANGES") else SERVICE

"""The table of permissions in DEPLOY.md, derived: each call of both SDKs works with just its actions, and needs each.

The engine enforces the policies of roles. What it leaves to AWS is named in `NOT_ENFORCED`, with the page that says it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import memory
import pytest
from conformance.forms import multipart
from local_cloud import LocalCloud
from sdk_function import SERVICE, SdkFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

INFRA = Path(__file__).resolve().parents[1]
PAGE = (INFRA / "DEPLOY.md").read_text(encoding="utf-8")
CALLS = "| call | actions |"
RESOURCES = "| action | resource |"


@dataclass(frozen=True)
class Call:
    """One call, in both SDKs.

    Attributes:
        row: the first cell of its row in the page.
        python: does it with the Python SDK.
        node: its name in `sdk-call.js`.
        outcome: what it returns, the type of that, or the code of an error that shows that S3 has answered.
        options: of the Node call.
        visibility: of the service.
        conf: more of its configuration; `{…}` is filled in with what is deployed.
    """

    row: str
    python: Callable[[memory.MemoryService], Any]
    node: str
    outcome: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    visibility: str = "public"
    conf: Mapping[str, str] = field(default_factory=dict)


PUBLIC = "`get`, `get_many`, `get_entry` of public values"
PRIVATE = "the same of private values, and `grant`"
SECRET = "… with the key in a secret of yours"
FROM_S3 = "a `get` with `consistent`, or when the edge fails, is behind this object, or has what ended since"
WITH_TTL = "the same with a `ttl`"
ON_CONDITION = "`put` with `if_absent` or `if_version`"
CHANGE = "`update`, `increment`"
TOUCH = "`touch`"
WITH_TAGS = "`put` and the like with `tags`"
POSTED = "`grant_put`, when its form is posted"
POSTED_WITH_TTL = "the same with a `value_ttl`"
PUT = "`put`, `put_many`, `get_or_put`, `cached`"
NOBODY = {"EDGE_ENDPOINT": "http://127.0.0.1:9"}  # the discard service, which no machine runs any more
SIGNED: dict[str, Any] = {"visibility": "private", "conf": {"FAILOVER": "false"}}
SIGNED_BY_SECRET: dict[str, Any] = {
    "visibility": "private",
    "conf": {"FAILOVER": "false", "PK_PATH": "{secret}"},
}
INVALIDATES = {"DISTRIBUTION_ID": "{distribution}"}


def fresh() -> str:
    return f"new-{secrets.token_hex(4)}"


def posted(mem: memory.MemoryService, **options: Any) -> int:
    """Post the form of a write grant, as a program without credentials."""
    grant = mem.grant_put("posted", 60, 100, **options)
    content_type, body = multipart(grant.forms["plain"], b"{}")
    request = urllib.request.Request(grant.url, data=body, headers={"Content-Type": content_type})
    context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    try:
        with urllib.request.urlopen(request, context=context) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise memory.AccessDeniedError(f"status {refusal.code}") from None


EVERY_CALL = {
    "get": Call(PUBLIC, lambda mem: mem.get("there"), "get", 1),
    "get, private": Call(PRIVATE, lambda mem: mem.get("there"), "get", 1, **SIGNED),
    "grant": Call(PRIVATE, lambda mem: mem.grant("there", 60).name, "grant", "there", **SIGNED),
    "get, by a secret": Call(SECRET, lambda mem: mem.get("there"), "get", 1, **SIGNED_BY_SECRET),
    "get, consistent": Call(
        FROM_S3, lambda mem: mem.get("there", consistent=True), "get", 1, {"consistent": True}
    ),
    "get, edge down": Call(FROM_S3, lambda mem: mem.get("there"), "get", 1, conf=NOBODY),
    "get, a miss": Call(
        FROM_S3, lambda mem: mem.get("never", "none", consistent=True), "miss", "none", {"consistent": True}
    ),
    "put": Call(PUT, lambda mem: mem.put("new", 1), "put", str),
    "put_many": Call(PUT, lambda mem: len(mem.put_many({"a": 1, "b": 2})), "put many", 2),
    "put, ttl": Call(WITH_TTL, lambda mem: mem.put("new", 1, ttl=60), "put", str, {"ttlSeconds": 60}),
    "put, tags": Call(WITH_TAGS, lambda mem: mem.put("new", 1, tags=["t"]), "put", str, {"tags": ["t"]}),
    "put, a new tag": Call(
        WITH_TAGS, lambda mem: mem.put("new", 1, tags=[fresh()]), "put with a new tag", str
    ),
    "invalidate_tags": Call(
        "`invalidate_tags`", lambda mem: mem.invalidate_tags(["t"]), "invalidate tags", None
    ),
    "put, if_absent": Call(
        ON_CONDITION, lambda mem: mem.put("there", 2, if_absent=True), "put there", "conflict", {"ifAbsent": True}
    ),
    "put, if_version": Call(
        ON_CONDITION, lambda mem: mem.put("there", 2, if_version="0"), "put there", "conflict", {"ifVersion": "0"}
    ),
    "update": Call(CHANGE, lambda mem: mem.update("there", lambda value: value), "update", 1),
    "update, a miss": Call(
        CHANGE, lambda mem: mem.update(fresh(), lambda value: value, default=2), "update miss", 2
    ),
    "increment": Call(CHANGE, lambda mem: mem.increment("there", 0), "increment", 1),
    "touch": Call(TOUCH, lambda mem: "string" if mem.touch("there", 60) else None, "touch", "string"),
    "get_or_put": Call(PUT, lambda mem: mem.get_or_put(fresh(), lambda: 1), "get or put", 1),
    "grant_put": Call(POSTED, posted, "post", 201),
    "grant_put, value_ttl": Call(
        POSTED_WITH_TTL, lambda mem: posted(mem, value_ttl=60), "post", 201, {"valueTtlSeconds": 60}
    ),
    "remove": Call("`remove`, `remove_many`", lambda mem: mem.remove("gone"), "remove", None),
    "remove_many": Call("`remove`, `remove_many`", lambda mem: mem.remove_many(["gone"]), "remove many", None),
    "keys": Call("`keys`", lambda mem: "there" in list(mem.keys()), "keys", True),  # noqa: FBT003 - an outcome
    "clear": Call("`clear`", lambda mem: mem.clear("tenant/"), "clear", 1),
    "put, invalidate": Call(
        "`put` with `invalidate`", lambda mem: mem.put("new", 1, invalidate=True), "put", str,
        {"invalidate": True}, conf=INVALIDATES,
    ),
    "put, ROLE_ARN": Call(
        "`put` with `ROLE_ARN`", lambda mem: mem.put("new", 1), "put", str, conf={"ROLE_ARN": "{owner}"}
    ),
}  # fmt: skip
#: What AWS refuses and the engine does not.
NOT_ENFORCED = {
    # "If the object you request doesn't exist, the error that Amazon S3 returns depends on whether you also have the
    # s3:ListBucket permission": API_GetObject in the S3 API reference.
    (FROM_S3, "s3:ListBucket"),
    (ON_CONDITION, "s3:ListBucket"),
    (CHANGE, "s3:ListBucket"),
    (WITH_TAGS, "s3:ListBucket"),
    (TOUCH, "s3:ListBucket"),
    # "to use the x-amz-tagging header you must have the s3:PutObjectTagging permission": API_PutObject, the same.
    (WITH_TTL, "s3:PutObjectTagging"),
    (POSTED_WITH_TTL, "s3:PutObjectTagging"),
    (TOUCH, "s3:PutObjectTagging"),
}


def table(head: str) -> list[tuple[str, str]]:
    """Return the two cells of each row of a table of the page."""
    lines = PAGE.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    return [
        (first.strip(), second.strip()) for first, second in (line.strip("|").split(" | ") for line in lines)
    ]


def actions_in(cell: str) -> list[str]:
    return re.findall(r"`([a-z0-9]+:[A-Z]\w+)`", cell)


NEEDED = {call: actions_in(cell) for call, cell in table(CALLS)}


@pytest.fixture(scope="module")
def cloud(lambda_modules: dict[str, str]) -> Iterator[LocalCloud]:
    with LocalCloud.start(auth=True, variables=lambda_modules) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def function(cloud: LocalCloud, deployable: Callable[[LocalCloud], dict[str, Any]]) -> SdkFunction:
    stack = cloud.deploy(deployable(cloud), stack_name="memory", parameters={"Demos": "false"})
    return SdkFunction(cloud, stack.outputs)


@pytest.fixture(params=["python", "node"])
def do(request: pytest.FixtureRequest, function: SdkFunction) -> Callable[[Call], Any]:
    """Do a call with one of the SDKs, as the function; returns what it returns, or the code of its error."""

    def seeded(call: Call) -> Any:
        function.seed()
        conf = function.conf(call.visibility, call.conf)
        if request.param == "python":
            outcome = function.python(conf, call.python, {})
        else:
            outcome = function.node(conf, call.node, call.options, {})
        return outcome.code or outcome.value

    return seeded


@pytest.mark.parametrize("call", EVERY_CALL.values(), ids=EVERY_CALL)
def test_a_call_works_with_what_its_row_names_and_is_denied_without_any_of_it(
    function: SdkFunction, do: Callable[[Call], Any], call: Call
) -> None:
    needed = NEEDED[call.row]
    function.may(needed)
    outcome = do(call)
    assert isinstance(outcome, call.outcome) if isinstance(call.outcome, type) else outcome == call.outcome
    for action in needed:
        function.may([other for other in needed if other != action])
        assert (do(call) != "access_denied") == ((call.row, action) in NOT_ENFORCED), action


def test_a_put_sends_a_tag_if_and_only_if_there_is_a_ttl(
    function: SdkFunction, cloud: LocalCloud, do: Callable[[Call], Any]
) -> None:
    """So that the permission for tags is needed just then."""
    tags = []
    for call in (EVERY_CALL["put"], EVERY_CALL["put, ttl"]):
        place = {"Bucket": function.outputs["StorageBucket"], "Key": f"public/{SERVICE}/new.json"}
        cloud.client("s3").delete_object(**place)
        function.may(NEEDED[call.row])
        do(call)
        tags.append(cloud.client("s3").get_object_tagging(**place)["TagSet"])
    assert tags == [[], [{"Key": "ttl-days", "Value": "1"}]]


def test_every_row_is_derived() -> None:
    assert {call.row for call in EVERY_CALL.values()} == set(NEEDED)


def test_every_action_has_its_resource_in_the_page() -> None:
    named = {action for first, _ in table(RESOURCES) for action in actions_in(first)}
    assert named == {action for actions in NEEDED.values() for action in actions}


def test_the_demos_may_do_all_of_it_but_invalidate_and_assume(translated: dict[str, Any]) -> None:
    roles = {name: text for name, text in translated["Resources"].items() if name.endswith("DemoRole")}
    assert len(roles) == 4
    every = {action for actions in NEEDED.values() for action in actions}
    for name, role in roles.items():
        granted = set(re.findall(r'"([a-z0-9]+:[A-Z]\w+)"', json.dumps(role["Properties"]["Policies"])))
        granted -= {"kms:Decrypt", "kms:ViaService"}
        keys = {"ssm:GetParameter", "secretsmanager:GetSecretValue"}
        elsewhere = {"cloudfront:CreateInvalidation", "sts:AssumeRole"}
        assert granted == every - elsewhere - (set() if "Auth" in name else keys)

"""How the kit judges write grants, and what it posts."""

from __future__ import annotations

import base64
import copy
import json
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import auth
from botocore.credentials import Credentials
from conformance import forms, write_grants
from conformance.answers import Answer, FailureError
from conformance.home import VECTORS
from conformance.vectors import Kind, Vector, load

MINTED = [vector for vector in load(VECTORS / "grants") if vector.kind is Kind.WRITE_GRANT]
TOLD = [vector for vector in MINTED if "error" not in vector.members]
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def named(name: str) -> Vector:
    return next(vector for vector in TOLD if vector.members["id"] == name)


def right(vector: Vector) -> dict[str, Any]:
    return copy.deepcopy(write_grants._told(vector.members["mint"]))


@pytest.mark.parametrize("vector", TOLD, ids=lambda vector: vector.members["id"])
def test_the_kits_signature_is_the_one_that_botocore_makes(vector: Vector) -> None:
    signer: Any = auth.S3SigV4PostAuth(Credentials("AKIDEXAMPLE", SECRET), "s3", "eu-west-1")
    at: Any = SimpleNamespace(context={"timestamp": "20270115T080000Z"})
    for form in right(vector)["forms"].values():
        assert form["x-amz-signature"] == signer.signature(form["policy"], at)


@pytest.mark.parametrize("vector", TOLD, ids=lambda vector: vector.members["id"])
def test_what_is_right_passes(vector: Vector) -> None:
    write_grants.judge(vector, Answer({"grant": right(vector), "printed": "WriteGrant(…)"}))


def spoilt(change: Any) -> dict[str, Any]:
    grant = right(named("name"))
    change(grant)
    return grant


@pytest.mark.parametrize(
    "change",
    [
        lambda grant: grant["forms"]["plain"].update({"x-amz-signature": "0" * 64}),
        lambda grant: grant["forms"]["gzip"].update({"x-amz-signature": "0" * 64}),
        lambda grant: grant["forms"]["gzip"].pop("Content-Encoding"),
        lambda grant: grant["forms"]["plain"].update(note="1"),
        lambda grant: grant.update(expires_at=grant["expires_at"] + 1),
        lambda grant: grant.update(note=1),
        lambda grant: grant["forms"].pop("gzip"),
    ],
)
def test_what_is_wrong_fails(change: Any) -> None:
    with pytest.raises((FailureError, TypeError)):
        write_grants.judge(named("name"), Answer({"grant": spoilt(change), "printed": ""}))


def test_a_form_that_is_printed_is_a_leak() -> None:
    grant = right(named("name"))
    with pytest.raises(FailureError, match="leaked"):
        write_grants.judge(named("name"), Answer({"grant": grant, "printed": json.dumps(grant)}))


def play(**more: Any) -> Any:
    store = SimpleNamespace(
        clock=SimpleNamespace(now=1_800_000_000.25),
        access_key="AKIDEXAMPLE",
        environment={"AWS_SECRET_ACCESS_KEY": SECRET},
        bucket="values",
        overlooks=frozenset({"signature"}),
        host=lambda _: "d111111abcdef8.cloudfront.net",
        **more,
    )
    return SimpleNamespace(
        store=store, visibility="public", place="shop", remembered={}, key=lambda _: "public/shop/a.json"
    )


STEP = {"what": "a", "ttl": 60, "max_bytes": 65536}


def test_a_write_grant_of_a_scenario_is_held_to_its_policy() -> None:
    write_grants.check(play(), STEP, right(named("name")), "")


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("public/shop/a.json", "public/shop/b.json"),
        ('{"Content-Type":"application/json"},', ""),
        ('{"bucket":"values"}', '{"bucket":"other"}'),
        ("conditions", "Conditions"),
    ],
)
def test_a_policy_that_pins_something_else_is_found(text: str, instead: str) -> None:
    grant = right(named("name"))
    for form in grant["forms"].values():
        policy = base64.b64decode(form["policy"]).decode().replace(text, instead)
        form["policy"] = base64.b64encode(policy.encode()).decode()
        form["x-amz-signature"] = write_grants.signature(form["policy"], form["x-amz-credential"], SECRET)
    with pytest.raises(FailureError):
        write_grants.check(play(), STEP, grant, "")


@pytest.mark.parametrize("member", ["expires_at", "max_bytes", "distribution", "visibility", "forms"])
def test_a_write_grant_that_says_something_else_is_found(member: str) -> None:
    grant = right(named("name"))
    other = {
        "expires_at": 1_800_000_071_000,
        "max_bytes": 1,
        "distribution": "d2",
        "visibility": "private",
        "forms": {},
    }
    with pytest.raises(FailureError):
        write_grants.check(play(), STEP, {**grant, member: other[member]}, "")


def test_a_wrong_signature_is_found_where_the_key_is_known() -> None:
    grant = right(named("name"))
    grant["forms"]["gzip"]["x-amz-signature"] = "0" * 64
    with pytest.raises(FailureError):
        write_grants.check(play(), STEP, grant, "")


@pytest.mark.parametrize(
    ("refused", "status", "passes"),
    [
        ("", 201, True),
        ("", 204, False),
        ("", 403, False),
        ("policy", 403, True),
        ("policy", 400, True),
        ("policy", 201, False),
        ("policy", 500, False),
    ],
)
def test_a_form_is_taken_or_refused_as_a_step_says(refused: str, status: int, passes: bool) -> None:  # noqa: FBT001
    scene = play(post=lambda *_: (status, {"etag": '"e"'}))
    scene.remembered["write grant"] = right(named("name"))
    step = {"name": "a", **({"refused": refused} if refused else {})}
    if passes:
        forms.post(scene, step, b"{}")
        assert scene.remembered.get("$VERSION") == ("e" if not refused else None)
    else:
        with pytest.raises(FailureError):
            forms.post(scene, step, b"{}")


def test_what_an_s3_does_not_judge_is_skipped() -> None:
    scene = play()
    scene.remembered["write grant"] = right(named("name"))
    with pytest.raises(NotImplementedError, match="signature"):
        forms.post(scene, {"name": "a", "refused": "signature"}, b"{}")
    scene.store.overlooks = frozenset({"role", "tagging"})
    scene.remembered["write grant"] = right(named("value-ttl"))
    with pytest.raises(NotImplementedError, match="tagging"):
        forms.post(scene, {"name": "a"}, b"{}")
    scene.store.access_key = "AKIDOTHER"
    scene.remembered["write grant"] = right(named("name"))
    with pytest.raises(NotImplementedError, match="role"):
        forms.post(scene, {"name": "a"}, b"{}")


def test_fields_come_before_the_file_and_one_can_be_left_out() -> None:
    posted: list[bytes] = []

    def take(_: str, __: str, body: bytes) -> tuple[int, dict[str, str]]:
        posted.append(body)
        return 201, {}

    scene = play(post=take)
    scene.remembered["write grant"] = right(named("name"))
    forms.post(scene, {"name": "a", "fields": {"Cache-Control": None, "note": "n"}}, b"{}")
    [body] = posted
    assert b"Cache-Control" not in body
    assert body.index(b'name="note"\r\n\r\nn\r\n') < body.index(b'name="file"')
    assert body.count(b'name="key"') == 1


def test_example_of_the_text_is_what_the_kit_makes() -> None:
    text = (Path(write_grants.__file__).parents[1] / "WRITE-GRANTS.md").read_text(encoding="utf-8")
    assert f"`{named('name').members['policy']}`" in text
    assert datetime.fromtimestamp(write_grants.NOW, timezone.utc).isoformat() == "2027-01-15T08:00:00+00:00"

"""The whole run, as `nox -s acceptance -- --local` does it, with little of everything."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from acceptance.__main__ import main
from acceptance.account import Account
from acceptance.estimate import Plan
from acceptance.leftovers import Leftovers
from acceptance.report import STEPS
from acceptance.scenarios import count
from acceptance.stack import BOUNDARY, Stack

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud import LocalCloud

ONLY = ["store/private/*", "store/invalidation/*"]
AMOUNTS = {"--edge-ttl": 1, "--rounds": 1, "--reads": 2, "--cold-starts": 1}


@pytest.mark.usefixtures("person")
def test_a_run_with_the_permissions_named_accepts_the_repository_within_its_estimate_and_leaves_nothing(
    cloud: LocalCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Account().client("sts").get_caller_identity()["Arn"].endswith("/somebody")
    cloud.requests.clear()
    amounts = [str(word) for pair in AMOUNTS.items() for word in pair]
    bounded = ["--boundary", BOUNDARY]
    status = main([*amounts, *bounded, *(f"--only={glob}" for glob in ONLY), "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    assert status == 0, printed
    (written,) = tmp_path.glob("*.json")
    report = json.loads(written.read_text())
    assert report["accepted"]
    assert tuple(report["steps"]) == STEPS
    assert report["sources"].keys() >= {"memory", "hit", "miss"}
    functions = {"Python, public", "Node, public", "Python, private", "Node, private"}
    assert report["reads"].keys() == report["cold_starts"].keys() == functions
    for function in functions:
        assert report["reads"][function].keys() == {"memory", "edge miss", "edge hit", "s3", "put"}
        assert report["cold_starts"][function].keys() == {"load_ms", "construct_ms", "first_get_ms"}
        assert all(spread["median"] > 0 for spread in report["reads"][function].values())
    assert report["conformance"]["passed"] == count(ONLY) > 0
    assert report["left_out"]["moves between points of presence"] > 0
    assert len(report["findings"]) == 9
    assert [step["name"] for step in report["walkthrough"]] == ["find", "deploy", "demos", "check"]
    assert sum(step["person"] for step in report["walkthrough"]) <= 600
    markdown = written.with_suffix(".md").read_text()
    assert "Nothing here was verified on AWS" in markdown
    assert "**Accepted.**" in markdown
    assert Leftovers(Account(), Stack(Account(), report["stack"])).find() == []
    asked = Counter((entry.where, entry.method) for entry in cloud.requests.entries())
    plan = Plan(count(ONLY), edge_ttl=1, rounds=1, reads=2, cold_starts=1)
    assert 0 < asked["edge", "GET"] <= plan.edge
    assert 0 < asked["s3", "PUT"] + asked["s3", "POST"] <= plan.puts
    assert 0 < asked["s3", "GET"] + asked["origin", "GET"] <= plan.gets

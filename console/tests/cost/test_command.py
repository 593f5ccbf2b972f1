from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from memory_console.cost import prices
from memory_console.cost.command import cost

if TYPE_CHECKING:
    from pathlib import Path

    from memory_console.examples import Example


FEW = ("--names", "100")  # the model takes its time for each of those that are asked for most


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(cost, list(arguments))


def test_answer_has_bill_alternatives_verdict_and_age_of_the_prices() -> None:
    ran = run(*FEW, "--gets", "50/s", "--puts", "2/s")

    assert ran.exit_code == 0
    for text in (
        "131 M gets", "S3 PUTs", "CloudFront transfer, us", "ElastiCache node, Valkey", "below", "days old",
        "Use ElastiCache", "You give up", "unconfirmed",
    ):  # fmt: skip
        assert text in ran.stdout


def test_figures_of_2021_are_shown() -> None:
    shown = run(*FEW).stdout

    for text in ("= $12.41 a month", "= $29.20 a month", "= $14.60 a month"):
        assert text in shown


def test_json_holds_the_whole_answer() -> None:
    answer = json.loads(run(*FEW, "--gets", "20M", "--readers", "us=1,eu=1", "--json").stdout)

    assert answer["scenario"]["gets_per_month"] == 20e6
    assert answer["scenario"]["readers"] == {"us": 0.5, "eu": 0.5}
    ours = answer["offers"][0]
    assert ours["usd"] == pytest.approx(sum(item["usd"] for item in ours["items"]))
    assert {item["confidence"] for item in ours["items"]} <= {
        "primary",
        "secondary",
        "derived",
        "unconfirmed",
    }
    assert {"key", "gets_per_month", "ours_above"} == set(answer["break_evens"][0])
    assert len(answer["prices"]["unconfirmed"]) > 0


def test_impossible_offer_has_no_price_in_json() -> None:
    offers = json.loads(run(*FEW, "--size", "1MB", "--json").stdout)["offers"]
    dynamodb = next(offer for offer in offers if offer["key"] == "dynamodb")

    assert dynamodb["usd"] is None
    assert "exceeds its limit" in dynamodb["refusal"]


def test_no_traffic_costs_what_lies_there() -> None:
    answer = json.loads(run("--gets", "0", "--puts", "0", "--json").stdout)

    assert answer["break_evens"] == []
    assert answer["offers"][0]["usd"] == pytest.approx(10_000 * 2048 / 2**30 * 0.023)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--gets", "5x"], "'5x': Write a rate such as 10M/month, 50/s or 40k/day."),
        (["--readers", "mars"], "region 'mars' is not in the price list: it knows us, eu"),
        (["--bucket-region", "moon"], "region 'moon' is not in the price list"),
        (["--edge-ttl", "90000"], "edge_ttl is 90,000: it must be at least 1 and at most 86,400"),
        (["--prices", "none.json"], "none.json: cannot be read"),
        (["--plot", "cost.png"], "cost.png: a plot is written as SVG: give it a name that ends in .svg"),
        (["--plot", "cost.svg", "--gets", "0"], "gets_per_month is 0: there is nothing to plot"),
        (["--replay", "many"], "Write a count such as 500, 20k, 5M or 2B."),
        (["--plot", "no/such/folder/cost.svg"], "no/such/folder/cost.svg: No such file or directory"),
        (["--replay", "1000", "--names", "5M"], "names is 5,000,000: --replay draws each by itself"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(arguments: list[str], message: str) -> None:
    ran = run(*arguments)

    assert ran.exit_code in (1, 2)
    assert message in ran.stderr
    assert "Traceback" not in ran.output


def test_other_prices_are_used_and_named(tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    assert run("--copy-prices", str(mine)).exit_code == 0
    text = mine.read_text(encoding="utf-8")
    assert json.loads(text) == prices.load().document
    document = json.loads(text)
    document["s3"]["STANDARD"]["put"]["usd"] = 5.0
    document["date"] = "2020-01-01"
    mine.write_text(json.dumps(document))
    ran = run(*FEW, "--prices", str(mine), "--puts", "1k")

    assert ran.exit_code == 0
    assert "Prices of 2020-01-01" in ran.stdout
    assert "more than half a year old" in ran.stdout
    assert "mine.json" in ran.stdout.replace("\n", "")
    bill = json.loads(run(*FEW, "--prices", str(mine), "--puts", "1k", "--json").stdout)["offers"][0]["items"]
    assert next(item["usd"] for item in bill if item["key"] == "s3_puts") == 5.0


def test_plot_is_written_as_svg(tmp_path: Path) -> None:
    svg = tmp_path / "cost.svg"
    ran = run("--plot", str(svg))

    assert ran.exit_code == 0
    assert "cost.svg" in ran.stdout.replace("\n", "")
    assert svg.read_text(encoding="utf-8").startswith("<svg ")


def test_replay_prints_its_seed_beside_the_model() -> None:
    ran = run("--gets", "20/s", "--names", "50", "--replay", "5k", "--seed", "42")

    assert "seed 42" in ran.stdout
    assert "the model says" in ran.stdout


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(example, id=example.does, marks=[pytest.mark.slow] if number else [])
        for number, example in enumerate(cost.examples)
    ],
)
def test_examples_of_the_help_run(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: object
) -> None:
    monkeypatch.chdir(tmp_path)
    program, name, *arguments = shlex.split(example.line)

    assert (program, name) == ("memory-service", "cost")
    assert run(*arguments).exit_code == 0
    assert f"# {example.does}\n  {example.line}\n" in run("--help").stdout

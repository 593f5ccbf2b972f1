"""`memory-service cost`: what it would cost, here and elsewhere."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from memory_console.cost import report, scale
from memory_console.cost.bucket import EmptyBucketError, Measured, measure
from memory_console.cost.comparison import break_evens, compare, sweep
from memory_console.cost.document import comparison_document, scale_document
from memory_console.cost.prices import OWN, PriceListError, Prices, load
from memory_console.cost.quantities import Count, Rate, Readers, Share, Size, short, size
from memory_console.cost.replay import replay
from memory_console.cost.scenario import STORAGE_CLASSES, Scenario, ScenarioError
from memory_console.examples import Example, ExampleCommand

_DEFAULT = Scenario()
_MOST_REPLAYED_NAMES = 1_000_000
_EXAMPLES = (
    Example("memory-service cost --gets 50/s --puts 2/s --size 2KB --names 20k", "what this traffic costs"),
    Example(
        "memory-service cost --from-bucket values --service shop --gets 300M", "with what a bucket holds"
    ),
    Example(
        "memory-service cost --gets 1B --readers us=60,eu=40 --plot cost.svg", "from two regions, plotted"
    ),
    Example("memory-service cost --gets 100/s --names 5k --replay 20k", "check the model for this traffic"),
    Example("memory-service cost --simulate --plot scale.png", "up to a million million gets a month"),
    Example("memory-service cost --page calculator.html", "the calculator as a page for a browser"),
)
Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def _input(flag: str, field: str, kind: Any, text: str, shown: str) -> Option:
    """An option that sets one field of the scenario; without it the scenario's own default stays."""
    return click.option(flag, field, type=kind, help=f"{text}  [default: {shown}]")


_INPUTS: list[Option] = [
    _input("--gets", "gets_per_month", Rate(), "Gets of all functions: 10M/month, 50/s, 40k/day.", "10M/month"),
    _input("--puts", "puts_per_month", Rate(), "Puts of all functions.", "100k/month"),
    _input("--size", "value_bytes", Size(), "Mean size of a stored value, after gzip.", "2KB"),
    _input("--names", "names", Count(), "How many names there are.", "10k"),
    _input("--zipf", "zipf", float, "How unequal the names are: 0 all alike, 1 a few take most.", "0.9"),
    _input("--absent", "absent", Share(), "Share of the gets for names that are not there.", "0%"),
    _input("--functions", "functions", Count(), "Functions that read.", "3"),
    _input("--environments", "environments", float, "Warm execution environments of one function.", "5"),
    _input("--readers", "readers", Readers(), "Where they are: us, eu, me-af, sa, jp, au, ap, in.", "us"),
    _input("--pops", "pops", Count(), "Points of presence that the readers of one region reach.", "3"),
    _input("--bucket-region", "bucket_region", str, "Where the bucket is, by the same names.", "us"),
    _input("--edge-ttl", "edge_ttl", click.IntRange(1), "EDGE_TTL in seconds.", "5"),
    click.option(
        "--memory/--no-memory", "memory", default=None, help="The SDK's own memory.  [default: memory]"
    ),
    _input("--memory-size", "memory_bytes", Size(), "LOCAL_MAX_BYTES: what memory holds.", "16MB"),
    _input("--memory-items", "memory_items", Count(), "LOCAL_MAX_ITEMS: values memory holds.", "10k"),
    _input("--storage-class", "storage_class", click.Choice(STORAGE_CLASSES), "Of the values.", "STANDARD"),
    click.option("--private/--public", "private", default=None, help="Signed reads.  [default: public]"),
    _input("--invalidations", "invalidations", Rate(), "Invalidated paths.", "0/month"),
    click.option("--free-tier/--no-free-tier", "free_tier", default=None,
                 help="Whether the account's always-free amounts are unused.  [default: free-tier]"),
    _input("--peak", "peak", float, "The busiest second, as a multiple of the mean.", "3"),
]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Output:
    """Where an answer goes: tables or JSON on standard output, and perhaps a plot."""

    plot: Path | None
    as_json: bool
    today: date

    @property
    def console(self) -> Console:
        """For people: beside JSON, standard error."""
        return Console(stderr=self.as_json, highlight=False)


def _inputs(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_INPUTS):
        command = option(command)
    return command


def _plot_path(_: click.Context, __: click.Parameter, value: Path | None) -> Path | None:
    from memory_console.cost.plot import FORMATS  # noqa: PLC0415 - only for those who plot

    if value and value.suffix.lower() not in FORMATS:
        raise click.BadParameter(f"{value.name}: a plot is written as one of {', '.join(FORMATS)}")
    return value


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=ExampleCommand, examples=_EXAMPLES, context_settings={"max_content_width": 110})
@_inputs
@click.option(
    "--from-bucket", "bucket", metavar="BUCKET", help="Measure names, size and class by listing it."
)
@click.option("--service", default="", help="With --from-bucket: only this service's values.")
@click.option("--simulate", is_flag=True, help="The model up to a million million gets a month.")
@click.option("--replay", "requests", type=Count(), help="Check the model: replay so many random gets.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of --replay's random gets.")
@click.option("--prices", "price_list", type=_FILE, help="Another price list.")
@click.option("--copy-prices", type=_FILE, help="Write the built-in price list there, to edit, and stop.")
@click.option("--plot", type=_FILE, callback=_plot_path, help="Write a plot: .svg, .png or .pdf.")
@click.option(
    "--page", type=_FILE, help="Write the calculator as one HTML page, with these prices, and stop."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def cost(  # noqa: PLR0913 - one for each option
    *,
    bucket: str | None,
    service: str,
    simulate: bool,
    requests: float | None,
    seed: int,
    price_list: Path | None,
    copy_prices: Path | None,
    plot: Path | None,
    page: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """What Memory Service costs in a month for your traffic, and whether something else is cheaper.

    The bill item by item, the same traffic priced at S3 alone, ElastiCache, DAX, DynamoDB and API Gateway, and
    the traffic at which each becomes cheaper or dearer. The model, its formulas and a worked example are in
    console/COST.md of the repository.
    """
    try:
        prices = load(price_list)
        if copy_prices or page:
            _write_and_stop(copy_prices, page, prices)
            return
        output = _Output(plot, as_json, datetime.now(tz=timezone.utc).date())
        inputs = {name: value for name, value in given.items() if value is not None}
        measured = _measure(bucket, service) if bucket else None
        scenario = _scenario(inputs, measured, scale.INTERNET if simulate else _DEFAULT, prices)
        if measured:
            _tell_measured(measured, output)
        if simulate:
            _simulate(scenario, prices, output)
        else:
            _compare(scenario, prices, output)
        if requests:
            _replay(scenario, int(requests), seed, prices, output)
    except (ScenarioError, PriceListError, EmptyBucketError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def _write_and_stop(copy_prices: Path | None, page: Path | None, prices: Prices) -> None:
    from memory_console.cost.static_page import render  # noqa: PLC0415 - only for those who want it

    if copy_prices:
        copy_prices.write_text(OWN.read_text(encoding="utf-8"), encoding="utf-8")
        click.echo(f"{copy_prices}: the price list of {prices.dated}")
    if page:
        page.write_text(render(prices), encoding="utf-8")
        click.echo(f"{page}: open it in any browser; it asks nothing of any server")


def _scenario(inputs: dict[str, Any], measured: Measured | None, base: Scenario, prices: Prices) -> Scenario:
    for name in ("names", "functions", "pops", "memory_items"):
        if name in inputs:
            inputs[name] = int(inputs[name])
    if measured:
        found = {
            "names": measured.names,
            "value_bytes": max(1.0, measured.value_bytes),
            "storage_class": measured.storage_class,
            "private": measured.private,
        }
        inputs = {**found, **inputs}
    scenario = dataclasses.replace(base, **inputs)
    regions = prices.document["cloudfront"]["regions"]
    for region in (*scenario.readers, scenario.bucket_region):
        if region not in regions:
            raise ScenarioError(f"region {region!r} is not in the price list: it knows {', '.join(regions)}")
    return scenario


def _measure(bucket: str, service: str) -> Measured:
    import boto3  # noqa: PLC0415 - half a second, only for those who measure
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    console = Console(stderr=True)
    try:
        with console.status(f"listing {bucket} …") as status:
            return measure(
                boto3.client("s3"),
                bucket,
                service,
                lambda seen: status.update(f"listing {bucket}: {seen:,} values …"),
            )
    except ClientError as error:
        said = error.response["Error"]
        raise click.ClickException(
            f"bucket {bucket!r} cannot be listed: {said.get('Code')}: {said.get('Message')}. "
            "Is the name right, and do your credentials have s3:ListBucket?"
        ) from error
    except BotoCoreError as error:
        raise click.ClickException(f"bucket {bucket!r} cannot be listed: {error}") from error


def _tell_measured(measured: Measured, output: _Output) -> None:
    output.console.print(
        f"Measured: {measured.names:,} values of {size(measured.value_bytes)} on average, with "
        f"{measured.requests:,} LIST requests"
    )


def _compare(scenario: Scenario, prices: Prices, output: _Output) -> None:
    comparison = compare(scenario, prices)
    points = sweep(scenario, prices) if scenario.gets_per_month else []
    crossings = break_evens(points, prices)
    if output.plot:
        from memory_console.cost.plot import costs  # noqa: PLC0415 - only for those who plot

        if not points:
            raise ScenarioError("gets_per_month is 0: there is nothing to plot")
        costs(output.plot, comparison, points, crossings)
    if output.as_json:
        click.echo(json.dumps(comparison_document(comparison, crossings, prices, output.today), indent=2))
        return
    console = output.console
    report.print_traffic(console, comparison)
    report.print_bill(console, comparison, prices)
    report.print_offers(console, comparison, crossings, prices)
    report.print_verdict(console, comparison)
    console.print()
    report.print_history(console, prices)
    _tell_sources(prices, output)


def _simulate(scenario: Scenario, prices: Prices, output: _Output) -> None:
    if not scenario.gets_per_month:
        raise ScenarioError("gets_per_month is 0: there is nothing to simulate")
    points = scale.simulate(scenario, prices)
    if output.plot:
        from memory_console.cost.plot import scale as plot_scale  # noqa: PLC0415 - only for those who plot

        plot_scale(output.plot, points)
    if output.as_json:
        click.echo(json.dumps(scale_document(scenario, points, prices, output.today), indent=2))
        return
    report.print_scale(output.console, scenario, points)
    _tell_sources(prices, output)


def _tell_sources(prices: Prices, output: _Output) -> None:
    report.print_prices(output.console, prices, output.today)
    if output.plot:
        output.console.print(f"Plot: {output.plot}")


def _replay(scenario: Scenario, requests: int, seed: int, prices: Prices, output: _Output) -> None:
    if scenario.names > _MOST_REPLAYED_NAMES:
        raise ScenarioError(f"names is {scenario.names:,}: --replay draws each by itself; give at most 1M")
    counts = replay(scenario, requests, seed, prices.hours)
    spread = compare(scenario, prices).traffic
    output.console.print(
        f"Replayed {short(requests)} random gets, seed {seed}, the first quarter to warm up:"
    )
    for name, model, seen in (
        ("memory", spread.memory_ratio, counts.memory_ratio),
        ("points of presence", spread.pop_ratio, counts.pop_ratio),
        ("edge", spread.edge_ratio, counts.edge_ratio),
    ):
        output.console.print(f"  {name} answers {seen:.2%}; the model says {model:.2%}")

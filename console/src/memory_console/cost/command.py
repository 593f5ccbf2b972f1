"""`memory-service cost`: what it would cost, here and elsewhere."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from memory_console.cost import report
from memory_console.cost.bucket import EmptyBucketError, Measured, measure
from memory_console.cost.chart import draw
from memory_console.cost.comparison import break_evens, compare, sweep
from memory_console.cost.document import comparison_document
from memory_console.cost.prices import OWN, PriceListError, Prices, load
from memory_console.cost.quantities import QuantityError, fields, read, short, size
from memory_console.cost.replay import replay
from memory_console.cost.scenario import Scenario, ScenarioError, read_input
from memory_console.cost.settings import settings_of
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import Failure, FileError

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_REPLAYED_NAMES = 1_000_000
_DAYS = 4  # of traffic that a replay with a change record takes
_EXAMPLES = (
    Example("memory-service cost --gets 50/s --puts 2/s --size 2KB --names 20k", "what this traffic costs"),
    Example(
        "memory-service cost --from-bucket values --service shop --gets 300M", "with what a bucket holds"
    ),
    Example(
        "memory-service cost --gets 1B --readers us=60,eu=40 --plot cost.svg", "from two regions, plotted"
    ),
    Example("memory-service cost --gets 100/s --names 5k --replay 20k", "check the model for this traffic"),
    Example("memory-service cost --page calculator.html", "the calculator as a page for a browser"),
)


class _Quantity(click.ParamType[Any]):
    """One input of the scenario, read by its kind in inputs.json."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.name = fields()[field]["kind"]

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it, or fail with what it may look like."""
        try:
            return read_input(self.field, str(value))
        except QuantityError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


def _inputs(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each input; without it the scenario's own default stays."""
    for name, field in reversed(fields().items()):
        switch = field["kind"] == "switch"
        default = field["flag"].lstrip("-").split("/--")[not field["default"]] if switch else field["default"]
        text = f"{field['help']}  [default: {default}]"
        kind = None if switch else _Quantity(name)
        command = click.option(field["flag"], name, default=None, type=kind, help=text)(command)
    return command


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


def _plot_path(_: click.Context, __: click.Parameter, value: Path | None) -> Path | None:
    if value and value.suffix.lower() != ".svg":
        raise click.BadParameter(f"{value.name}: a plot is written as SVG: give it a name that ends in .svg")
    return value


def _replayed(_: click.Context, __: click.Parameter, value: str | None) -> int:
    try:
        return int(read("count", value)) if value else 0
    except QuantityError as error:
        raise click.BadParameter(str(error)) from error


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=ExampleCommand, examples=_EXAMPLES, context_settings={"max_content_width": 110})
@_inputs
@click.option(
    "--from-bucket", "bucket", metavar="BUCKET", help="Measure names, size and class by listing it."
)
@click.option("--service", default="", help="With --from-bucket: only this service's values.")
@click.option(
    "--replay",
    "requests",
    metavar="COUNT",
    callback=_replayed,
    help="Check the model: replay so many random gets.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of --replay's random gets.")
@click.option("--prices", "price_list", type=_FILE, help="Another price list.")
@click.option("--copy-prices", type=_FILE, help="Write the built-in price list there, to edit, and stop.")
@click.option("--plot", type=_FILE, callback=_plot_path, help="Write a plot, as SVG.")
@click.option(
    "--page", type=_FILE, help="Write the calculator as one HTML page, with these prices, and stop."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def cost(  # noqa: PLR0913 - one for each option
    *,
    bucket: str | None,
    service: str,
    requests: int,
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
        scenario = _scenario(inputs, measured, prices, is_replayed=requests > 0)
        if measured:
            _tell_measured(measured, output)
        _compare(scenario, prices, output)
        if requests:
            _replay(scenario, requests, seed, prices, output)
    except (ScenarioError, PriceListError, EmptyBucketError) as error:
        raise click.ClickException(str(error)) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(FileError.of(error), as_json=as_json) from error


def _write_and_stop(copy_prices: Path | None, page: Path | None, prices: Prices) -> None:
    from memory_console.cost.static_page import render  # noqa: PLC0415 - only for those who want it

    if copy_prices:
        copy_prices.write_text(OWN.read_text(encoding="utf-8"), encoding="utf-8")
        click.echo(f"{copy_prices}: the price list of {prices.dated}")
    if page:
        page.write_text(render(prices), encoding="utf-8")
        click.echo(f"{page}: open it in any browser; it asks nothing of any server")


def _scenario(
    inputs: dict[str, Any], measured: Measured | None, prices: Prices, *, is_replayed: bool
) -> Scenario:
    if measured:
        found = {
            "names": measured.names,
            "value_bytes": max(1.0, measured.value_bytes),
            "storage_class": measured.storage_class,
            "private": measured.private,
        }
        inputs = {**found, **inputs}
    scenario = Scenario(**inputs)
    if is_replayed and scenario.names > _MOST_REPLAYED_NAMES:
        raise ScenarioError(f"names is {scenario.names:,}: --replay draws each by itself; give at most 1M")
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
    settings = settings_of(scenario, prices) if points else []
    if output.plot:
        if not points:
            raise ScenarioError("gets_per_month is 0: there is nothing to plot")
        output.plot.write_text(draw(scenario.gets_per_month, points, crossings), encoding="utf-8")
    if output.as_json:
        click.echo(
            json.dumps(comparison_document(comparison, crossings, settings, prices, output.today), indent=2)
        )
        return
    console = output.console
    report.print_traffic(console, comparison)
    report.print_bill(console, comparison, prices)
    report.print_offers(console, comparison, crossings, prices)
    report.print_verdict(console, comparison)
    if points:
        report.print_settings(console, settings)
    console.print()
    report.print_history(console, prices)
    report.print_prices(console, prices, output.today)
    if output.plot:
        console.print(f"Plot: {output.plot}")


def _replay(scenario: Scenario, requests: int, seed: int, prices: Prices, output: _Output) -> None:
    spread = compare(scenario, prices).traffic
    output.console.print(
        f"Replayed {short(requests)} random gets, seed {seed}, the first quarter to warm up:"
    )
    for record, model in ((False, spread), (True, spread.with_record)):
        if model is None:
            continue
        seen = replay(scenario, requests, seed, prices.hours, with_record=record)
        if record:
            output.console.print("With a change record:")
        for name, says, was in (
            ("memory", model.memory_ratio, seen.memory_ratio),
            ("points of presence", model.pop_ratio, seen.pop_ratio),
            ("edge", model.edge_ratio, seen.edge_ratio),
        ):
            output.console.print(f"  {name} answers {was:.2%}; the model says {says:.2%}")
    days = requests / max(1.0, scenario.gets_per_month) * prices.hours / 24
    if days < _DAYS:
        output.console.print(
            f"  These gets take {days:.2g} days. Copies that a record confirms live for one: for a fair comparison, "
            f"replay {short(scenario.gets_per_month / prices.hours * 24 * _DAYS)}."
        )

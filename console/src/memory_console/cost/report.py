"""The calculator's answers as tables in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from memory_console.cost.bill import model
from memory_console.cost.quantities import money, short, size
from memory_console.cost.settings import best_of_each_ttl, memory, when

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from memory_console.cost.comparison import BreakEven, Comparison
    from memory_console.cost.hit_ratios import Traffic
    from memory_console.cost.prices import Prices
    from memory_console.cost.scenario import Scenario
    from memory_console.cost.settings import Setting

_OLD_DAYS = 180
_SOURCE_MARK = {"unconfirmed": " ?", "derived": " ~"}


def print_prices(console: Console, prices: Prices, today: date) -> None:
    """Say which prices these are, how old, and how many rest on nothing that could be read."""
    age = prices.age_days(today)
    old = f"{age} days old" if age >= 0 else "dated in the future"
    console.print(
        f"Prices of {prices.dated.isoformat()} ({old}), {prices.document['region']}, from {escape(prices.origin)}; "
        f"{len(prices.unconfirmed)} of its numbers are unconfirmed; what rests on one of them here is marked [bold]?[/]"
    )
    if age > _OLD_DAYS:
        console.print(
            "[yellow]They are more than half a year old: check them, and give newer ones with --prices.[/]"
        )


def print_traffic(console: Console, comparison: Comparison) -> None:
    """Say where the gets end."""
    scenario, spread = comparison.scenario, comparison.traffic
    where = ", ".join(f"{region} {share:.0%}" for region, share in scenario.readers.items())
    console.print(
        f"[bold]{short(spread.gets)} gets[/] and {short(scenario.puts_per_month)} puts a month, "
        f"{short(scenario.names)} names of {size(scenario.value_bytes)}, "
        f"{short(scenario.processes)} execution environments, readers in {where}, EDGE_TTL {scenario.edge_ttl} s"
    )
    table = Table("cache", box=None, pad_edge=False)
    both = [spread] + ([spread.with_record] if spread.with_record else [])
    for more in ("", " with a record")[: len(both)]:
        table.add_column(f"is asked{more}", justify="right")
        table.add_column("answers", justify="right")
    rows = zip(*(_cells(scenario, one) for one in both), strict=True)
    names = ["memory of the SDK"] * scenario.memory + ["points of presence", "regional edge caches", "S3"]
    for name, cells in zip(names, rows, strict=True):
        table.add_row(name, *(text for pair in cells for text in pair))
    console.print(table)


def _cells(scenario: Scenario, spread: Traffic) -> list[tuple[str, str]]:
    """How often each cache is asked, and how much of that it answers."""
    regional = 1 - spread.s3_gets / spread.regional_requests if spread.regional_requests else 0.0
    cells = [
        (short(spread.edge_total), f"{spread.pop_ratio:.1%}"),
        (short(spread.regional_requests), f"{max(0.0, regional):.1%}"),
        (short(spread.s3_gets), "the rest"),
    ]
    return [(short(spread.gets), f"{spread.memory_ratio:.1%}"), *cells] if scenario.memory else cells


def print_bill(console: Console, comparison: Comparison, prices: Prices) -> None:
    """The bill of Memory Service."""
    table = Table("Memory Service", "a month", "unit", "USD", title_justify="left", show_footer=True)
    table.columns[0].footer = "total"
    table.columns[3].footer = money(comparison.ours.usd)
    table.columns[1].justify = table.columns[3].justify = "right"
    for item in comparison.ours.items:
        mark = _SOURCE_MARK.get(prices.confidence(item.price), "")
        table.add_row(item.title, short(item.quantity), item.unit, f"{item.usd:,.2f}{mark}")
    console.print(table)


def print_offers(
    console: Console, comparison: Comparison, crossings: list[BreakEven], prices: Prices
) -> None:
    """All offers, cheapest first, with the traffic at which each changes places with Memory Service."""
    table = Table("the same traffic with", "size", "USD a month", "Memory Service is cheaper")
    table.columns[2].justify = "right"
    for offer in comparison.ranking:
        unsure = any(prices.confidence(item.price) == "unconfirmed" for item in offer.items if item.usd)
        cost = offer.refusal or money(offer.usd) + (" ?" if unsure else "")
        mine = offer.key == comparison.ours.key
        when = "" if mine else _when(offer.key, comparison, crossings)
        table.add_row(offer.name, offer.detail, cost, when, style="bold" if mine else None)
    console.print(table)


def _when(key: str, comparison: Comparison, crossings: list[BreakEven]) -> str:
    parts = [
        f"{'above' if crossing.ours_above else 'below'} {short(crossing.gets_per_month)} gets"
        for crossing in crossings
        if crossing.key == key
    ]
    if parts:
        return ", ".join(parts)
    return "always" if comparison.ours.usd < comparison.offers[key].usd else "never"


def print_verdict(console: Console, comparison: Comparison) -> None:
    """What to do."""
    first, *rest = comparison.verdict
    console.print(f"[bold green]{escape(first)}[/] {escape(' '.join(rest))}")


def print_settings(console: Console, settings: list[Setting]) -> None:
    """When Memory Service is the best choice."""
    table = Table("EDGE_TTL", "memory", "no change record", "with one", "cheapest other", "best here")
    for column in table.columns[2:4]:
        column.justify = "right"
    for one in best_of_each_ttl(settings):
        other = f"{money(one.other_usd)}, {model()['offers'][one.other]['name']}"
        best = ("yes, with a record" if one.has_record else "yes") if one.is_best else "no"
        costs = (money(one.plain_usd), money(one.record_usd))
        table.add_row(f"{one.edge_ttl:,} s", memory(one.memory_bytes), *costs, other, best)
    console.print(table)
    console.print(f"[bold]{escape(when(settings))}[/]")


def print_history(console: Console, prices: Prices) -> None:
    """The figures that this project was started with."""
    for row in prices.document["history"]:
        usd = row["usd_per_hour"] * row["hours"]
        console.print(
            f"{row['year']}: {row['service']}, {row['what']}: {row['usd_per_hour']} an hour x {row['hours']} h "
            f"= ${usd:.2f} a month"
        )

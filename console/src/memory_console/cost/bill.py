"""What each offer of offers.json bills for a month, item by item."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from memory_console.cost.formulas import Scope, parse
from memory_console.cost.prices import Prices, tiered

if TYPE_CHECKING:
    from memory_console.cost.hit_ratios import Traffic
    from memory_console.cost.scenario import Scenario

#: The key of Memory Service among the offers.
OURS = "memory_service"
#: The same with a change record.
RECORD = "change_record"


@dataclass(frozen=True)
class LineItem:
    """One line of a bill.

    Attributes:
        key: its name for programs.
        title: its name for people.
        quantity: how much of it is used in a month, free amounts included.
        unit: of the quantity.
        usd: what it costs in that month.
        price: where the price list has its price, such as s3.STANDARD.get; empty if it has none.
    """

    key: str
    title: str
    quantity: float
    unit: str
    usd: float
    price: str = ""


@dataclass(frozen=True)
class Offer:
    """One way to serve the traffic.

    Attributes:
        key: its name for programs, as in offers.json.
        items: its bill; empty if it cannot serve this traffic.
        detail: the size or plan that was chosen.
        refusal: why it cannot serve this traffic; empty if it can.
    """

    key: str
    items: list[LineItem]
    detail: str = ""
    refusal: str = ""

    @property
    def usd(self) -> float:
        """What it costs in a month; infinite if it cannot serve this traffic."""
        return float("inf") if self.refusal else total(self.items)

    @property
    def name(self) -> str:
        """Its name for people."""
        return str(model()["offers"][self.key]["name"])


def total(items: list[LineItem]) -> float:
    """The sum of a bill, in US dollars."""
    return sum(item.usd for item in items)


@cache
def model() -> dict[str, Any]:
    """The document offers.json with its formulas read: quantities, line items, offers and wording."""
    text = (files("memory_console.cost") / "offers.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    for owner in (document, *document["offers"].values()):
        for name, formula in owner.get("quantities", {}).items():
            owner["quantities"][name] = parse(formula)
    for entry in (document["limit"], *document["items"].values(), *document["choices"].values()):
        for name in {"if", "quantity", "billed", "fits", "least"} & entry.keys():
            entry[name] = parse(entry[name])
    document["load"] = {title: [*map(parse, pair)] for title, pair in document["load"].items()}
    return document


def offer(key: str, scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """Bill one offer for one scenario."""
    entry = model()["offers"][key]
    scope = _scope(scenario, traffic, prices, entry)
    limit = model()["limit"]
    if scope.value(limit["if"]):
        return Offer(key, [], refusal=scope.filled(limit["refusal"]))
    detail = ""
    if "choose" in entry:
        choice = model()["choices"][entry["choose"]]
        chosen = _chosen(choice, scope, prices)
        if chosen is None:
            return Offer(key, [], refusal=choice["refusal"])
        scope, detail = chosen, chosen.filled(choice["detail"])
    items = []
    for name in entry["items"]:
        regions = [scope.knowing(region=region) for region in traffic.edge_requests]
        items += [_item(name, one, prices) for one in (regions if "{region}" in name else [scope])]
    return Offer(key, [item for item in items if item], detail)


def busiest_second(scenario: Scenario, traffic: Traffic, prices: Prices) -> dict[str, tuple[float, float]]:
    """Each load of the busiest second, and the limit that S3 or CloudFront sets to it."""
    scope = _scope(scenario, traffic, prices, {})
    return {
        title: (scope.value(load), scope.value(limit)) for title, (load, limit) in model()["load"].items()
    }


def _scope(scenario: Scenario, traffic: Traffic, prices: Prices, entry: dict[str, Any]) -> Scope:
    if entry.get("traffic") and traffic.with_record:
        traffic = traffic.with_record
    known = {
        **prices.document,
        **vars(scenario),
        "readers": {scenario.bucket_region: 0.0, **scenario.readers},
        "traffic": {**vars(traffic), "edge_total": traffic.edge_total},
        **entry.get("words", {}),
    }
    return Scope(known, {**model()["quantities"], **entry.get("quantities", {})})


def _chosen(choice: dict[str, Any], scope: Scope, prices: Prices) -> Scope | None:
    """The scope with the size that fits and costs least; None if none fits."""
    sizes = prices.at(scope.filled(choice["from"]))
    scopes = [scope.knowing(size=size, number=str(number)) for number, size in enumerate(sizes)]
    fitting = [one for one in scopes if one.value(choice.get("fits", 1.0))]
    return min(fitting, key=lambda one: float(one.value(choice["least"])), default=None)


def _item(name: str, scope: Scope, prices: Prices) -> LineItem | None:
    entry = model()["items"][name]
    if "if" in entry and not scope.value(entry["if"]):
        return None
    quantity, usd, price = float(scope.value(entry["quantity"])), 0.0, scope.filled(entry.get("price", ""))
    if price:
        billed = scope.value(entry["billed"]) if "billed" in entry else quantity
        usd = tiered(prices.at(price), billed) / entry.get("per", 1)
    return LineItem(scope.filled(name), scope.filled(entry["title"]), quantity, entry["unit"], usd, price)

"""The calculator's answer as JSON."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from memory_console.cost.bill import busiest_second
from memory_console.cost.settings import when

if TYPE_CHECKING:
    from datetime import date

    from memory_console.cost.bill import Offer
    from memory_console.cost.comparison import BreakEven, Comparison
    from memory_console.cost.prices import Prices
    from memory_console.cost.settings import Setting


def comparison_document(
    comparison: Comparison,
    crossings: list[BreakEven],
    settings: list[Setting],
    prices: Prices,
    today: date,
) -> dict[str, Any]:
    """One scenario, everywhere."""
    spread = comparison.traffic
    load = busiest_second(comparison.scenario, spread, prices)
    return {
        "scenario": dataclasses.asdict(comparison.scenario),
        "prices": {
            "date": prices.dated.isoformat(),
            "age_days": prices.age_days(today),
            "region": prices.document["region"],
            "origin": prices.origin,
            "unconfirmed": prices.unconfirmed,
        },
        "traffic": {
            **dataclasses.asdict(spread),
            "memory_ratio": spread.memory_ratio,
            "pop_ratio": spread.pop_ratio,
            "edge_ratio": spread.edge_ratio,
        },
        "load": {title: {"peak": peak, "limit": limit} for title, (peak, limit) in load.items()},
        "offers": [offer_document(offer, prices) for offer in comparison.offers.values()],
        "cheapest": comparison.cheapest.key,
        "verdict": comparison.verdict,
        "break_evens": [dataclasses.asdict(crossing) for crossing in crossings],
        "settings": [{**dataclasses.asdict(one), "usd": one.usd, "is_best": one.is_best} for one in settings],
        "when": when(settings) if settings else None,
        "history": prices.document["history"],
    }


def offer_document(offer: Offer, prices: Prices) -> dict[str, Any]:
    """One bill; what cannot serve the traffic has no price, and says why."""
    return {
        "key": offer.key,
        "name": offer.name,
        "detail": offer.detail,
        "usd": None if offer.refusal else offer.usd,
        "refusal": offer.refusal,
        "items": [
            {**dataclasses.asdict(item), "confidence": prices.confidence(item.price)} for item in offer.items
        ],
    }

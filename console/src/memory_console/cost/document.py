"""The calculator's answers as JSON."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from memory_console.cost.scale import Point, findings

if TYPE_CHECKING:
    from datetime import date

    from memory_console.cost.alternatives import Offer
    from memory_console.cost.comparison import BreakEven, Comparison
    from memory_console.cost.hit_ratios import Traffic
    from memory_console.cost.prices import Prices
    from memory_console.cost.scenario import Scenario


def comparison_document(
    comparison: Comparison, crossings: list[BreakEven], prices: Prices, today: date
) -> dict[str, Any]:
    """One scenario, everywhere."""
    return {
        "scenario": dataclasses.asdict(comparison.scenario),
        "prices": prices_document(prices, today),
        "traffic": traffic_document(comparison.traffic),
        "offers": [offer_document(offer, prices) for offer in (comparison.ours, *comparison.others)],
        "cheapest": comparison.cheapest.key,
        "verdict": comparison.verdict,
        "break_evens": [dataclasses.asdict(crossing) for crossing in crossings],
        "history": prices.document["history"],
    }


def scale_document(scenario: Scenario, points: list[Point], prices: Prices, today: date) -> dict[str, Any]:
    """The same service at rising traffic."""
    return {
        "scenario": dataclasses.asdict(scenario),
        "prices": prices_document(prices, today),
        "points": [
            {
                "gets_per_month": point.gets_per_month,
                "traffic": traffic_document(point.comparison.traffic),
                "load": dataclasses.asdict(point.load),
                "usd": point.comparison.ours.usd,
                "cheapest": point.comparison.cheapest.key,
                "cheapest_usd": point.comparison.cheapest.usd,
            }
            for point in points
        ],
        "findings": findings(points),
    }


def prices_document(prices: Prices, today: date) -> dict[str, Any]:
    """Which prices were used, and how old they are."""
    return {
        "date": prices.dated.isoformat(),
        "age_days": prices.age_days(today),
        "region": prices.document["region"],
        "origin": prices.origin,
        "unconfirmed": prices.unconfirmed,
    }


def traffic_document(traffic: Traffic) -> dict[str, Any]:
    """Requests at each cache, and the hit ratios."""
    return {
        **dataclasses.asdict(traffic),
        "memory_ratio": traffic.memory_ratio,
        "pop_ratio": traffic.pop_ratio,
        "edge_ratio": traffic.edge_ratio,
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

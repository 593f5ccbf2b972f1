"""One scenario against all alternatives: the cheapest, and where the lines cross as traffic grows."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory_console.cost.bill import OURS, RECORD, Offer, model, offer
from memory_console.cost.change_record import traffic_of_both
from memory_console.cost.hit_ratios import traffic
from memory_console.cost.quantities import money

if TYPE_CHECKING:
    from memory_console.cost.hit_ratios import Traffic
    from memory_console.cost.prices import Prices
    from memory_console.cost.scenario import Scenario

_LEAST_GETS = 1e4
_DECADES = 8
_STEPS_PER_DECADE = 8
_HALVINGS = 12
_CENT = 0.01
_ROUNDING = 1 + 1e-9
_ALIKE = 0.05
_ALIKE_USD = 1.0


@dataclass(frozen=True)
class Comparison:
    """All offers for one scenario.

    Attributes:
        scenario: the traffic.
        traffic: where its gets end.
        offers: Memory Service and the alternatives, in the order of offers.json.
    """

    scenario: Scenario
    traffic: Traffic
    offers: dict[str, Offer]

    @property
    def ours(self) -> Offer:
        """Memory Service."""
        return self.offers[OURS]

    @property
    def ranking(self) -> list[Offer]:
        """All offers, cheapest first."""
        return sorted(self.offers.values(), key=lambda one: one.usd)

    @property
    def cheapest(self) -> Offer:
        """The cheapest of all; Memory Service if another costs less by less than a cent."""
        best = _least(list(self.offers.values()))
        return self.ours if self.ours.usd - best.usd < _CENT else best

    @property
    def verdict(self) -> list[str]:
        """What to do, in plain sentences: the advice, the reason, and what is given up for it."""
        best, ours, words = self.cheapest, self.ours, model()["verdict"]
        sentences = list(words["ours" if best is ours else "other"])
        if best is not ours and ours.usd - best.usd < max(_ALIKE_USD, _ALIKE * best.usd):
            sentences.append(words["alike"])
        told = _least(list(self.offers.values())[1:]) if best is ours else best
        detail = f" ({told.detail})" if told.detail else ""
        fill = {
            **model()["offers"][told.key],
            "detail": detail,
            "usd": money(told.usd),
            "ours_usd": money(ours.usd),
        }
        record, with_record = self.offers[RECORD], self.traffic.with_record
        if with_record and abs(record.usd - ours.usd) >= _CENT and best is not record:
            sentences.append(words["saves" if record.usd < ours.usd else "costs"])
            fill |= {
                "record_usd": money(record.usd),
                "record_ratio": f"{with_record.memory_ratio:.1%}",
                "ours_ratio": f"{self.traffic.memory_ratio:.1%}",
            }
        return [sentence.format_map(fill) for sentence in sentences]


def _least(offers: list[Offer]) -> Offer:
    """The cheapest; of two that differ only by rounding, the first."""
    least = min(one.usd for one in offers)
    return next(one for one in offers if one.usd <= least * _ROUNDING)


@dataclass(frozen=True)
class BreakEven:
    """Traffic at which Memory Service and an alternative cost the same.

    Attributes:
        key: the alternative's.
        gets_per_month: where the lines cross.
        ours_above: whether Memory Service is the cheaper one with more traffic than that.
    """

    key: str
    gets_per_month: float
    ours_above: bool


def compare(scenario: Scenario, prices: Prices) -> Comparison:
    """Price one scenario everywhere."""
    spread = traffic_of_both(scenario, prices.hours)
    return Comparison(
        scenario, spread, {key: offer(key, scenario, spread, prices) for key in model()["offers"]}
    )


def sweep(scenario: Scenario, prices: Prices) -> list[Comparison]:
    """The same service at traffic from ten thousand to a million million gets a month."""
    steps = range(_DECADES * _STEPS_PER_DECADE + 1)
    return [compare(scenario.at(_LEAST_GETS * 10 ** (step / _STEPS_PER_DECADE)), prices) for step in steps]


def break_evens(points: list[Comparison], prices: Prices) -> list[BreakEven]:
    """Where Memory Service and each alternative change places within a sweep."""
    found = []
    for left, right in itertools.pairwise(points):
        for key in left.offers:
            dearer = left.ours.usd > left.offers[key].usd
            if dearer != (right.ours.usd > right.offers[key].usd):
                found.append(BreakEven(key, _crossing(left, right, key, prices), dearer))
    return found


def _crossing(left: Comparison, right: Comparison, key: str, prices: Prices) -> float:
    """Halve the way, in proportion, between two amounts of traffic that lie on different sides."""
    low, high = left.scenario.gets_per_month, right.scenario.gets_per_month
    dearer = left.ours.usd > left.offers[key].usd
    for _ in range(_HALVINGS):
        there = left.scenario.at(math.sqrt(low * high))
        spread = (traffic_of_both if key == RECORD else traffic)(there, prices.hours)
        ours, other = (offer(one, there, spread, prices).usd for one in (OURS, key))
        if (ours > other) == dearer:
            low = there.gets_per_month
        else:
            high = there.gets_per_month
    return math.sqrt(low * high)

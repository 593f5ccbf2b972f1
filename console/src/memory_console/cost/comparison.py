"""One scenario against all alternatives: the cheapest, and where the lines cross as traffic grows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

from memory_console.cost import alternatives
from memory_console.cost.alternatives import Offer, wording
from memory_console.cost.hit_ratios import Traffic, traffic
from memory_console.cost.prices import Prices
from memory_console.cost.scenario import Scenario

LEAST_GETS = 1e4
DECADES = 8
STEPS_PER_DECADE = 8
_HALVINGS = 12
_CENT = 0.01
_ALIKE = 0.05
_ALIKE_USD = 1.0

Pricing = Callable[[Scenario, Traffic, Prices], Offer]


@dataclass(frozen=True)
class Comparison:
    """All offers for one scenario.

    Attributes:
        scenario: the traffic.
        traffic: where its gets end.
        ours: Memory Service.
        others: the alternatives, in a fixed order.
    """

    scenario: Scenario
    traffic: Traffic
    ours: Offer
    others: list[Offer]

    @property
    def cheapest(self) -> Offer:
        """The cheapest of all; Memory Service if another costs less by less than a cent."""
        best = min([self.ours, *self.others], key=lambda offer: offer.usd)
        return self.ours if self.ours.usd - best.usd < _CENT else best

    @property
    def verdict(self) -> list[str]:
        """What to do, in plain sentences: the advice, the reason, and what is given up for it."""
        best, words = self.cheapest, wording()
        if best.key == self.ours.key:
            runner_up = min(self.others, key=lambda offer: offer.usd)
            return [
                f"Use Memory Service: at {money(best.usd)} a month nothing here is a cent cheaper.",
                f"The next is {runner_up.name} at {money(runner_up.usd)}.",
            ]
        detail = f" ({best.detail})" if best.detail else ""
        sentences = [
            f"{words[best.key]['advice']}{detail}: {money(best.usd)} a month instead of {money(self.ours.usd)}.",
            f"The reason: {words[best.key]['reason']}.",
            f"You give up {words[best.key]['gives_up']}.",
        ]
        if self.ours.usd - best.usd < max(_ALIKE_USD, _ALIKE * best.usd):
            sentences.append("The difference is small: let speed and convenience decide.")
        return sentences


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
    spread = traffic(scenario, prices.hours)
    others = [price(scenario, spread, prices) for price in alternatives.ALTERNATIVES]
    return Comparison(scenario, spread, alternatives.memory_service(scenario, spread, prices), others)


def sweep(scenario: Scenario, prices: Prices) -> list[Comparison]:
    """The same service at traffic from ten thousand to a million million gets a month."""
    steps = range(DECADES * STEPS_PER_DECADE + 1)
    return [compare(scenario.at(LEAST_GETS * 10 ** (step / STEPS_PER_DECADE)), prices) for step in steps]


def break_evens(points: list[Comparison], prices: Prices) -> list[BreakEven]:
    """Where Memory Service and each alternative change places within a sweep."""
    found = []
    for left, right in itertools.pairwise(points):
        for number, price in enumerate(alternatives.ALTERNATIVES):
            dearer = left.ours.usd > left.others[number].usd
            if dearer != (right.ours.usd > right.others[number].usd):
                gets = _crossing(left.scenario, right.scenario.gets_per_month, price, prices, dearer=dearer)
                found.append(BreakEven(left.others[number].key, gets, dearer))
    return found


def _crossing(scenario: Scenario, high: float, price: Pricing, prices: Prices, *, dearer: bool) -> float:
    """Halve the way, in proportion, between two amounts of traffic that lie on different sides."""
    low = scenario.gets_per_month
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        there = scenario.at(middle)
        spread = traffic(there, prices.hours)
        ours = alternatives.memory_service(there, spread, prices).usd
        if (ours > price(there, spread, prices).usd) == dearer:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


def money(usd: float) -> str:
    """A sum for people: cents below a thousand dollars, none above."""
    if usd == float("inf"):
        return "not possible"
    return f"${usd:,.2f}" if usd < 1000 else f"${usd:,.0f}"  # noqa: PLR2004 - cents no longer matter

"""With which settings Memory Service is the best choice for some traffic, or that it is with none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from memory_console.cost.bill import OURS, RECORD, model
from memory_console.cost.comparison import compare
from memory_console.cost.quantities import money

if TYPE_CHECKING:
    from memory_console.cost.bill import Offer
    from memory_console.cost.prices import Prices
    from memory_console.cost.scenario import Scenario

_EDGE_TTLS = (5, 30, 60, 300, 3600, 86_400)
_MEMORIES = ((64 * 2**20, 100_000), (256 * 2**20, 1_000_000))  # bytes, and values that they are for
_FLAT_RATE = "flat_rate"
_OWN = {OURS, RECORD, _FLAT_RATE}
_CENT = 0.01


@dataclass(frozen=True)
class Setting:
    """What Memory Service costs with some settings.

    Attributes:
        edge_ttl: EDGE_TTL, in seconds.
        memory_bytes: LOCAL_MAX_BYTES; 0 if there is no memory.
        plain_usd: a month without a change record.
        record_usd: a month with one.
        other: key of the cheapest that is not Memory Service.
        other_usd: what that costs.
    """

    edge_ttl: int
    memory_bytes: float
    plain_usd: float
    record_usd: float
    other: str
    other_usd: float

    @property
    def usd(self) -> float:
        """The cheaper of the two; without a record if they differ by less than a cent."""
        return self.record_usd if self.has_record else self.plain_usd

    @property
    def has_record(self) -> bool:
        """Whether a change record makes it cheaper."""
        return self.plain_usd - self.record_usd >= _CENT

    @property
    def is_best(self) -> bool:
        """Whether nothing else is a cent cheaper."""
        return self.usd - self.other_usd < _CENT


def settings_of(scenario: Scenario, prices: Prices) -> list[Setting]:
    """Price the traffic with other settings, from the least change to the largest.

    Older values are what costs a reader most, so memory grows before EDGE_TTL does, and EDGE_TTL is never made
    shorter than it is.
    """
    ttls = [scenario.edge_ttl, *(ttl for ttl in _EDGE_TTLS if ttl > scenario.edge_ttl)]
    return [
        _setting(replace(scenario, edge_ttl=ttl, **memory), prices)
        for ttl in ttls
        for memory in _memories(scenario)
    ]


def _memories(scenario: Scenario) -> list[dict[str, Any]]:
    larger: list[dict[str, Any]] = [
        {"memory": True, "memory_bytes": held, "memory_items": max(items, scenario.memory_items)}
        for held, items in _MEMORIES
        if held > scenario.memory_bytes or not scenario.memory
    ]
    # Memory that holds all values already does not get better by growing.
    return [{}] if scenario.room >= scenario.names else [{}, *larger]


def _setting(scenario: Scenario, prices: Prices) -> Setting:
    offers = compare(scenario, prices).offers
    other = _least([one for one in offers.values() if one.key not in _OWN])
    held = scenario.memory_bytes if scenario.memory else 0.0
    return Setting(scenario.edge_ttl, held, offers[OURS].usd, offers[RECORD].usd, other.key, other.usd)


def _least(offers: list[Offer]) -> Offer:
    return min(offers, key=lambda one: one.usd)


def when(settings: list[Setting]) -> str:
    """Say with which of the settings Memory Service is the best choice.

    Args:
        settings: What `settings_of` says; the first is what there is now.
    """
    words, now = model()["verdict"], settings[0]
    if now.plain_usd - now.other_usd < _CENT:
        return str(words["best"].format(usd=money(now.plain_usd)))
    chosen = next((one for one in settings if one.is_best), None)
    told = chosen or min(settings, key=lambda one: one.usd)
    return str(
        words["becomes" if chosen else "never"].format(
            settings=described(told),
            own=model()["offers"][RECORD if told.has_record else OURS]["name"],
            usd=money(told.usd),
            now_usd=money(now.plain_usd),
            other=model()["offers"][told.other]["name"],
            other_usd=money(told.other_usd),
        )
    )


def described(setting: Setting) -> str:
    """Return the settings in words, such as `EDGE_TTL 60 s, 64 MB of memory and no change record`."""
    record = "a change record" if setting.has_record else "no change record"
    return f"EDGE_TTL {setting.edge_ttl:,} s, {memory(setting.memory_bytes)} and {record}"


def memory(held: float) -> str:
    """Return what an environment keeps, in words."""
    return f"{max(1, int(held / 2**20)):,} MB of memory" if held else "no memory"


def best_of_each_ttl(settings: list[Setting]) -> list[Setting]:
    """Return the cheapest of each EDGE_TTL, for a table."""
    found: dict[int, Setting] = {}
    for one in settings:
        if one.edge_ttl not in found or found[one.edge_ttl].usd - one.usd >= _CENT:
            found[one.edge_ttl] = one
    return list(found.values())

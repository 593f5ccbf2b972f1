"""The price list: one dated JSON file with a source and a confidence for every number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema

if TYPE_CHECKING:
    from pathlib import Path

OWN = files("memory_console.cost") / "prices.json"
_SCHEMA = files("memory_console.cost") / "prices.schema.json"
_SHOWN = 5


class PriceListError(ValueError):
    """A price list that cannot be used: the message says which entry, and what it must be."""


@dataclass(frozen=True)
class Prices:
    """A price list that has passed its schema.

    Attributes:
        document: the parsed JSON.
        origin: where it came from, for messages.
    """

    document: dict[str, Any]
    origin: str

    @property
    def dated(self) -> date:
        """The day on which the prices were collected."""
        return date.fromisoformat(self.document["date"])

    def age_days(self, today: date) -> int:
        """Days since the prices were collected."""
        return (today - self.dated).days

    def at(self, *path: str) -> Any:
        """What is at a path, such as ("s3", "STANDARD", "get") or "s3.STANDARD.get"."""
        entry: Any = self.document
        for name in ".".join(path).split("."):
            entry = entry[int(name)] if isinstance(entry, list) else entry[name]
        return entry

    def usd(self, *path: str) -> float:
        """The price at a path, in the entry's own unit."""
        return float(self.at(*path)["usd"])

    def value(self, *path: str) -> float:
        """The number at a path that is no price: a limit, a minimum, a free amount."""
        return float(self.at(*path)["value"])

    def confidence(self, path: str) -> str:
        """How sure the entry at a dotted path is; an empty path needs no price and is sure."""
        if not path:
            return "primary"
        return str(self.at(path)["confidence"])

    @property
    def hours(self) -> float:
        """Hours that a month is counted as."""
        return self.value("assumptions", "hours_per_month")

    @property
    def unconfirmed(self) -> list[str]:
        """Paths of the entries whose confidence is `unconfirmed`, such as s3.GLACIER_IR.get."""
        return [path for path, entry in entries(self.document) if entry["confidence"] == "unconfirmed"]


def tiered(entry: dict[str, Any], amount: float) -> float:
    """What an amount costs: each tier's share of it at that tier's price.

    Args:
        entry: a price with one `usd`, or with `tiers` that each say up to where they go.
        amount: in the entry's own unit.
    """
    if "usd" in entry:
        return amount * float(entry["usd"])
    cost, start = 0.0, 0.0
    for tier in entry["tiers"]:
        end = min(amount, float(tier.get("up_to", amount)))
        if end > start:
            cost += (end - start) * tier["usd"]
            start = end
    return cost


@cache
def _own() -> Prices:
    return Prices(json.loads(OWN.read_text(encoding="utf-8")), "the built-in price list")


def load(path: Path | None = None) -> Prices:
    """Read a price list; without a path, the one that is built in.

    Raises:
        PriceListError: the file cannot be read, is no JSON, or an entry is missing or wrong.
    """
    if path is None:
        return _own()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PriceListError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise PriceListError(f"{path}: is not JSON: {error}") from error
    faults = faults_of(document)
    if faults:
        more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        lines = "\n  ".join([*faults[:_SHOWN], *more])
        raise PriceListError(
            f"{path}: is no price list:\n  {lines}\nStart from a copy of the built-in one: --copy-prices FILE"
        )
    return Prices(document, str(path))


def faults_of(document: object) -> list[str]:
    """What is wrong with a price list, one sentence for each entry; nothing if it is right."""
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    faults = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    sentences = [f"{_path(error)}: {_sentence(error)}" for error in faults]
    if not sentences and isinstance(document, dict):
        known = document["sources"]
        for path, entry in entries(document):
            if entry["source"] not in known:
                sentences.append(f"{path}: its source {entry['source']!r} is not among the sources")
            ends = [tier.get("up_to") for tier in entry.get("tiers", [])]
            if ends and (ends[-1] is not None or None in ends[:-1] or ends[:-1] != sorted(ends[:-1])):
                sentences.append(f"{path}: its tiers must rise, and only the last has no up_to")
    return sentences


def _path(error: jsonschema.ValidationError) -> str:
    return ".".join(map(str, error.absolute_path)) or "the document"


def _sentence(error: jsonschema.ValidationError) -> str:
    if error.validator == "oneOf":
        return "must have either one number `usd` or a list `tiers`, with a unit, a source and a confidence"
    return str(error.message)


def entries(node: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every entry with a confidence, and its path."""
    if isinstance(node, dict):
        if "confidence" in node:
            return [(path, node)]
        children = list(node.items())
    elif isinstance(node, list):
        children = [(str(number), child) for number, child in enumerate(node)]
    else:
        return []
    found = []
    for name, child in children:
        found += entries(child, f"{path}.{name}" if path else name)
    return found

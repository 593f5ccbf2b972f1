"""The calculator as one HTML page: the price list, the model and the styles in a single file.

The page asks nothing of any server. Its Content-Security-Policy allows exactly its own script and style, by hash.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from memory_console.cost.bill import model
from memory_console.cost.prices import Prices, entries
from memory_console.cost.quantities import inputs
from memory_console.cost.scenario import Scenario
from memory_console.sdk import STORAGE_CLASSES

_PAGE = files("memory_console.cost") / "page"
#: In an order in which each module imports only earlier ones.
MODULES = (
    "quantities",
    "popularity",
    "hit-ratios",
    "change-record",
    "formulas",
    "bill",
    "comparison",
    "settings",
    "chart",
    "page",
)
_IMPORT = re.compile(r"^import \{[^}]*\} from '\./[a-z-]+\.mjs';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=function|const|class)", re.MULTILINE)


def render(prices: Prices) -> str:
    """Make the page.

    Args:
        prices: the list that it shall count with.

    Returns:
        HTML, complete in itself.
    """
    script, style = _script(), _read("style.css") + _lines()
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    # A list of the user's own may hold any text: "<" as an escape cannot end the script element.
    data = json.dumps(_data(prices), ensure_ascii=False).replace("<", "\\u003c")
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(_read("index.html.jinja")).render(
        policy=policy,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704 - our own files
        data=Markup(data),  # noqa: S704 - made harmless above
        groups=inputs()["groups"],
        regions=prices.document["cloudfront"]["regions"],
        storage_classes=STORAGE_CLASSES,
    )


def _lines() -> str:
    """The styles of the offers' lines in the plot."""
    rules = []
    for key, offer in model()["offers"].items():
        line = offer["line"]
        more = "".join(
            f" stroke-{name}: {line[part]};"
            for name, part in (("width", "width"), ("dasharray", "dash"))
            if part in line
        )
        rules.append(f".line-{key} {{ stroke: light-dark({line['light']}, {line['dark']});{more} }}\n")
    return "".join(rules)


def _script() -> str:
    """All modules in one: without imports, as all share one scope."""
    parts = [_EXPORT.sub("", _IMPORT.sub("", _read(f"{name}.mjs"))) for name in MODULES]
    return "\n" + "\n".join(parts)


def _data(prices: Prices) -> dict[str, Any]:
    return {
        "prices": prices.document,
        "model": model(),
        "inputs": inputs(),
        "scenario": dataclasses.asdict(Scenario()),
        "unconfirmed": prices.unconfirmed,
        "entries": {path: _shown(entry) for path, entry in entries(prices.document)},
    }


def _shown(entry: dict[str, Any]) -> str:
    """An entry's number, or the first and the last of its tiers."""
    if "tiers" in entry:
        return f"{entry['tiers'][0]['usd']} … {entry['tiers'][-1]['usd']}"
    number = entry.get("usd", entry.get("value", entry.get("usd_per_month")))
    return f"{number:,}"


def _read(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

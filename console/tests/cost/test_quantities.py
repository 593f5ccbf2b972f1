"""How quantities are read and written, in the terminal and in the page."""

from __future__ import annotations

from typing import Any

import pytest
from cost_models import ask_page, ask_python
from memory_console.cost.quantities import QuantityError, fields, inputs, read_readers, size
from memory_console.cost.scenario import Scenario, read_input

MODELS = pytest.mark.parametrize("ask", [ask_python, ask_page])
READ = [
    ("count", "500", 500), ("count", "20k", 20_000), ("count", "5M", 5e6), ("count", "2B", 2e9),
    ("count", "1,500", 1_500), ("count", "1e3", 1_000), ("count", "2.5", 2),
    ("rate", "10M", 10e6), ("rate", "10M/month", 10e6), ("rate", "1/s", 730 * 3600),
    ("rate", "2 / min", 2 * 730 * 60), ("rate", "24/day", 730), ("rate", "0/month", 0),
    ("size", "512", 512), ("size", "2KB", 2_048), ("size", "1.5 MB", 1.5 * 2**20), ("size", "1GiB", 2**30),
    ("share", "5%", 0.05), ("share", "0.05", 0.05), ("share", "100%", 1), ("number", "0.9", 0.9),
]  # fmt: skip
REFUSED = [
    ("count", "many"), ("count", ""), ("count", "-5"), ("count", "5 apples"), ("count", "5/s"),
    ("rate", "5/fortnight"), ("rate", "/s"), ("rate", "x"), ("rate", "5/"), ("rate", "5/s/s"),
    ("size", "2 stone"), ("share", "-1"), ("share", "half"), ("number", "1k"),
]  # fmt: skip


@MODELS
def test_quantity_is_read_with_its_unit(ask: Any) -> None:
    said = [answer["said"] for answer in ask([("read", kind, text) for kind, text, _ in READ])]

    assert said == pytest.approx([number for *_, number in READ])


@MODELS
def test_what_is_no_quantity_is_refused_with_an_example(ask: Any) -> None:
    said = ask([("read", kind, text) for kind, text in REFUSED])

    assert said == [
        {"refused": f"Write a {kind} such as {inputs()['kinds'][kind]['like']}."} for kind, _ in REFUSED
    ]


@pytest.mark.parametrize("text", ["us=a", "us=0", "us,us", "=3", "", "us=1;eu=2"])
def test_what_names_no_readers_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QuantityError, match="Write readers such as us, or us=70,eu=30"):
        read_readers(text)


def test_readers_are_shares_of_any_weights() -> None:
    assert read_readers("us") == {"us": 1}
    assert read_readers("us=70, eu=30") == {"us": 0.7, "eu": 0.3}
    assert read_readers("us=70%,me-af=30%") == {"us": 0.7, "me-af": 0.3}


def test_scenario_begins_with_the_defaults_that_are_shown() -> None:
    default = Scenario()

    assert (default.gets_per_month, default.value_bytes, default.names) == (10e6, 2_048, 10_000)
    assert (default.readers, default.memory, default.private, default.edge_ttl) == ({"us": 1}, True, False, 5)
    assert all(
        getattr(default, name) == read_input(name, field["default"]) for name, field in fields().items()
    )
    assert set(vars(default)) == set(fields())


@MODELS
def test_sums_and_counts_are_written_for_people(ask: Any) -> None:
    written = {
        0.0: ["$0.00", "0"], 0.004: ["$0.00", "0.004"], 0.33: ["$0.33", "0.33"], 9.5: ["$9.50", "9.5"],
        12.345: ["$12.35", "12.3"], 29.325: ["$29.32", "29.3"], 950.4: ["$950.40", "950"],
        999.994: ["$999.99", "1,000"], 1_000.0: ["$1,000", "1,000"], 12_345.6: ["$12,346", "12.3 k"],
        4.56e6: ["$4,560,000", "4.56 M"], 1_234_567.8: ["$1,234,568", "1.23 M"],
        7.89e9: ["$7,890,000,000", "7.89 billion"],
        1.2e12: ["$1,200,000,000,000", "1.2 trillion"],
    }  # fmt: skip

    assert [answer["said"] for answer in ask([("written", number) for number in written])] == list(
        written.values()
    )


def test_sizes_are_written_in_units_of_1024() -> None:
    assert [size(number) for number in (200, 2_048, 3 * 2**20, 2**30)] == [
        "200 bytes",
        "2 KB",
        "3 MB",
        "1 GB",
    ]

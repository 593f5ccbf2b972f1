from __future__ import annotations

import click
import pytest
from memory_console.cost.quantities import Count, Rate, Readers, Share, Size, short, size


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        (Count(), "500", 500), (Count(), "20k", 20_000), (Count(), "5M", 5e6), (Count(), "2B", 2e9),
        (Count(), "1,500", 1_500), (Count(), "1e3", 1_000),
        (Rate(), "10M", 10e6), (Rate(), "10M/month", 10e6), (Rate(), "1/s", 730 * 3600),
        (Rate(), "2 / min", 2 * 730 * 60), (Rate(), "24/day", 730),
        (Size(), "512", 512), (Size(), "2KB", 2_048), (Size(), "1.5 MB", 1.5 * 2**20), (Size(), "1GiB", 2**30),
        (Share(), "5%", 0.05), (Share(), "0.05", 0.05), (Share(), "100%", 1),
    ],
)  # fmt: skip
def test_quantity_is_read_with_its_unit(kind: click.ParamType[float], text: str, number: float) -> None:
    assert kind.convert(text, None, None) == pytest.approx(number)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Count(), "many"), (Count(), ""), (Count(), "-5"), (Count(), "5 apples"),
        (Rate(), "5/fortnight"), (Rate(), "/s"), (Rate(), "x"),
        (Size(), "2 stone"), (Share(), "120%"), (Share(), "-1"), (Share(), "half"),
        (Readers(), "us=a"), (Readers(), "us=0"), (Readers(), "us,us"), (Readers(), "=3"),
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_refused_with_an_example(kind: click.ParamType[float], text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"write|adds up"):
        kind.convert(text, None, None)


def test_readers_are_shares_of_any_weights() -> None:
    assert Readers().convert("us", None, None) == {"us": 1}
    assert Readers().convert("us=70, eu=30", None, None) == {"us": 0.7, "eu": 0.3}
    assert Readers().convert("us=70%,eu=30%", None, None) == {"us": 0.7, "eu": 0.3}
    assert Readers().convert("us,eu,jp,sa", None, None) == dict.fromkeys(("us", "eu", "jp", "sa"), 0.25)


def test_numbers_are_written_for_people() -> None:
    assert [short(number) for number in (0.0191, 7, 950.4, 12_345, 4.56e6, 7.89e9, 1e12)] == [
        "0.0191", "7", "950", "12.3 k", "4.56 M", "7.89 billion", "1 trillion",
    ]  # fmt: skip
    assert [size(number) for number in (200, 2_048, 3 * 2**20, 2**30)] == [
        "200 bytes",
        "2 KB",
        "3 MB",
        "1 GB",
    ]

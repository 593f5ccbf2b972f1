from __future__ import annotations

import pytest
from memory_console.cost.popularity import zipf


@pytest.mark.parametrize("names", [1, 199, 200, 201, 5_000, 10**9])
@pytest.mark.parametrize("exponent", [0.0, 0.9, 1.0, 1.5])
def test_shares_of_all_names_add_up_to_one(names: int, exponent: float) -> None:
    groups = zipf(names, exponent)

    assert sum(count for count, _ in groups) == names
    assert sum(count * share for count, share in groups) == pytest.approx(1)


@pytest.mark.parametrize("exponent", [0.0, 0.6, 1.0, 1.4])
def test_groups_have_the_popularity_of_the_names_in_them(exponent: float) -> None:
    names = 20_000
    exact = [rank**-exponent for rank in range(1, names + 1)]
    total, rank = sum(exact), 0

    groups = zipf(names, exponent)
    for count, share in groups:
        weight = sum(exact[rank : rank + count])
        assert share * count == pytest.approx(weight / total, rel=1e-4)
        rank += count


def test_billion_names_take_few_groups() -> None:
    assert len(zipf(10**9, 0.9)) < 1_000

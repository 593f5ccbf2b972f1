"""What trials are about: each seed draws a theme, since what is rare is found only where everything else is quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Theme(NamedTuple):
    """What may be drawn for a trial; of each sequence one.

    Attributes:
        accidents: how the record may get lost: `deleted`, `restored`, `copied`.
        how_many: accidents in a trial.
        grants: how many of the writes are made by others, under a grant.
        foreign: how many are made past the record.
        clears: how many are for everything.
        edge_ttls: those of values in a trial.
        record_ttls: those of writers in a trial.
        tiers: whether edges have a second tier behind them.
        slow: how many exchanges of readers are slow.
        uploads: how long uploads may take in a trial.
        faults: how often writers freeze, crash and lose answers.
        pause: mean seconds between writes.
        gap: mean seconds between the gets of a reader.
        readers: how many.
    """

    accidents: Sequence[str] = ()
    how_many: int = 3
    grants: Sequence[float] = (0.0, 0.0, 0.15)
    foreign: Sequence[float] = (0.0,)
    clears: Sequence[float] = (0.0, 0.1)
    edge_ttls: Sequence[Sequence[int]] = ((5,), (1, 5, 5, 5, 20, 60))
    record_ttls: Sequence[Sequence[int]] = ((5,), (1, 5, 20))
    tiers: bool = False
    slow: Sequence[float] = (0.0, 0.01, 0.2)
    uploads: Sequence[Sequence[float]] = ((0.05, 0.2, 2, 10, 40, 58, 90, 300), (0.05, 0.2), (40, 56, 59))
    faults: Sequence[float] = (0.0, 0.05, 0.4)
    pause: Sequence[float] = (10, 30, 100)
    gap: Sequence[float] = (1, 2, 6)
    readers: int = 5


_LONG = ((40, 56, 59),)
THEMES: Mapping[str, Theme] = {
    "everything": Theme(accidents=("deleted", "restored", "copied"), foreign=(0.0, 0.2)),
    "no accidents": Theme(),
    "frozen": Theme(grants=(0.0,), faults=(0.4,), pause=(30, 100)),
    "slow": Theme(
        grants=(0.0,),
        clears=(0.0,),
        edge_ttls=((5,),),
        record_ttls=((5,),),
        slow=(0.25,),
        uploads=((57, 59),),
        faults=(0.1, 0.3),
        pause=(60,),
        gap=(20,),
        readers=15,
    ),
    "tiers": Theme(grants=(0.0,), clears=(0.0,), edge_ttls=((150,),), tiers=True, pause=(200,)),
    "roaming": Theme(grants=(0.0,), edge_ttls=((5, 60),), record_ttls=((5, 60),), pause=(30, 100)),
    "deleted": Theme(
        accidents=("deleted",),
        how_many=4,
        grants=(0.3,),
        clears=(0.0,),
        faults=(0.0,),
        pause=(100,),
        gap=(6,),
    ),
    "restored": Theme(
        accidents=("restored",), how_many=8, grants=(0.0,), pause=(10, 30), gap=(20,), readers=15
    ),
    "copied": Theme(accidents=("copied",), how_many=8, grants=(0.0,), pause=(10, 30), gap=(20,), readers=15),
    "foreign": Theme(foreign=(0.2,)),
}

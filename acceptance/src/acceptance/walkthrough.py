"""The walkthrough "From SAR to a running demo" of infra/DEPLOY.md: its steps, and how long they take."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

A_PERSON_HAS = 600  # seconds


@dataclass(frozen=True)
class Step:
    """One numbered step, under the name that infra/DEPLOY.md gives it.

    Attributes:
        name: its name there.
        allowed: seconds that a person is given for it, reading included; generous, and not measured.
        waits: whether something runs afterwards that a person waits for.
    """

    name: str
    allowed: int
    waits: bool = True


STEPS = (
    Step("find", 150, waits=False),
    Step("deploy", 90),
    Step("demos", 180),
    Step("check", 60),
)


@dataclass(frozen=True)
class Timed:
    """A step that has been done.

    Attributes:
        name: its name.
        person: seconds of a person's time.
        waiting: seconds of waiting.
        is_measured: whether the person's time was measured; else it is what the step allows.
    """

    name: str
    person: float
    waiting: float
    is_measured: bool


def by_script(seconds: Mapping[str, float]) -> list[Timed]:
    """Return the steps as a run did them: waiting as it was measured, and what a person is allowed.

    Args:
        seconds: how long each of the run's steps took, by name; what has not been done is missing.
    """
    done = [step for step in STEPS if step.name in seconds or not step.waits]
    return [Timed(step.name, step.allowed, seconds.get(step.name, 0.0), is_measured=False) for step in done]


def by_hand(ask: Callable[[str], object] = input, clock: Callable[[], float] = time.monotonic) -> list[Timed]:
    """Time a person who does the steps: Enter ends what they do, and then what they wait for.

    Args:
        ask: shows a text and returns after Enter.
        clock: seconds.
    """
    ask("Open infra/DEPLOY.md at “From SAR to a running demo”. Enter starts the clock. ")
    timed = []
    for number, step in enumerate(STEPS, 1):
        began = clock()
        ask(f"{number}. {step.name}: Enter when there is nothing left for you to do but to wait. ")
        done = clock()
        if step.waits:
            ask("   … Enter when it has ended. ")
        timed.append(Timed(step.name, done - began, clock() - done if step.waits else 0.0, is_measured=True))
    return timed


def person(timed: list[Timed]) -> float:
    """Return how much of a person's time the steps take, in seconds."""
    return sum(step.person for step in timed)

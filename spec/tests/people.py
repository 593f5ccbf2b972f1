"""Service objects of all SDKs, for tests that tell what one sees of the other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.driver import Driver
    from history.run import Stage

Message = dict[str, Any]
_numbers = itertools.count(1)


class RefusedError(Exception):
    """The SDK raised an error; the message is its code."""


@dataclass(frozen=True)
class Person:
    """A service object. Where a language has two ways to read, every other one reads asynchronously."""

    driver: Driver
    opened: Message
    is_async: bool

    def ask(self, op: str, **members: Any) -> Message:
        request = {"op": op, **members, **self.opened, **({"async": True} if self.is_async else {})}
        (answer,) = self.driver.ask([request])
        assert not answer.verdict, answer
        if "error" in answer.message:
            raise RefusedError(answer.message["error"]["code"])
        return answer.message

    def put(self, name: str, value: int, **options: Any) -> str:
        reply = self.ask("put", name=["str", name], value=["int", str(value)], options=options)
        return str(reply["version"])

    def get(self, name: str, **how: bool) -> int | None:
        return _number(self.ask("get", name=["str", name], **how))

    def source(self, name: str) -> tuple[int | None, str]:
        reply = self.ask("entry", name=["str", name])
        return _number(reply), reply["source"]

    def remove(self, name: str, **options: Any) -> None:
        self.ask("remove", name=["str", name], options=options)

    def invalidate_tags(self, *tags: str) -> None:
        self.ask("invalidate_tags", tags=list(tags))

    def increment(self, name: str) -> int | None:
        return _number(self.ask("increment", name=["str", name]))


@dataclass(frozen=True)
class People:
    """Makes service objects that all use one service of its own; the SDKs are those of one reader and one writer."""

    stage: Stage
    drivers: dict[str, Driver]
    reading: str
    service: str

    def reader(self, pop: int | None = None, **conf: Any) -> Person:
        """Return an object of the SDK that the test is about, at a point of presence or wherever `roam` leads."""
        return self._person(self.reading, pop, conf)

    def readers(self, **conf: Any) -> list[Person]:
        """Return one at each point of presence."""
        return [self.reader(pop, **conf) for pop in range(3)]

    def writer(self, **conf: Any) -> Person:
        """Return an object of another SDK, the next in the alphabet."""
        names = sorted(self.drivers)
        return self._person(names[(names.index(self.reading) + 1) % len(names)], 0, conf)

    def _person(self, sdk: str, pop: int | None, conf: Message) -> Person:
        number = next(_numbers)
        opened = {
            "session": f"{number}",
            "conf": self.stage.conf(pop, **{"EDGE_TTL": 60, **conf}),
            "service": self.service,
        }
        driver = self.drivers[sdk]
        return Person(driver, opened, "async" in driver.features and number % 2 == 0)


def seen(people: list[Person], look: Callable[[Person], object]) -> list[object]:
    """Return what each sees."""
    return [look(person) for person in people]


def _number(reply: Message) -> int | None:
    return int(reply["value"][1]) if "value" in reply else None

"""A release, and what every place that it goes to has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .artifacts import Artifacts
    from .settings import Settings


@dataclass(frozen=True)
class Release:
    """What is published.

    Attributes:
        version: its version.
        artifacts: what was built.
        settings: where it goes.
        repository: URL of the repository with the source, None if the Node package does not state it.
    """

    version: str
    artifacts: Artifacts
    settings: Settings
    repository: str | None


class Target(Protocol):
    """A place that a release goes to.

    `look` only asks. `publish` sends what `look` has not found, so that it can go on where another run broke off.
    """

    @property
    def name(self) -> str:
        """What it is called in messages, such as `layers in eu-central-1`."""

    def obstacles(self) -> list[str]:
        """Return what keeps this release from going there, before anybody is asked."""

    def look(self) -> Found:
        """Ask what is there of this version.

        Raises:
            UnknownError: nobody could be asked.
            ReleaseError: what is there is something else than this release.
        """

    def publish(self) -> None:
        """Send what is not there yet.

        Raises:
            ReleaseError: it was refused.
        """


@dataclass(frozen=True)
class Found:
    """What a place has of a version.

    Attributes:
        present: what it has.
        missing: what it has not.
    """

    present: tuple[str, ...]
    missing: tuple[str, ...]

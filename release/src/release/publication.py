"""Publishing a release: refuse, look, send, in an order that can be repeated after a partial failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import RefusedError
from .sender import UnknownError
from .version import obstacles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .sender import Sender
    from .target import Found, Target


def publish(root: Path, version: str, targets: Sequence[Target], sender: Sender, *, resume: bool) -> None:
    """Publish a version everywhere, or rehearse it.

    Places are asked first, all of them, and nothing is sent if one has this version already, unless `resume` says that
    this is known. Then only what is missing is sent: each place knows what it lacks, and has compared the rest.

    Args:
        root: the repository.
        version: the release's version.
        targets: where it goes, in order: what can be repeated first, what can never be replaced last.
        sender: the way out, which knows whether this is for real.
        resume: whether to go on with a release that broke off.

    Raises:
        RefusedError: it must not be published; nothing was sent. A rehearsal says so after it has shown the rest.
        UnknownError: somebody could not be asked, and this is for real.
        ReleaseError: a place refused. What was sent before stays; `resume` goes on.
    """
    reasons = [*obstacles(root, version), *(reason for target in targets for reason in target.obstacles())]
    if reasons and sender.for_real:
        raise RefusedError(reasons)
    found = {target.name: _look(target, sender) for target in targets}
    reasons += _already(found, version, resume=resume)
    if reasons and sender.for_real:
        raise RefusedError(reasons)
    for target in targets:
        there = found[target.name]
        if there is not None and not there.missing:
            sender.say(f"--- {target.name}: complete")
            continue
        sender.say(f"--- {target.name}")
        target.publish()
    if reasons:
        raise RefusedError(reasons)


def _look(target: Target, sender: Sender) -> Found | None:
    try:
        return target.look()
    except UnknownError as error:
        if sender.for_real:
            raise
        sender.say(f"{target.name}: not asked, taken as empty: {error}")
        return None


def _already(found: dict[str, Found | None], version: str, *, resume: bool) -> list[str]:
    known = {name: there for name, there in found.items() if there is not None}
    if known and len(known) == len(found) and not any(there.missing for there in known.values()):
        return [f"{version} is published already, everywhere and completely"]
    if resume:
        return []
    return [
        f"{name} has {', '.join(there.present)} already: raise the version, or go on with a release that broke off"
        " by adding --resume"
        for name, there in known.items()
        if there.present
    ]

"""`memory-service invalidate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import memory

from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import PARTLY
from memory_console.tags import Tags, named
from memory_console.target import on_target

if TYPE_CHECKING:
    from memory_console.output import Output
    from memory_console.target import Target

_EXAMPLES = (
    Example("memory-service put shop page/1 '\"…\"' --tag product/7 --tag layout", "A value with two tags"),
    Example("memory-service ls shop --tag product/7", "All values that came from that product"),
    Example("memory-service invalidate shop product/7", "They are misses from now on"),
    Example("memory-service invalidate shop layout product/7", "Several tags"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("service")
@click.argument("tags", metavar="TAG...", nargs=-1, required=True)
@on_target
def invalidate(target: Target, output: Output, service: str, tags: tuple[str, ...]) -> None:
    """Make all values of SERVICE that have one of the tags a miss, by one write a tag.

    Functions see it an edge TTL of their service and a second later at the latest. What was invalidated stays listed
    until it is removed or replaced. A tag that cannot be invalidated is said, with exit code 1; the others are.
    """
    address = target.address(service, "any")
    known = Tags(target.bucket)
    wanted = list(dict.fromkeys(tags))
    for tag in wanted:
        known.check(address, tag)
    failed: dict[str, memory.MemoryServiceError] = {}
    for tag in wanted:
        try:
            known.invalidate(address, tag)
        except memory.MemoryServiceError as error:
            failed[tag] = error
    if len(failed) == len(wanted) == 1:
        raise failed[wanted[0]]
    done = [tag for tag in wanted if tag not in failed]
    if output.as_json:
        place = {"service": service, "visibility": target.visibility}
        output.json({**place, "tags": done, "failed": {tag: str(error) for tag, error in failed.items()}})
    elif done:
        output.say(f"invalidated the {one_line(named(done))} of {target.visibility} service {service}")
    for tag, why in failed.items():
        output.say(f"{one_line(named([tag]))}: {one_line(str(why))}")
    if failed:
        raise SystemExit(PARTLY)

"""`memory-service clear`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import PARTLY
from memory_console.place import check_place
from memory_console.progress import counting
from memory_console.sdk import key_prefix
from memory_console.stored import Address
from memory_console.target import on_target

if TYPE_CHECKING:
    from memory_console.output import Output
    from memory_console.target import Target

_EXAMPLES = (
    Example("memory-service put shop tenant/1/a 1", "Something to remove"),
    Example(
        "memory-service clear shop tenant/1/ --yes",
        "Remove all names under tenant/1/, not those of tenant/10/",
    ),
    Example("memory-service clear shop --yes", "Remove all values of the service"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("service")
@click.argument("prefix", default="")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@on_target
def clear(target: Target, output: Output, service: str, prefix: str, *, yes: bool) -> None:
    """Remove all values of SERVICE under PREFIX, which ends with a slash; without it all of them.

    Objects that no SDK has written stay.
    """
    under = key_prefix(target.visibility, check_place(service), prefix)
    what = f"all values of {target.visibility} service {service}" + (
        f" under {one_line(prefix)}" if prefix else ""
    )
    output.ask(f"Remove {what} from bucket {target.bucket.name}?", yes=yes)
    place = target.bucket.place(target.visibility, service)
    removed = 0
    failed: dict[str, str] = {}
    with counting(output, "removing") as count:
        for page in target.bucket.pages(under):
            names = [address.name for found in page.objects if (address := Address.of_key(found.key))]
            errors = place.remove_page(names)
            failed |= {target.address(service, name).key: str(error) for name, error in errors.items()}
            removed += len(names) - len(errors)
            count(removed)
    if output.as_json:
        output.json({"service": service, "prefix": prefix, "removed": removed, "failed": failed})
    else:
        output.say(f"removed {removed} values")
        for why in failed.values():
            output.say(one_line(why))
    if failed:
        raise SystemExit(PARTLY)

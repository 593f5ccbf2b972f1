"""`memory-service put`."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from memory_console.bucket import DEFAULT_EDGE_TTL
from memory_console.durations import parse_duration
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import InvalidTextError
from memory_console.sdk import STORAGE_CLASSES, Condition, PutOptions
from memory_console.target import on_target
from memory_console.values import TYPES, parse_value

if TYPE_CHECKING:
    from typing import Any

    from memory_console.output import Output
    from memory_console.target import Target

_EXAMPLES = (
    Example("""memory-service put shop user/42 '{"Name": "Joe", "visits": 3}'""", "A dict"),
    Example(
        "memory-service put shop greeting 'Good morning' --type str", "A string needs no quotes of JSON's"
    ),
    Example("memory-service put shop rate 5 --type float", "5.0, not the int 5"),
    Example("memory-service put shop token 42 --ttl 15m", "Gone after a quarter of an hour"),
    Example("memory-service put shop pixel R0lGODlh --type bytes", "Bytes as base64; --file stores a file's"),
    Example(
        """memory-service put shop mixed '{"raw": {"$bytes": "AP8="}}' --tagged""", "Bytes inside a dict"
    ),
    Example("memory-service put shop page/1 7 --tag product/7", "A miss once `product/7` is invalidated"),
    Example(
        "memory-service put shop lock true --if-absent", "Only if there is none: exit code 4 if there is"
    ),
)


class Duration(click.ParamType[float]):
    """A length of time such as `15m`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        try:
            return value if isinstance(value, float) else parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("service")
@click.argument("name")
@click.argument("value", required=False)
@click.option(
    "--type", "kind", type=click.Choice(TYPES), default="json", show_default=True, help="Type of the value."
)
@click.option(
    "--file", "-f", type=click.File("rb"), help="Take the value from a file, `-` for standard input."
)
@click.option("--tagged", is_flag=True, help='The JSON has tagged nodes, such as {"$bytes": …}.')
@click.option("--ttl", type=Duration(), help="How long it lives: seconds, or such as 15m, 2h, 7d.")
@click.option("--edge-ttl", type=Duration(), help="How long an edge may serve a copy. Default: 5s.")
@click.option("--storage-class", type=click.Choice(STORAGE_CLASSES), help="S3's storage class.")
@click.option("--tag", "tags", multiple=True, help="What it can be invalidated by; up to 16 times.")
@click.option("--if-absent", is_flag=True, help="Only if there is no value yet.")
@click.option("--if-version", help="Only if this is the version that is stored.")
@on_target
def put(
    target: Target,
    output: Output,
    service: str,
    name: str,
    value: str | None,
    kind: str,
    file: BinaryIO | None,
    ttl: float | None,
    edge_ttl: float | None,
    storage_class: str | None,
    if_version: str | None,
    tags: tuple[str, ...],
    *,
    tagged: bool,
    if_absent: bool,
) -> None:
    """Store VALUE as NAME of SERVICE and print its version.

    VALUE is JSON, and the type it has there is the type that readers get. With --type the type must be that one, and
    `str` and `bytes` (base64) need no JSON.
    """
    if (value is None) == (file is None):
        raise click.UsageError("give either VALUE or --file")
    if if_absent and if_version is not None:
        raise click.UsageError("--if-absent and --if-version exclude each other")
    typed = _read(file, kind, tagged=tagged) if file else parse_value(value or "", kind, tagged=tagged)
    whole_edge_ttl = int(edge_ttl) if edge_ttl is not None and edge_ttl.is_integer() else edge_ttl
    options = PutOptions.check(
        ttl,
        whole_edge_ttl,
        storage_class,
        default_edge_ttl=DEFAULT_EDGE_TTL,
        default_storage_class=STORAGE_CLASSES[0],
        tags=tags,
    )
    address = target.address(service, name)
    place = target.bucket.place(address.visibility, address.service)
    if options.tags:
        options = options._replace(tagging=place.take(options.tags))
    if if_version is not None:
        version = place.replace(name, typed, options, if_version)
    else:
        version = place.store(name, typed, options, Condition(None) if if_absent else None)
    if output.as_json:
        output.json({"name": name, "service": service, "visibility": target.visibility, "version": version})
    else:
        output.console.print(version, markup=False)
        output.say(f"stored {one_line(name)} in {target.visibility} service {service}")


def _read(file: BinaryIO, kind: str, *, tagged: bool) -> Any:
    content = file.read()
    if kind == "bytes":
        return content
    try:
        return parse_value(content.decode(), kind, tagged=tagged)
    except UnicodeDecodeError:
        raise InvalidTextError("the file is not UTF-8: --type bytes stores it as it is") from None

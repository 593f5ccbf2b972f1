"""`memory-service layers`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
import memory

from memory_console.bucket import Bucket
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import Failure
from memory_console.layer_versions import delete, layer_versions
from memory_console.output import Output

if TYPE_CHECKING:
    from memory_console.layer_versions import LayerVersion

_EXAMPLES = (
    Example("memory-service layers", "Show the versions of the layers, and which functions have them"),
    Example("memory-service layers --delete --yes", "Delete the old ones that no function here has"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.option("--prefix", default="lambda-cache", show_default=True, help="The stack's FunctionPrefix.")
@click.option(
    "--delete", "deletes", is_flag=True, help="Delete what is neither newest nor used, after asking."
)
@click.option(
    "--keep", multiple=True, metavar="ARN", help="A version that stays nevertheless; may be repeated."
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--region", envvar="MEMORY_REGION", show_envvar=True, help="Region of the stack.")
@click.option("--profile", help="A profile of AWS's configuration.  [env var: AWS_PROFILE]")
@click.option("--endpoint-url", help="Another Lambda than AWS's.  [env var: AWS_ENDPOINT_URL]")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for programs.")
def layers(
    *,
    prefix: str,
    deletes: bool,
    keep: tuple[str, ...],
    yes: bool,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    as_json: bool,
) -> None:
    """Show the layer versions that deployments have left, and delete old ones.

    A deployment never deletes any: functions may have pinned them. Functions of other accounts and Regions, and
    templates that name a version, are not seen.
    """
    output = Output(as_json=as_json)
    try:
        client = Bucket("", region, profile, endpoint_url).client("lambda")
        found = layer_versions(client, prefix)
        if unknown := set(keep) - {version.arn for version in found}:
            raise memory.ConfigurationError(f"--keep: there is no layer version {one_line(min(unknown))}")
        doomed = [version for version in found if not version.is_in_use and version.arn not in keep]
        if deletes and doomed:
            output.ask(f"Delete {len(doomed)} layer versions that no function here has?", yes=yes)
            delete(client, doomed)
    except memory.MemoryServiceError as error:
        raise Failure(error, as_json=as_json) from error
    gone = {version.arn for version in doomed} if deletes else set()
    if as_json:
        output.json({"layers": [{**asdict(version), "deleted": version.arn in gone} for version in found]})
        return
    for version in found:
        output.console.print(_line(version, is_deleted=version.arn in gone), markup=False)
    if not found:
        output.say(f"there is no layer {one_line(prefix)}-… here: give --prefix or --region")
    elif doomed and not deletes:
        output.say(f"{len(doomed)} of them are neither newest nor used here: --delete deletes them")


def _line(version: LayerVersion, *, is_deleted: bool) -> str:
    state = "deleted" if is_deleted else ", ".join(version.functions)
    newest = " (newest)" if version.is_newest else ""
    return f"{version.arn}{newest}  {one_line(state)}".rstrip()

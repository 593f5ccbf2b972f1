"""`memory-service explore`."""

from __future__ import annotations

import json
import webbrowser
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from memory_console.examples import Example, ExampleCommand
from memory_console.explorer.server import explorer_server, listen
from memory_console.target import on_target, with_distribution

if TYPE_CHECKING:
    from memory_console.output import Output
    from memory_console.target import Target

_EXAMPLES = (
    Example("memory-service explore", "Open the explorer in the browser"),
    Example("memory-service explore --no-browser --port 8080", "Only print the link"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; default: a free one."
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@with_distribution
@on_target
def explore(target: Target, output: Output, port: int, *, no_browser: bool) -> None:
    """Show the bucket in the browser: services, names and values, until Ctrl-C.

    The page asks S3 only, with your credentials, and is served on 127.0.0.1. The printed link opens one browser, once.
    Edits and removals hold only for the version you have seen: what somebody else has changed meanwhile is not lost.
    """
    target.bucket.page(
        "", limit=1
    )  # a wrong bucket or missing credentials are told here rather than in the page

    with listen(port) as listener, suppress(KeyboardInterrupt):  # Ctrl-C is the way to end it
        server, link = explorer_server(target, listener)
        click.echo(json.dumps({"link": link}) if output.as_json else link)
        output.say("Ctrl-C stops it")
        if not no_browser:
            webbrowser.open(link)
        server.run(sockets=[listener])

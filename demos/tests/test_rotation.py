"""The signing key is replaced while private values are read: no read fails, and what was signed lasts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import memory
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from local_cloud import FakeClock, LocalCloud
from local_cloud.application import deploy_application
from memory._signing import SigningKey, policy, signed_query, wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_cloud import Stack

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
STACK = "rotation"
DAY = 86_400
PROPAGATION = 900
KEY_AGE = 3600  # SDKs read the key again after that
PATIENCE = 60  # seconds of the machine; a round takes some 20 ms


class Rotating:
    """A stack whose functions live by a clock that a test moves."""

    def __init__(self, cloud: LocalCloud, clock: FakeClock, shift: Path) -> None:
        self.cloud = cloud
        self.clock = clock
        self.shift = shift
        self._started_at = clock()
        self.stack: Stack
        self.deploy("RSA-2048")

    def reset(self) -> None:
        """Go back to the machine's time: CloudFront's API stamps its changes with that."""
        self.clock.reset()
        self._started_at = self.clock()
        self.shift.write_text("0")
        self.cloud.clear_caches()

    def deploy(self, key_type: str) -> None:
        parameters = {"Demos": "false", "KeyType": key_type}
        self.stack = deploy_application(self.cloud, TEMPLATE, stack_name=STACK, parameters=parameters)

    def advance(self, seconds: float) -> None:
        ahead = self.clock.advance(seconds) - self._started_at
        whole = self.shift.with_suffix(".new")
        whole.write_text(str(ahead))
        whole.rename(self.shift)  # no function reads half a number

    def rotate(self, action: str = "continue") -> dict[str, Any]:
        """Invoke the function as its schedule does, or a person."""
        answer = self.cloud.client("lambda").invoke(
            FunctionName=self.stack.outputs["RotateKeys"], Payload=json.dumps({"action": action})
        )
        report: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, report
        self.cloud.refresh()
        return report

    def key(self) -> tuple[SigningKey, Any]:
        """Return the key that SDKs are given now, for signing and as it is."""
        name = self.stack.outputs["PrivateKeyArn"].partition(":parameter")[2]
        parameter = self.cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
        secret = json.loads(parameter["Value"])
        pem = secret["private_key"].encode()
        return SigningKey.from_pem(secret["public_key_id"], pem, name), load_pem_private_key(pem, None)

    def conf(self, **more: Any) -> dict[str, Any]:
        outputs = self.stack.outputs
        return {
            "DISTRIBUTION": outputs["PrivateDistribution"],
            "BUCKET_NAME": outputs["StorageBucket"],
            "REGION": "us-east-1",
            "PK_PATH": outputs["PrivateKeyArn"],
            "PUBLIC_KEY_ID": outputs["PublicKeyId"],
            "EDGE_ENDPOINT": self.cloud.edge_endpoint,
            "LOCAL_MAX_ITEMS": 0,  # each read shall ask the edge
            **more,
        }

    def service(self, **more: Any) -> memory.MemoryService:
        return memory.MemoryService(self.conf(**more), "shop", clock=self.clock)

    def status(self, query: str) -> int:
        """Return what the edge answers to whoever has this query string."""
        host = self.stack.outputs["PrivateDistribution"]
        request = Request(f"{self.cloud.edge_endpoint}/shop/secret.json?{query}", headers={"Host": host})
        try:
            with urlopen(request) as answer:
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code

    def opens(self, key: SigningKey) -> bool:
        """Return whether something signed with the key right now is let in."""
        host = self.stack.outputs["PrivateDistribution"]
        text = policy(wildcard(f"https://{host}", "shop"), int(self.clock()) + DAY)
        return self.status(signed_query(text, key, "SHA256")) == 200


class Readers:
    """Everybody who reads all the time, and what went wrong."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._turns: list[threading.Lock] = []
        self._processes: list[subprocess.Popen[str]] = []
        self._threads: list[threading.Thread] = []
        self._paused = threading.Event()
        self.rounds: Counter[str] = Counter()
        self.failures: list[str] = []

    def python(self, name: str, service: Callable[[], memory.MemoryService], pause: float = 0.02) -> None:
        """Let a thread read through what `service` returns, asked anew each time."""
        turn = threading.Lock()
        self._turns.append(turn)

        def read_once() -> None:
            try:
                entry = service().get_entry("secret")
            except memory.MemoryServiceError as error:
                self.failures.append(f"{name}: {error!r}")
            else:
                if entry is None or (entry.value, entry.source) != ("hidden", "edge"):
                    self.failures.append(f"{name}: got {entry}")

        def read() -> None:
            while not self._ended.wait(pause):
                with turn:
                    read_once()
                self.rounds[name] += 1

        self._run(name, read)

    def nodejs(self, conf: dict[str, Any], environment: dict[str, str]) -> None:
        """Let a process of Node read."""
        node = shutil.which("node")
        assert node, "node is not on PATH: run `python3 noxfile.py -s test`"
        no_memory = str(conf.pop("LOCAL_MAX_ITEMS"))
        environment = {**environment, "MEMORY_LOCAL_MAX_ITEMS": no_memory}
        work = json.dumps({"conf": conf, "service": "shop", "name": "secret", "value": "hidden"})
        process = subprocess.Popen(
            [node, str(Path(__file__).with_name("reading.js")), work],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        def listen() -> None:
            assert process.stdout
            with process.stdout:
                for line in process.stdout:
                    if line == "round\n":
                        self.rounds["nodejs"] += 1
                    elif line == "paused\n":
                        self._paused.set()
                    else:
                        self.failures += json.loads(line)
            if process.wait():
                self.failures.append(f"nodejs ended with status {process.returncode}")

        self._processes.append(process)
        self._run("nodejs", listen)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Let nobody be in the middle of a read: nowhere but in tests do hours pass within one."""
        with ExitStack() as undo:
            for turn in self._turns:
                undo.enter_context(turn)
            for process in self._processes:
                assert process.stdin
                self._paused.clear()
                process.stdin.write("pause\n")
                process.stdin.flush()
                assert self._paused.wait(PATIENCE)
            yield
            for process in self._processes:
                assert process.stdin
                process.stdin.write("go on\n")
                process.stdin.flush()

    def go_on(self) -> None:
        """Wait until everybody has read several times more, and say what went wrong."""
        wanted = {name: count + 2 for name, count in self.rounds.items()}
        deadline = time.monotonic() + PATIENCE
        while any(self.rounds[name] < count for name, count in wanted.items()):
            assert time.monotonic() < deadline, f"not enough reads: {self.rounds}, {self.failures[:5]}"
            time.sleep(0.01)
        assert self.failures[:5] == []

    def _run(self, name: str, work: Callable[[], None]) -> None:
        self.rounds[name] = 0
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def end(self) -> None:
        """Let everybody finish the read that is under way, and say what went wrong."""
        self._ended.set()
        for process in self._processes:
            assert process.stdin
            process.stdin.close()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), thread.name
        assert self.failures[:5] == []


@pytest.fixture(scope="module")
def rotating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rotating]:
    shift = tmp_path_factory.mktemp("time") / "shift"
    shift.write_text("0")
    clock = FakeClock()
    variables = {
        "NODE_PATH": str(ROOT / "infra" / "edge-setup" / "node_modules"),
        "NODE_OPTIONS": f"--require {ROOT / 'infra' / 'tests' / 'shifted-time.js'}",
        "TIME_SHIFT_FILE": str(shift),
    }
    with LocalCloud.start(clock=clock, variables=variables) as cloud:
        yield Rotating(cloud, clock, shift)


@contextmanager
def reading(rotating: Rotating, shift: dict[str, str]) -> Iterator[Readers]:
    """Start readers that keep their key, that start cold, and in both languages."""
    readers = Readers()
    try:
        short, long = rotating.service(), rotating.service(SIGNATURE_LIFETIME=DAY)
        readers.python("python", lambda: short)
        readers.python("python, same object in another thread", lambda: short)
        readers.python("python, signing for a day", lambda: long)
        readers.python(
            "python, starting cold",
            rotating.service,
            pause=0.1,  # making a client of AWS's takes long enough
        )
        readers.nodejs(rotating.conf(), shift)
        yield readers
    finally:
        readers.end()


@pytest.fixture
def environment(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    given = rotating.cloud.environment()
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    preload = ROOT / "infra" / "tests" / "shifted-time.js"
    return {**given, "NODE_OPTIONS": f"--require {preload}", "TIME_SHIFT_FILE": str(rotating.shift)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key_type", "made"), [("ECDSA-P256", ec.EllipticCurvePrivateKey), ("RSA-2048", rsa.RSAPrivateKey)]
)
def test_no_read_fails_while_the_key_is_replaced_by_one_of_the_other_type(
    rotating: Rotating, environment: dict[str, str], key_type: str, made: type
) -> None:
    rotating.reset()
    old, before = rotating.key()
    assert not isinstance(before, made)
    rotating.service().put("secret", "hidden")
    with reading(rotating, environment) as readers:

        def advance(seconds: float) -> None:
            with readers.pause():
                rotating.advance(seconds)

        readers.go_on()
        rotating.deploy(key_type)  # the stack is updated in place: no key changes by that
        readers.go_on()
        assert rotating.key()[0].public_key_id == old.public_key_id

        assert rotating.rotate("start")["phase"] == "propagating"
        readers.go_on()
        advance(PROPAGATION + 60)
        granting = rotating.service(MAX_GRANT=DAY)
        granted_before = granting.grant("secret", DAY).query
        assert rotating.rotate()["phase"] == "overlapping"
        switched = rotating.clock()
        readers.go_on()
        new, after = rotating.key()
        assert isinstance(after, made)

        # A function that had just read the old key signs with it for an hour, and with the new one after that.
        advance(KEY_AGE - 1)
        granted_last = granting.grant("", DAY).query
        assert f"Key-Pair-Id={old.public_key_id}" in granted_last
        advance(1)
        assert f"Key-Pair-Id={new.public_key_id}" in granting.grant("", DAY).query
        for _ in range(2):
            readers.go_on()
            assert rotating.rotate()["phase"] == "overlapping"
            advance(DAY / 2 - 2)
        assert rotating.status(granted_before) == 403  # it ended an hour ago, and not because of the rotation
        assert rotating.status(granted_last) == 200  # for three seconds more
        assert rotating.rotate()["phase"] == "overlapping"

        advance(switched + KEY_AGE + DAY + 300 - rotating.clock())
        assert rotating.opens(old)
        assert rotating.rotate() == {"phase": "done", "publicKeyId": new.public_key_id}
        readers.go_on()
        assert not rotating.opens(old)
        assert rotating.opens(new)
        advance(DAY)
        readers.go_on()
    keys = rotating.cloud.client("cloudfront").list_public_keys()["PublicKeyList"]["Items"]
    assert [key["Id"] for key in keys] == [new.public_key_id]


@pytest.mark.slow
def test_no_read_fails_either_when_the_old_key_is_revoked_at_once(
    rotating: Rotating, environment: dict[str, str]
) -> None:
    rotating.reset()
    old, _ = rotating.key()
    rotating.service().put("secret", "hidden")
    with reading(rotating, environment) as readers:
        readers.go_on()
        granted = rotating.service().grant("secret", KEY_AGE).query
        rotating.rotate("start")
        with readers.pause():
            rotating.advance(PROPAGATION + 60)
        assert rotating.status(granted) == 200
        assert rotating.rotate("revoke")["phase"] == "done"
        assert rotating.status(granted) == 403
        assert not rotating.opens(old)
        readers.go_on()

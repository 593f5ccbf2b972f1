"""What is exported comes back as it was, also after somebody pulled the plug."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from memory_console.stored import Address, read_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from conftest import Values

    Run = Callable[..., Result]

_IN_AN_HOUR = 3600
EVERY_TYPE: dict[str, Any] = {
    "null": None,
    "bool": True,
    "int": -5,
    "big": -(2**80),
    "float": 1.0,
    "minus zero": -0.0,
    "nan": math.nan,
    "str": "ö\u2028\n\x00" * 900,
    "bytes": bytes(range(256)),
    "list": [1, 1.0, [b"\xff", {"$int": "5"}]],
    "dict/with folder": {"ключ": [math.inf, None], "": {}},
}


def everything(values: Values) -> dict[str, tuple[Any, ...]]:
    """Return all that is to survive of all values: type and value, end, edge TTL, storage class and version."""
    survived = {}
    for key in values.stored_keys():
        address = Address.of_key(key)
        assert address is not None
        found = read_value(values.bucket, address)
        assert found is not None
        value = repr(found.envelope.value)
        survived[key] = (
            found.envelope.type,
            value,
            found.envelope.expires_at,
            found.edge_ttl,
            found.stale_if_error,
            found.stored.storage_class,
            found.stored.version,
        )
    return survived


def counts(**some: int) -> dict[str, int]:
    """Return what an import says in JSON."""
    return {"stored": 0, "present": 0, "different": 0, "expired": 0, "invalidated": 0} | some


def fill(values: Values) -> None:
    end = int((time.time() + _IN_AN_HOUR) * 1000)
    for number, (name, value) in enumerate(EVERY_TYPE.items()):
        visibility = "private" if number % 2 else "public"
        values.put(
            "shop", name, value, visibility=visibility, storage_class="STANDARD_IA" if number % 3 else None
        )
        values.put(
            "bank", name, value, visibility=visibility, edge_ttl=60, expires_at=end + number, ttl=_IN_AN_HOUR
        )


def test_import_gives_identical_values_types_expiry_and_storage_class(
    values: Values, run: Run, found: Callable[..., Any], tmp_path: Path
) -> None:
    fill(values)
    before = everything(values)
    file = str(tmp_path / "all.jsonl")

    assert found("export", file) == {"exported": 22, "expired": 0, "invalidated": 0, "skipped": 0}
    for service, visibility in (
        ("shop", "--public"),
        ("bank", "--public"),
        ("shop", "--private"),
        ("bank", "--private"),
    ):
        assert run("clear", service, visibility, "--yes").exit_code == 0
    assert values.stored_keys() == []
    assert found("import", file) == counts(stored=22)
    assert found("import", file) == counts(present=22)

    assert everything(values) == before


def test_existing_values_stay_unless_replaced(
    values: Values, found: Callable[..., Any], tmp_path: Path
) -> None:
    values.put("shop", "a", "exported")
    values.put("shop", "b", "exported")
    file = str(tmp_path / "a.jsonl")
    found("export", file, "shop")
    values.put("shop", "a", "newer")
    values.put("shop", "b", "expired meanwhile", expires_at=1)

    assert found("import", file) == counts(stored=1, different=1)
    assert [found("get", "shop", name)["value"] for name in "ab"] == ["newer", "exported"]
    assert found("import", file, "--existing", "replace")["stored"] == 2
    assert found("get", "shop", "a")["value"] == "exported"


def test_only_what_was_asked_for_is_exported(values: Values, run: Run) -> None:
    for name in ("user/1", "user/2", "users"):
        values.put("shop", name, 1)

    lines = [json.loads(line) for line in run("export", "-", "shop", "user/").stdout.splitlines()]

    assert [line.get("name") for line in lines] == [None, "user/1", "user/2", None]
    assert lines[-1] == {"end": True, "values": 2}


def test_what_is_no_value_is_told(values: Values, run: Run, tmp_path: Path) -> None:
    values.put("shop", "a", 1)
    values.put("shop", "gone", 1, expires_at=1)
    values.put_object("public/shop/b.json", b"no envelope")
    values.put_object("public/notes.txt", b"hello")
    file = tmp_path / "all.jsonl"

    result = run("export", str(file), "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"exported": 1, "expired": 1, "invalidated": 0, "skipped": 2}
    skipped = [
        line["skipped"] for line in map(json.loads, file.read_text().splitlines()) if "skipped" in line
    ]
    assert skipped == ["public/notes.txt", "public/shop/b.json"]
    assert run("import", str(file)).exit_code == 0


def test_complete_file_is_not_exported_over(values: Values, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    assert run("export", str(file), "shop").exit_code == 0

    again, other = run("export", str(file), "shop"), run("export", str(file), "bank")

    assert (again.exit_code, "is complete" in again.stderr) == (6, True)
    assert (other.exit_code, "not an export of the same" in other.stderr) == (6, True)


def test_file_of_something_else_is_refused_and_kept(values: Values, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Joe")

    assert run("export", str(file)).exit_code == 6
    assert run("import", str(file)).exit_code == 6
    assert file.read_text() == "Dear Joe"


@pytest.mark.parametrize(
    "damage",
    [
        {"document": {"v": 2}},
        {"document": {"v": 1, "type": "int", "value": "5"}},
        {"name": "a//b"},
        {"service": "no service"},
        {"visibility": "secret"},
        {"storage_class": "DEEP_FREEZE"},
        {"edge_ttl": "long"},
    ],
)
def test_damaged_line_is_refused_with_its_place(
    values: Values, run: Run, tmp_path: Path, damage: dict[str, Any]
) -> None:
    file = tmp_path / "a.jsonl"
    values.put("shop", "a", 1)
    assert run("export", str(file)).exit_code == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[1] |= damage
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    values.bucket.remove("public/shop/a.json")

    result = run("import", str(file))

    assert result.exit_code in (2, 6, 7), result.output
    assert values.stored_keys() == []


def killed(arguments: list[str], when: Callable[[], bool]) -> None:
    """Run the command in a process of its own and pull its plug as soon as something is so."""
    process = subprocess.Popen([sys.executable, "-m", "memory_console", *arguments], env=dict(os.environ))
    while process.poll() is None and not when():
        time.sleep(0.001)
    assert process.poll() is None, "it was done before it could be killed: give it more to do"
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture
def many(values: Values, monkeypatch: pytest.MonkeyPatch) -> Values:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    for number in range(200):
        values.put("shop", f"n/{number:03}", {"number": number, "text": "x" * 5000})
    return values


def test_killed_export_completes_when_run_again(
    many: Values, run: Run, found: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "many.jsonl"
    wanted = random.randrange(1_000, 300_000)
    print("killed after bytes:", wanted)

    killed(["export", str(file)], lambda: file.exists() and file.stat().st_size > wanted)
    half = run("import", str(file))
    again = found("export", str(file))

    assert (half.exit_code, "not complete" in half.stderr) == (6, True)
    assert again == {"exported": 200, "expired": 0, "invalidated": 0, "skipped": 0}
    names = [json.loads(line).get("name") for line in file.read_text().splitlines()]
    assert names == [None, *(f"n/{number:03}" for number in range(200)), None]


def test_torn_line_is_written_anew(many: Values, found: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    found("export", str(file))
    whole = file.read_bytes()
    for length in (len(whole) - 1, len(whole) - 40, len(whole) // 2, 300, 50):
        file.write_bytes(whole[:length])

        try:
            found("export", str(file))
        except AssertionError:
            assert length == 50  # not even the first line is whole: this could be anybody's file
        else:
            assert file.read_bytes() == whole


@pytest.mark.slow
def test_killed_import_completes_when_run_again(
    many: Values, run: Run, found: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "many.jsonl"
    found("export", str(file))
    before = everything(many)
    assert run("clear", "shop", "--yes").exit_code == 0

    killed(["import", str(file)], lambda: bool(many.stored_keys()))
    half = len(many.stored_keys())
    again = found("import", str(file))

    assert 0 < half < 200
    assert again == counts(stored=200 - half, present=half)
    assert everything(many) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.jsonl"]


@pytest.mark.slow
@pytest.mark.parametrize("meanwhile", ["nothing", "cleared", "cleared in part", "changed"])
def test_import_after_a_killed_one_counts_what_is_in_the_bucket(
    many: Values, run: Run, found: Callable[..., Any], tmp_path: Path, meanwhile: str
) -> None:
    file = tmp_path / "many.jsonl"
    found("export", str(file))
    assert run("clear", "shop", "--yes").exit_code == 0
    killed(["import", str(file)], lambda: bool(many.stored_keys()))
    if meanwhile == "cleared":
        assert run("clear", "shop", "--yes").exit_code == 0
    elif meanwhile == "cleared in part":
        for key in many.stored_keys()[::2]:
            many.bucket.remove(key)
    elif meanwhile == "changed":
        # As long as before, so that nothing but its content tells that it is another.
        file.write_bytes(file.read_bytes().replace(b'"name": "n/1', b'"name": "m/1'))
    held = set(many.stored_keys())
    wanted = {
        f"public/{line['service']}/{line['name']}.json"
        for line in map(json.loads, file.read_text().splitlines())
        if "document" in line
    }

    assert found("import", str(file)) == counts(stored=len(wanted - held), present=len(wanted & held))
    assert set(many.stored_keys()) == held | wanted


@pytest.mark.slow
def test_import_killed_at_any_moment_reports_only_what_is_there(
    values: Values, run: Run, found: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = random.randrange(2**32)
    print("seed:", seed)
    chance = random.Random(seed)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    files = []
    for number in range(2):
        for name in range(300):
            values.put("shop", f"n/{name:03}", [number, name])
        files.append(tmp_path / f"{number}.jsonl")
        found("export", str(files[-1]))
    named = tmp_path / "named.jsonl"
    kills = 0
    while kills < 20:
        named.write_bytes(chance.choice(files).read_bytes())
        existing = chance.choice(["skip", "replace"])
        if chance.random() < 0.4:
            assert run("clear", "shop", "--yes").exit_code == 0
        process = subprocess.Popen(
            [sys.executable, "-m", "memory_console", "import", str(named), "--existing", existing],
            stderr=subprocess.PIPE,
        )
        try:
            process.communicate(timeout=chance.uniform(0.2, 2.5))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
        if chance.random() < 0.5:
            continue
        before = contents(values)
        wanted = {line[0]: line[1] for line in map(value_of_line, named.read_text().splitlines()) if line}
        existing = chance.choice(["skip", "replace"])

        said = found("import", str(named), "--existing", existing)

        if existing == "replace":
            assert said == counts(stored=300)
            assert contents(values) == wanted
        else:
            same = sum(before.get(key) == value for key, value in wanted.items())
            assert said == counts(
                stored=len(wanted.keys() - before.keys()),
                present=same,
                different=len(before) - same,
            )
            assert contents(values) == wanted | before


def contents(values: Values) -> dict[str, Any]:
    """Return what is stored, with the writes that tell two puts of one value apart."""
    return {key: json.loads(values.bucket.read(key).document) for key in values.stored_keys()}  # type: ignore[union-attr] # it is listed


def value_of_line(text: str) -> tuple[str, Any] | None:
    line = json.loads(text)
    return (f"public/{line['service']}/{line['name']}.json", line["document"]) if "document" in line else None


def test_name_that_is_there_twice_is_refused(
    values: Values, run: Run, found: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "a.jsonl"
    values.put("shop", "a", 1)
    found("export", str(file))
    first, value, end = file.read_text().splitlines(keepends=True)
    file.write_text(first + value + value + end)

    result = run("import", str(file))

    assert (result.exit_code, "twice" in result.stderr) == (7, True)


def test_foreign_object_is_left_alone_and_counted(
    values: Values, found: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "a.jsonl"
    values.put("shop", "a", 1)
    found("export", str(file))
    values.put_object("public/shop/a.json", b"somebody else's")

    assert found("import", str(file)) == counts(different=1)
    assert found("import", str(file), "--existing", "replace") == counts(stored=1)


ODD: list[Any] = [
    None, True, -1, 0, 10**400, 1e308, "", "x", "a//b", "\ud800", "\x00", "\u202e", [], [[]], {}, {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize(
    "member",
    ["visibility", "service", "name", "edge_ttl", "stale_if_error", "storage_class", "document"]
    + [f"document.{name}" for name in ("v", "type", "value", "tagged", "write", "expires_at", "previous")],
)
def test_odd_line_is_refused_in_one_line(values: Values, run: Run, tmp_path: Path, member: str) -> None:
    values.put("shop", "a", 1)
    file = tmp_path / "a.jsonl"
    assert run("export", str(file)).exit_code == 0
    first, value, end = map(json.loads, file.read_text().splitlines())
    outer, _, inner = member.partition(".")
    for odd in ODD:
        line = {**value, outer: {**value["document"], inner: odd} if inner else odd}
        file.write_text("".join(json.dumps(one) + "\n" for one in (first, line, end)))

        result = run("import", str(file), "--existing", "replace")

        assert result.exception is None or isinstance(result.exception, SystemExit), (odd, result.exception)
        if result.exit_code:
            assert result.exit_code in (2, 6, 7), (odd, result.output)
            assert result.stderr.splitlines()[-1].startswith("memory-service: "), odd
            assert result.stderr.count("\n") == 2, (
                result.stderr
            )  # what was stored until then, and why no more


@pytest.mark.parametrize(
    "broken",
    [
        b"[" * 200_000 + b"\n",
        b'{"a":' * 200_000 + b"\n",
        b'{"document": ' + b"[" * 900 + b"]" * 900 + b"}\n",
        b"\xff\xfe\n",
        b"\x00\n",
        b"nonsense\n",
        b"[1]\n",
        b"\n",
        b'{"document": 1' + b"0" * 5000 + b"}\n",
    ],
)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_broken_line_is_refused_in_one_line(
    values: Values, run: Run, tmp_path: Path, broken: bytes, place: str
) -> None:
    values.put("shop", "a", 1)
    file = tmp_path / "a.jsonl"
    assert run("export", str(file)).exit_code == 0
    first, value, end = file.read_bytes().splitlines(keepends=True)
    lines = {
        "first": [broken, value, end],
        "middle": [first, broken, value, end],
        "last": [first, value, broken],
    }
    file.write_bytes(b"".join(lines[place]))

    imported = run("import", str(file))
    exported = run("export", str(file))  # which completes what it knows as its own

    assert imported.exit_code in (2, 6, 7), imported.output
    assert imported.stderr.splitlines()[-1].startswith("memory-service: ")
    for result in (imported, exported):
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception

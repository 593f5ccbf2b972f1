"""What is printed: nothing that a terminal obeys, nothing that ends in a traceback, nothing for others' eyes."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from memory_console.escapes import harmless, one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from conftest import Values

    Run = Callable[..., Result]

HIDDEN = [
    char
    for char in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") or 0xE0000 <= ord(char) < 0xE1000
]
NAME = "pr\u00e9cis/\u65e5\u672c/\U0001f600"
EVIL = "a\x1b[31m\u061c\u200b\u2028\ufeff\u202e\U000e0041\x9b2Jz"


@pytest.fixture
def process(
    values: Values, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the command in a process of its own, whose environment has these variables as well."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "memory_console", *arguments]
        return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False)

    return run


def test_every_hidden_character_is_written_out() -> None:
    assert {"\u061c", "\u200b", "\ufeff", "\u2028", "\x1b", "\x9b", "\U000e0001"} <= set(HIDDEN)
    for char in HIDDEN:
        for shown in (one_line(f"a{char}b"), harmless(f"a{char}b") if char not in "\n\t" else "ab"):
            assert shown.isascii(), hex(ord(char))
        assert json.loads(f'"{one_line(char)}"') == char


def test_what_can_be_seen_stays() -> None:
    text = "aé 日本\u00a0😀 ключ שלום \\x ~"

    assert (one_line(text), harmless(f"{text}\n\t{text}")) == (text, f"{text}\n\t{text}")


def test_evil_names_services_and_messages_are_written_out(values: Values, run: Run, tmp_path: Path) -> None:
    values.put("shop", EVIL, {EVIL: EVIL})
    values.put_object(f"public/{EVIL}/a.json", b"evil service")
    values.put_object(f"public/shop/{EVIL}", b"evil key")
    file = tmp_path / "evil.jsonl"
    assert run("export", str(file)).exit_code == 1
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    for line in lines:
        if "document" in line:
            line["storage_class"] = EVIL
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for arguments in (
        ("ls",),
        ("ls", "--json"),
        ("ls", EVIL),
        ("ls", "shop"),
        ("ls", "shop", EVIL),
        ("ls", "shop", "--long", "--json"),
        ("ls", "shop", "nothing" + EVIL),
        ("stat", "shop", EVIL),
        ("stat", "shop", EVIL, "--json"),
        ("stat", "--key", f"public/shop/{EVIL}"),
        ("get", "shop", EVIL, "--json"),
        ("get", "shop", "no" + EVIL),
        ("get", "shop", "no" + EVIL, "--json"),
        ("get", EVIL, "a"),
        ("get", "--" + EVIL),
        (EVIL,),
        ("import", str(file)),
        ("import", str(file), "--json"),
        ("import", EVIL),
        ("export", "-", "shop"),
        ("put", "shop", EVIL, EVIL),
        ("rm", "shop", "no" + EVIL),
        ("clear", "shop", EVIL),
    ):
        result = run(*arguments)

        assert not (set(HIDDEN) - {"\n"}) & set(result.stdout + result.stderr), arguments
        assert result.exception is None or isinstance(result.exception, SystemExit), arguments


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        pytest.param({"PYTHONIOENCODING": "cp1252"}, marks=pytest.mark.slow),
        pytest.param({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_stream_that_cannot_say_it_gets_escapes(
    values: Values, process: Callable[..., subprocess.CompletedProcess[bytes]], environment: dict[str, str]
) -> None:
    values.put("shop", NAME, {"price": NAME})
    values.put("shop", "price", f"12 € {NAME}")
    for arguments in (
        ("ls", "shop", "--recursive"),
        ("ls", "shop", "--recursive", "--json"),
        ("get", "shop", "price"),
        ("get", "shop", "price", "--json"),
        ("export", "-", "shop"),
    ):
        done = process(*arguments, **environment)

        assert done.returncode == 0, done.stderr
        assert b"\\u65e5\\u672c" in done.stdout, arguments
        assert b"\\ud83d\\ude00" in done.stdout, arguments
        if not {"--json", "export"}.isdisjoint(arguments):
            encoding = "cp1252" if "cp1252" in environment.values() else "ascii"
            for line in done.stdout.decode(encoding).splitlines():
                json.loads(line)


@pytest.mark.slow
def test_reader_that_has_seen_enough_is_no_traceback(values: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    for number in range(3):
        values.put("shop", f"n/{number}", "x" * 300_000)
    for arguments in (
        "get shop n/1",
        "get shop n/1 --raw",
        "ls shop",
        "ls",
        "stat shop n/1",
        "export - shop",
    ):
        command = f"{sys.executable} -m memory_console {arguments}"
        read, write = os.pipe()
        os.close(read)  # as `| head` after what it wanted

        done = subprocess.run(command.split(), stdout=write, stderr=subprocess.PIPE, check=False)
        os.close(write)

        assert (done.returncode, done.stderr) == (1, b""), arguments
    closed = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m memory_console ls shop >&-"],
        stderr=subprocess.PIPE,
        check=False,
    )
    assert b"Traceback" not in closed.stderr


@pytest.mark.parametrize("command", [("export",), ("get", "shop", "a", "--output")])
def test_file_that_cannot_be_written_is_one_line(
    values: Values, run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    values.put("shop", "a", 1)
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for where in ("no/folder/x", "file/x", "link", "x" * 300, "."):
        result = run(*command, str(tmp_path / where))

        assert (result.exit_code, isinstance(result.exception, SystemExit)) == (2, True), result.output
        assert result.stderr.splitlines()[-1].startswith(("memory-service: ", "Error: "))
    as_json = run("export", str(tmp_path / "no/folder/x"), "--json")
    assert json.loads(as_json.stderr)["error"]["code"] == "file"
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("option", ["--plot", "--page", "--copy-prices"])
def test_file_that_the_calculator_cannot_write_is_one_line(run: Run, option: str) -> None:
    result = run("cost", "--gets", "1M", "--puts", "1M", option, "/nonexistent/x.svg")

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
    assert "/nonexistent/x.svg" in result.stderr


def test_calculator_without_credentials_says_so_in_one_line(run: Run) -> None:
    result = run("cost", "--from-bucket", "values", "--gets", "1M")

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.output


@pytest.mark.parametrize("command", [("export",), ("get", "shop", "a", "--output")])
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_file_of_values_is_for_its_owner_alone(
    values: Values, run: Run, tmp_path: Path, command: tuple[str, ...], umask: int
) -> None:
    values.put("shop", "a", 1)
    (tmp_path / "was there").touch(0o666)
    (tmp_path / "was there").chmod(0o664)
    before = os.umask(umask)
    try:
        new, old = (run(*command, str(tmp_path / name)) for name in ("new", "was there"))
    finally:
        os.umask(before)

    for name in ("new", "was there"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert (new.exit_code, "open to others" in new.stderr) == (0, False)
    assert (old.exit_code, "open to others" in old.stderr) == (0, True)


def test_hint_says_how_a_value_begins_with_a_dash(values: Values, run: Run) -> None:
    for value in ("-5", "-5.5", "-Infinity"):
        assert "behind --" in run("put", "shop", "a", value).stderr
        assert run("put", "shop", "a", "--type", "float", "--", value).exit_code == 0


def test_listing_is_summed_up(values: Values, run: Run, found: Callable[..., Any]) -> None:
    values.put("shop", "a", 1)
    values.put("shop", "b/c", "x")
    total = sum(row["size"] for row in found("ls", "shop", "--recursive"))

    assert found("ls", "shop", "--recursive", "--summarize")[-1] == {"values": 2, "size": total}
    assert run("ls", "shop", "--summarize").stdout.splitlines()[-1].startswith("1 values, ")


def test_listing_of_nothing_says_so(values: Values, run: Run) -> None:
    for arguments in ((), ("nosuch",), ("nosuch", "a/")):
        result = run("ls", *arguments)

        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr.startswith("there is nothing")
    assert "exit code 0" in run("ls", "--help").stdout


def test_distribution_is_read_as_functions_have_it(
    values: Values, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTRIBUTION", "http://127.0.0.1:1")

    assert run("get", "shop", "a", "--edge").exit_code != 6


def test_terminal_gets_no_raw_control(values: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    from memory_console.commands.get import _write
    from memory_console.output import Output

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)

    _write(Output(as_json=False), "-", b"\x1b[31m\xff\n")

    assert terminal.getvalue() == "\\u001b[31m\\xff\n\n"

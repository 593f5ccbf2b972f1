"""What the console writes goes by the SDK's writer: nobody's value is overwritten, and a lost answer is no conflict."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import memory
import pytest
from local_cloud import Fault
from memory_console.explorer.changes import Change
from memory_console.sdk import Condition, PutOptions, encode
from memory_console.stored import Address, read_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from local_cloud import Entry, LocalCloud
    from memory_console.sdk import Admin
    from memory_console.stored import StoredValue

    from conftest import Values

    Run = Callable[..., Result]
    Asked = Callable[[], list[Entry]]
    Lose = Callable[..., None]

ADDRESS = Address("public", "shop", "a")
KEY = ADDRESS.key
OPTIONS = PutOptions.check(None, None, None, default_edge_ttl=5, default_storage_class="STANDARD")
MAX_PREVIOUS = 100


def place(values: Values) -> Admin:
    return values.bucket.place("public", "shop")


def held(values: Values) -> StoredValue:
    found = read_value(values.bucket, ADDRESS)
    assert found is not None
    return found


def methods(asked: Asked) -> list[str]:
    return [entry.method for entry in asked()]


@pytest.mark.parametrize("condition", ["always", "--if-absent", "--if-version"])
def test_a_put_whose_answer_is_lost_has_taken_place(
    values: Values, run: Run, lose: Lose, asked: Asked, condition: str
) -> None:
    before = values.put("shop", "a", 1) if condition == "--if-version" else ""
    options = {"always": [], "--if-absent": [condition], "--if-version": [condition, before]}[condition]
    asked()
    lose("PUT", KEY)

    result = run("put", "shop", "a", "2", *options)

    assert result.exit_code == 0, result.output
    assert (result.stdout.strip(), held(values).envelope.value) == (held(values).stored.version, 2)
    # With a condition it took place at once, whoever sends it again on another connection.
    assert (200 in [entry.status for entry in asked() if entry.method == "PUT"]) == (condition == "always")


def test_a_put_that_never_arrived_is_sent_again(values: Values, run: Run, cloud: LocalCloud) -> None:
    cloud.faults.add(Fault(where="s3", kind="reset", method="PUT", path=f"/{values.name}/{KEY}", times=1))
    assert run("put", "shop", "a", "2", "--if-absent").exit_code == 0
    assert held(values).envelope.value == 2


def test_a_put_of_which_nobody_says_what_became_is_no_conflict(values: Values, run: Run, lose: Lose) -> None:
    lose("PUT", KEY)
    lose("GET", KEY, times=9)

    result = run("put", "shop", "a", "2", "--if-absent")

    assert (result.exit_code, "Read the value and decide" in result.stderr) == (8, True), result.output


def test_somebody_else_s_value_is_a_conflict_whatever_is_lost(values: Values, run: Run, lose: Lose) -> None:
    version = values.put("shop", "a", "theirs")
    for options in (["--if-absent"], ["--if-version", version[::-1]]):
        lose("PUT", KEY)
        assert run("put", "shop", "a", "2", *options).exit_code == 4
    assert held(values).envelope.value == "theirs"


def test_a_touch_whose_answer_is_lost_has_taken_place(values: Values, run: Run, lose: Lose) -> None:
    values.put("shop", "a", 1)
    lose("PUT", KEY)

    result = run("touch", "shop", "a", "--ttl", "1h")

    assert (result.exit_code, result.stdout.strip()) == (0, held(values).stored.version), result.output
    assert held(values).ends_at is not None


def test_an_edit_whose_answer_is_lost_is_no_conflict(values: Values, lose: Lose) -> None:
    version = values.put("shop", "a", "old")
    fields = {"visibility": "public", "service": "shop", "name": "a", "type": "str", "text": "new"}
    lose("PUT", KEY)

    stored = Change.of({**fields, "version": version}, None, time.time()).store(values.bucket)

    assert (stored, held(values).envelope.value) == (held(values).stored.version, "new")


@pytest.mark.parametrize("existing", ["skip", "replace"])
def test_a_value_whose_import_is_not_answered_is_stored(
    values: Values, run: Run, lose: Lose, tmp_path: Path, existing: str
) -> None:
    values.put("shop", "a", [1], expires_at=32_503_680_000_123)
    before = held(values).stored.document
    file = str(tmp_path / "a.jsonl")
    assert run("export", file).exit_code == 0
    assert run("rm", "shop", "a").exit_code == 0
    lose("PUT", KEY)

    result = run("import", file, "--existing", existing, "--json")

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["stored"], told["present"]) == (1, 0)
    assert held(values).stored.document == before


@pytest.mark.parametrize("conditional", [False, True])
def test_a_removal_whose_answer_is_lost_has_taken_place(
    values: Values, run: Run, lose: Lose, *, conditional: bool
) -> None:
    version = values.put("shop", "a", 1)
    lose("DELETE", KEY)

    result = run("rm", "shop", "a", *(["--if-version", version] if conditional else []))

    assert result.exit_code == 0, result.output
    assert values.stored_keys() == []


def test_a_clear_whose_answer_is_lost_has_taken_place(values: Values, run: Run, lose: Lose) -> None:
    values.put("shop", "a", 1)
    lose("POST")

    assert run("clear", "shop", "--yes").exit_code == 0
    assert values.stored_keys() == []


def test_an_announcement_whose_answer_is_lost_is_made_once(
    values: Values, run: Run, lose: Lose, asked: Asked
) -> None:
    lose("PUT", "public/shop.changes/.changes.json")

    assert run("put", "shop.changes", "a", "1").exit_code == 0
    puts = [(entry.path.rpartition("/")[2], entry.status) for entry in asked() if entry.method == "PUT"]
    assert puts[0] == (".changes.json", None)
    assert [name for name, status in puts if status == 200] == ["a.json"]


def test_no_command_asks_more_of_s3_than_it_has_to(values: Values, run: Run, asked: Asked) -> None:
    asked()
    version = run("put", "shop", "a", "1").stdout.strip()
    assert methods(asked) == ["PUT"]
    run("put", "shop", "a", "1", "--if-version", version)
    assert methods(asked) == ["GET", "PUT"]
    run("put", "shop", "b", "1", "--if-absent")
    assert methods(asked) == ["PUT"]
    run("touch", "shop", "a", "--ttl", "1h")
    assert methods(asked) == ["GET", "PUT"]
    run("get", "shop", "a")
    assert methods(asked) == ["GET"]
    run("rm", "shop", "a")
    assert methods(asked) == ["HEAD", "DELETE"]
    run("put", "shop.changes", "a", "1")
    assert methods(asked) == ["GET", "PUT", "PUT"]


def test_a_value_ends_at_the_millisecond_that_is_said(values: Values) -> None:
    end = 32_503_680_000_123
    values.put("shop", "a", 1, ttl=60, expires_at=end)

    assert held(values).envelope.expires_at == end
    assert held(values).stored.tags == 1  # that of a ttl of a minute


def test_expired_value_counts_as_absent(values: Values, run: Run) -> None:
    values.put("shop", "a", "old", expires_at=1_000)

    assert run("put", "shop", "a", "2", "--if-absent").exit_code == 0
    assert held(values).envelope.value == 2


def test_replacement_names_the_writes_that_it_replaces(values: Values) -> None:
    version = place(values).store("a", 0, OPTIONS)
    writes = [held(values).envelope.write]
    for number in (1, 2):
        version = (
            values.bucket.named(values.name).place("public", "shop").replace("a", number, OPTIONS, version)
        )
        assert held(values).envelope.previous == tuple(writes)
        writes.insert(0, held(values).envelope.write)


def test_lineage_does_not_grow_for_ever(values: Values) -> None:
    ids = [f"{number:016x}" for number in range(MAX_PREVIOUS)]
    document = encode(0, write="f" * 16, previous=ids)

    version = place(values).restore("a", document, OPTIONS, Condition(None))
    place(values).replace("a", 1, OPTIONS, version)

    assert held(values).envelope.previous == ("f" * 16, *ids[:-1])


def test_a_document_is_restored_byte_by_byte_and_on_its_condition(values: Values) -> None:
    document = json.dumps(json.loads(encode([1.0], write="a" * 16)), indent=2).encode()

    version = place(values).restore("a", document, OPTIONS, Condition(None))

    assert held(values).stored.document == document
    for condition in (None, "0" * 32):
        with pytest.raises(memory.ConflictError):
            place(values).restore("a", encode(2), OPTIONS, Condition(condition))
    assert place(values).restore("a", encode(2), OPTIONS, Condition(version)) == held(values).stored.version

"""What several parts have to say, each in its own language, is the same in all of them."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import memory
import pytest
from memory._changes import record_key
from memory._names import object_key, place_of, tag_record_key
from memory._options import STORAGE_CLASSES, TTL_DAYS
from memory_console.failures import EXIT_CODES

ROOT = Path(__file__).resolve().parents[2]
JAVA = "java-sdk/src/main/java/io/github/memoryservice/memory"
OWN_CODES = {"not_found", "file"}  # of the command alone
OF_THE_KIT = {"factory"}  # what the caller's own function raises


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def listed(path: str, name: str) -> list[str]:
    """Return what a constant of a JavaScript file lists."""
    (body,) = re.findall(rf"const {name} = \[(.*?)\];", text(path), re.DOTALL)
    return [word.strip(" '\n") for word in body.split(",") if word.strip()]


@pytest.fixture(scope="module")
def errors() -> dict[str, str]:
    """The errors of the specification, with their codes."""
    section = text("spec/README.md").partition("## 11. Errors")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+Error)` \| `(\w+)` \|", section, re.MULTILINE))


def test_errors_of_python_are_those_of_the_specification(errors: dict[str, str]) -> None:
    there = {name: getattr(memory, name).code for name in memory.__all__ if name.endswith("Error")}
    assert there == {"MemoryServiceError": "memory_service", **errors}


def test_errors_of_node_are_those_of_the_specification(errors: dict[str, str]) -> None:
    found = re.findall(
        r"^class (\w+) extends \w+ \{\n  static code = '(\w+)'",
        text("nodejs-sdk/lib/core/errors.js"),
        re.MULTILINE,
    )
    assert dict(found) == {"MemoryServiceError": "memory_service", **errors}
    declared = set(re.findall(r"class (\w+Error) extends", text("nodejs-sdk/index.d.ts")))
    assert declared == {"MemoryServiceError", *errors}


def test_errors_of_java_are_those_of_the_specification(errors: dict[str, str]) -> None:
    found = {
        f"{path.stem.removesuffix('Exception')}Error": code
        for path in (ROOT / JAVA).glob("*Exception.java")
        for code in re.findall(r'String code\(\) \{\s+return "(\w+)";', path.read_text(encoding="utf-8"))
    }
    assert found == errors


def test_the_version_of_java_is_that_of_python() -> None:
    (stated,) = re.findall(r"^  <version>(.+)</version>$", text("java-sdk/pom.xml"), re.MULTILINE)
    assert f'CURRENT = "{memory.__version__}";' in text(f"{JAVA}/Version.java")
    assert stated == memory.__version__


def test_vectors_may_expect_each_error_and_no_other(errors: dict[str, str]) -> None:
    schema = text("spec/schemas/vectors.schema.json")
    (codes,) = re.findall(r'"enum": (\["configuration",[^\]]*\])', schema)
    assert set(json.loads(codes)) == {*errors.values(), *OF_THE_KIT}


def test_the_command_ends_with_an_exit_code_for_each_error(errors: dict[str, str]) -> None:
    assert set(EXIT_CODES) - OWN_CODES == set(errors.values()) - {"batch"}  # of which it has none


def test_storage_classes_are_the_same() -> None:
    assert listed("nodejs-sdk/lib/core/options.js", "STORAGE_CLASSES") == list(STORAGE_CLASSES)
    (java,) = re.findall(r"STORAGE_CLASSES =\s+List\.of\((.*)\);", text(f"{JAVA}/Options.java"))
    assert re.findall(r'"(\w+)"', java) == list(STORAGE_CLASSES)
    clause = text("spec/README.md").partition("**OBJ-5**")[2].partition("\n- ")[0]
    named = list(dict.fromkeys(re.findall(r"`([A-Z_]+)`", clause)))
    assert named == ["STORAGE_CLASS", *STORAGE_CLASSES]


def test_days_of_tags_are_those_that_the_bucket_sweeps() -> None:
    days = [str(day) for day in TTL_DAYS]
    assert listed("nodejs-sdk/lib/core/options.js", "TTL_DAYS") == days
    rules = re.findall(
        r"Key: ttl-days, Value: '(\d+)'.*\n +ExpirationInDays: (\d+)", text("infra/template.yaml")
    )
    assert rules == [(day, day) for day in days]


def test_policies_mean_the_keys_that_writers_make() -> None:
    place = place_of("shop", changes=True)
    guarded = re.findall(
        r"Resource: !Sub '\$\{Bucket\.Arn\}/(\*/\*\.changes/\*)'", text("infra/template.yaml")
    )
    assert guarded
    for key in (
        object_key("public", place, "a/b"),
        tag_record_key("private", place, "a/b"),
        record_key("public", place),
    ):
        assert all(fnmatchcase(key, pattern) for pattern in guarded)
        assert not any(fnmatchcase(key.replace(place, "shop"), pattern) for pattern in guarded)


def test_a_role_of_a_service_has_both_of_its_places() -> None:
    granted = re.findall(r"\$\{Bucket\.Arn\}/((?:public|private)/[^'/*$]+)/\*'", text("infra/template.yaml"))
    plain = {place for place in granted if not place.endswith(".changes")}
    assert plain
    assert {f"{place}.changes" for place in plain} == {
        place for place in granted if place.endswith(".changes")
    }

"""Documents that were written are read strictly, and independently of every SDK."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.answers import FailureError
from conformance.checks import check_document
from conformance.meaning import MeaningError, written


def document(type_: str, value: str, more: str = "") -> str:
    return f'{{"v":1,"type":"{type_}","value":{value},"write":"9f86d081884c7d65"{more}}}'


TAGGED = ',"tagged":true'
VALUES: dict[str, Any] = {
    document("null", "null"): ["null"],
    document("bool", "true"): ["bool", True],
    document("int", "9007199254740991"): ["int", "9007199254740991"],
    document("int", '{"$int":"-9007199254740992"}', TAGGED): ["int", "-9007199254740992"],
    document("float", "1.0"): ["float", "3ff0000000000000"],
    document("float", "1e0"): ["float", "3ff0000000000000"],
    document("float", '{"$float":"1.0"}', TAGGED): ["float", "3ff0000000000000"],
    document("float", '{"$float":"1e20"}', TAGGED): ["float", "4415af1d78b58c40"],
    document("float", '{"$float":"NaN"}', TAGGED): ["float", "7ff8000000000000"],
    document("float", '{"$float":"-Infinity"}', TAGGED): ["float", "fff0000000000000"],
    document("float", '{"$float":"-0.0"}', TAGGED): ["float", "8000000000000000"],
    document("bytes", '{"$bytes":"AP8="}', TAGGED): ["bytes", "00ff"],
    document("str", '"\\ud83d\\ude00"'): ["str", "😀"],
    document("list", '[1,"1",[]]'): ["list", [["int", "1"], ["str", "1"], ["list", []]]],
    document("dict", '{"b":1,"a":{}}'): ["dict", [["a", ["dict", []]], ["b", ["int", "1"]]]],
    document("dict", '{"$int":"5","b":1}'): ["dict", [["$int", ["str", "5"]], ["b", ["int", "1"]]]],
    document("dict", '{"$dict":{"$int":"5"}}', TAGGED): ["dict", [["$int", ["str", "5"]]]],
}
REFUSED = {
    "": "ENV-1",
    "{}x": "ENV-1",
    "[]": "ENV-2",
    "\ufeff" + document("null", "null"): "ENV-1",
    document("float", "NaN"): "ENV-1",
    '{"v":1,"type":"null","value":null}': "ENV-2: write is missing",
    '{"v":1,"type":"null","value":null,"write":"9F86D081884C7D65"}': "ENV-2: write is 9F86",
    '{"v":1,"type":"null","value":null,"write":5}': "ENV-2: write is 5",
    document("null", "null", ',"v":1'): "ENV-2: a member is written twice",
    document("dict", '{"a":1,"a":1}'): "ENV-2: a member is written twice",
    document("float", "5"): "ENV-2: type is float, but the value is int",
    document("bool", "1"): "ENV-2: type is bool",
    document("int", "9007199254740992"): "INT-1",
    document("list", "[9007199254740992]"): "INT-1",
    document("int", "-0"): "INT-1",
    document("int", "1" * 5000): "INT-1",
    document("float", "1e999"): "FLT-1",
    document("float", "-0.0"): "TAG-3",
    document("str", '"\\ud800"'): "VAL-5",
    document("dict", '{"\\ud800":1}'): "VAL-5",
    document("null", "null", TAGGED): "TAG-1: tagged is True, with 0",
    document("null", "null", ',"tagged":false'): "TAG-1: tagged is False, with 0",
    document("bytes", '{"$bytes":"AP8="}'): "TAG-1: tagged is None, with 1",
    document("bytes", '{"$bytes":"AP8="}', ',"tagged":1'): "TAG-1: tagged is 1",
    document("dict", '{"$int":"5"}'): "TAG-4",
    document("dict", '{"$other":"5"}', TAGGED): "TAG-1",
    document("int", '{"$int":9007199254740991}', TAGGED): "TAG-1",
    document("int", '{"$int":"42"}', TAGGED): "TAG-4",
    document("int", '{"$int":"009007199254740993"}', TAGGED): "TAG-4",
    document("int", f'{{"$int":"{"1" * 4301}"}}', TAGGED): "TAG-4",
    document("float", '{"$float":"5"}', TAGGED): "TAG-3",
    document("float", '{"$float":"nan"}', TAGGED): "TAG-3",
    document("bytes", '{"$bytes":"AP9="}', TAGGED): "TAG-5",
    document("bytes", '{"$bytes":"AP8"}', TAGGED): "TAG-5",
    document("bytes", '{"$bytes":"AP8=\\n"}', TAGGED): "TAG-5",
    document("bytes", '{"$bytes":"-_8="}', TAGGED): "TAG-5",
    document("dict", '{"$dict":{"a":1}}', TAGGED): "TAG-6",
    document("dict", '{"$dict":{"$a":1,"b":1}}', TAGGED): "TAG-6",
    document("dict", '{"$dict":5}', TAGGED): "TAG-6",
    document("list", "[" * 990 + "]" * 990): "VAL-6",
    document("list", "[" * 100_000 + "]" * 100_000): "VAL-6",
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_a_document_has_its_value(text: str, value: Any) -> None:
    assert written(text).value == value


@pytest.mark.parametrize(("text", "clause"), REFUSED.items())
def test_what_no_writer_may_write_is_refused_by_its_clause(text: str, clause: str) -> None:
    with pytest.raises(MeaningError, match="^" + clause):
        written(text)


ONE = document("int", "1")


@pytest.mark.parametrize(
    ("expected", "actual", "code"),
    [
        (ONE, '{"write":"0000000000000000","value":1,"type":"int","v":1}', ""),
        (document("float", "1e20"), document("float", '{"$float":"1e+20"}', TAGGED), ""),
        (ONE, document("int", "2"), "mismatch"),
        (ONE, document("float", "1.0"), "mismatch"),
        (ONE, document("int", "1", ',"expires_at":5'), "mismatch"),
        (ONE, ONE.replace('"v":1', '"v":2'), "mismatch"),
        (ONE, "", "invalid_document"),
    ],
)
def test_documents_are_equal_if_they_say_the_same(expected: str, actual: str, code: str) -> None:
    if not code:
        check_document(expected, actual)
        return
    with pytest.raises(FailureError) as raised:
        check_document(expected, actual)
    assert raised.value.code == code

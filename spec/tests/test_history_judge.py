"""What the judge says of histories that were written by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from history.judge import judge
from history.operation import Operation, read, written

R, C, S, T = "register/r", "counter/c", "set/s", "tag/t"


def put(service: str, value: str, began: float, ended: float, **more: Any) -> Operation:
    return Operation(service, "put", R, began, ended, value=value, **more)


def remove(service: str, began: float, ended: float, **more: Any) -> Operation:
    return Operation(service, "remove", R, began, ended, **more)


def get(service: str, value: Any, began: float, ended: float | None = None, **more: Any) -> Operation:
    name = {"name": R, **more}
    return Operation(
        service, "get", began=began, ended=began + 0.1 if ended is None else ended, value=value, **name
    )


def count(service: str, value: int | None, began: float, ended: float, **more: Any) -> Operation:
    return Operation(service, "increment", C, began, ended, value=value, **more)


def add(service: str, value: str, began: float, ended: float, **more: Any) -> Operation:
    return Operation(service, "update", S, began, ended, value=value, **more)


def invalidate(service: str, began: float, ended: float, **more: Any) -> Operation:
    return Operation(service, "invalidate", T, began, ended, **more)


def probe(service: str, asked: int | None, began: float, **more: Any) -> Operation:
    return get(service, None, began, name="blackout/0", asked=asked, **more)


OLD, NEW = put("w", "old", 0, 1), put("w", "new", 10, 11)
TAGGED, AGAIN = put("w", "old", 0, 1, tags=(T,)), put("w", "new", 20, 21, tags=(T,))
FORGET = invalidate("i", 10, 11)
# Of another name, under way while OLD was replaced.
OTHER = get("o", None, 10.5, 14, name="register/other")

CLEAN: dict[str, list[Operation]] = {
    "another reader sees the old value within the bound": [OLD, NEW, get("r", "old", 16.9)],
    "a stale copy is served while S3 is out of order": [
        OLD,
        NEW,
        get("r", "old", 300, source="stale", stale=300),
    ],
    "the writer reads what it wrote": [OLD, NEW, get("w", "new", 11.5)],
    "an invalidated value within the bound": [TAGGED, FORGET, get("r", "old", 16.9)],
    "an invalidated value is a miss": [TAGGED, FORGET, get("i", None, 11.1), get("r", None, 30)],
    "what the invalidation may have come before": [
        put("w", "x", 0, 10.5, tags=(T,)),
        FORGET,
        get("i", "x", 12),
        get("r", "x", 30),
    ],
    "an invalidation with an unknown outcome may never show": [
        TAGGED,
        invalidate("i", 10, 11, outcome="unknown"),
        get("i", "old", 12),
        get("r", "old", 30),
    ],
    "or late": [TAGGED, invalidate("i", 10, 11, outcome="unknown"), get("r", None, 30)],
    "a value without the tag is what it was": [OLD, FORGET, get("i", "old", 12), get("r", "old", 30)],
    "a late read of another value with the tag has brought the record of before to an edge": [
        TAGGED,
        dataclasses.replace(TAGGED, name="register/other", value="else"),
        FORGET,
        OTHER,
        get("r", "old", 18.9),
    ],
    "a stale copy of an invalidated value": [TAGGED, FORGET, get("r", "old", 300, source="stale", stale=300)],
    "a put if absent after the invalidation": [
        TAGGED,
        FORGET,
        put("a", "x", 12, 13, condition="absent", tags=(T,)),
        get("a", "x", 14),
    ],
    "a put if absent while the value is invalidated": [
        TAGGED,
        FORGET,
        put("a", "x", 10.5, 12, condition="absent", outcome="conflict"),
    ],
    "two puts if absent with an invalidation between": [
        put("a", "x", 0, 10.8, condition="absent", tags=(T,)),
        FORGET,
        put("b", "y", 10.5, 12, condition="absent", tags=(T,)),
    ],
    "a miss because S3 has told the object so": [
        TAGGED,
        FORGET,
        get("r", None, 18),
        AGAIN,
        get("r", None, 25),
    ],
    "a set begins anew": [
        add("a", "x", 0, 1, tags=(T,), shown=("x",)),
        FORGET,
        add("a", "y", 12, 13, tags=(T,), shown=("y",)),
        get("a", ("y",), 14, name=S, consistent=True),
    ],
    "what is invalidated while an update is under way may be there or not": [
        add("a", "x", 0, 10.5, tags=(T,), shown=("x",)),
        FORGET,
        get("i", ("x",), 12, name=S),
        get("j", None, 12, name=S),
    ],
    "of two puts at the same time either may be the last": [
        put("a", "x", 0, 2),
        put("b", "y", 1, 3),
        get("a", "y", 4),
        get("b", "y", 4),
        get("a", "y", 20),
    ],
    "a late read of another name has brought the change record of before to an edge": [
        OLD,
        NEW,
        dataclasses.replace(OTHER, record=True),
        get("r", "old", 19.9, record=True),
    ],
    "a put with an unknown outcome may show late": [
        OLD,
        put("x", "lost", 2, 3, outcome="unknown"),
        NEW,
        get("w", "lost", 20),
        get("r", "lost", 30),
    ],
    "a put with an unknown outcome may never show": [
        OLD,
        put("w", "lost", 2, 3, outcome="unknown"),
        get("w", "old", 5),
    ],
    "a miss before the first put": [get("r", None, 0), put("w", "x", 0.05, 1)],
    "a miss after the removal": [OLD, remove("w", 2, 3), get("w", None, 4), get("r", None, 30)],
    "a removed value within the bound": [OLD, remove("w", 2, 3), get("r", "old", 8)],
    "a miss after the end of the value": [
        put("w", "x", 0, 1, ttl=5),
        get("w", None, 5.5),
        get("r", None, 50),
    ],
    "a value that has nearly ended": [put("w", "x", 0, 1, ttl=5), get("r", "x", 5.9)],
    "a miss by a copy that was fetched after the end of the value": [
        put("w", "x", 0, 1, ttl=5),
        get("q", None, 5.5),
        put("w", "y", 6, 6.5),
        get("r", None, 7),
    ],
    "a miss by a copy that came after the end, late": [
        put("w", "x", 0, 1, ttl=5),
        get("q", "x", 4, 6),
        put("w", "y", 4.5, 5),
        get("r", None, 7),
    ],
    "a miss by a copy that was fetched after the end, maybe at the same point of presence": [
        put("w", "x", 0, 1, ttl=5),
        get("q", None, 5.5),
        put("w", "y", 6, 6.5),
        get("r", None, 7, pop=1),
    ],
    "a miss because S3 has told the object so when it wrote": [
        put("w", "x", 0, 1, ttl=5),
        put("r", "z", 5.5, 5.8, condition="version", replaces="gone", outcome="conflict"),
        put("w", "y", 6, 6.5),
        get("r", None, 7),
    ],
    "edges that fail are asked three times, and then once in ten seconds": [
        *(probe("r", 1, second) for second in range(3)),
        *(probe("r", 0, second) for second in range(3, 12)),
        probe("r", 1, 12.5),
        probe("r", None, 12.5),
        probe("r", 0, 13),
        probe("r", 1, 23),
    ],
    "three at the same time ask before anybody knows": [
        probe("r", 1, 0),
        probe("r", 1, 1),
        probe("r", 3, 2),
        probe("r", 0, 3),
    ],
    "each object asks for itself": [probe(who, 3, 0) for who in "rst"],
    "a get that is slow, within its deadline and what a machine may lose": [get("r", None, 0, took=9.9)],
    "an update that takes long": [add("a", "x", 0, 1, took=60)],
    "a miss while what replaces the ended value is put": [
        put("w", "x", 0, 1, ttl=5),
        put("w", "y", 6, 8),
        get("r", None, 7, 9),
    ],
    "a copy that came late was fetched before the put": [
        OLD,
        NEW,
        get("r", "old", 10.5, 15),
        get("s", "old", 20),
    ],
    "a put after a failure to read": [OLD, get("r", None, 2, outcome="failed"), NEW, get("r", "new", 12)],
    "if absent after the end": [
        put("a", "x", 0, 1, ttl=2),
        put("b", "y", 3, 4, condition="absent"),
        get("b", "y", 5),
    ],
    "if absent while a removal runs": [OLD, remove("a", 2, 5), put("b", "y", 4, 6, condition="absent")],
    "if absent is refused while a put runs": [
        put("a", "x", 0, 2),
        put("b", "y", 1, 3, condition="absent", outcome="conflict"),
    ],
    "if absent is refused for what may have been put": [
        put("a", "x", 0, 2, outcome="unknown"),
        put("b", "y", 5, 6, condition="absent", outcome="conflict"),
    ],
    "if version": [OLD, put("a", "x", 2, 3, condition="version", replaces="old"), get("a", "x", 4)],
    "if version is refused for what has been replaced": [
        OLD,
        NEW,
        put("a", "x", 12, 13, condition="version", replaces="old", outcome="conflict"),
    ],
    "a refused put shows whose trace was wiped before its writer looked": [
        OLD,
        put("a", "x", 2, 8, condition="version", replaces="old", outcome="conflict"),
        get("r", "x", 4),
        remove("b", 5, 6),
    ],
    "a put that is sent again restores its version while it runs": [
        put("w", "old", 0, 9),
        put("a", "x", 2, 3, condition="version", replaces="old"),
        put("b", "y", 10, 11, condition="version", replaces="old"),
    ],
    "counting": [
        count("a", 1, 0, 1),
        count("b", 3, 1, 4),
        count("a", 2, 2, 3),
        get("b", 3, 5, name=C, consistent=True),
        get("r", 1, 8, name=C),
        get("a", 2, 5, name=C),
    ],
    "an increment with an unknown outcome may count or not": [
        count("a", 1, 0, 1),
        count("a", None, 2, 3, outcome="unknown"),
        count("b", 3, 4, 5),
        get("b", 3, 6, name=C),
    ],
    "adding": [
        add("a", "x", 0, 1),
        add("b", "y", 0, 1),
        get("c", ("x",), 2, name=S),
        get("c", ("x", "y"), 8, name=S),
        get("a", ("x", "y"), 9, name=S, consistent=True),
    ],
}

VIOLATIONS: dict[str, tuple[str, list[Operation]]] = {
    "the writer reads what it has replaced": ("stale own read", [OLD, NEW, get("w", "old", 11.5)]),
    "the writer misses what it has put": ("stale own read", [OLD, get("w", None, 2)]),
    "the writer reads what it has removed": ("stale own read", [OLD, remove("w", 2, 3), get("w", "old", 4)]),
    "a reader goes back": ("backward read", [OLD, NEW, get("r", "new", 12), get("r", "old", 12.5)]),
    "a reader goes back to before the first put": (
        "backward read",
        [OLD, get("r", "old", 2), get("r", None, 3)],
    ),
    "a reader goes back to before the first put, and somebody removes it later": (
        "backward read",
        [OLD, get("r", "old", 2), get("r", None, 3), remove("w", 4, 5)],
    ),
    "a reader sees what it has seen removed": (
        "backward read",
        [OLD, remove("w", 2, 3), get("r", None, 4), get("r", "old", 5)],
    ),
    "a reader sees the old value for too long": (
        "read older than its bound",
        [OLD, NEW, get("r", "old", 17.1)],
    ),
    "a removed value for too long": (
        "read older than its bound",
        [OLD, remove("w", 2, 3), get("r", "old", 9.1)],
    ),
    "a miss for too long": ("read older than its bound", [OLD, get("r", None, 3)]),
    "the bound is that of the value that was replaced": (
        "read older than its bound",
        [put("w", "old", 0, 1, edge_ttl=1), put("w", "new", 10, 11, edge_ttl=60), get("r", "old", 13.5)],
    ),
    "a stale copy for too long": (
        "read older than its bound",
        [OLD, NEW, get("r", "old", 320, source="stale", stale=300)],
    ),
    "a miss by a copy that was fetched before the end of the value": (
        "miss by an expired copy",
        [put("w", "x", 0, 1, ttl=5), get("q", "x", 4), put("w", "y", 6, 6.5), get("r", None, 7)],
    ),
    "a miss by a copy that was fetched before the end, though another was fetched elsewhere": (
        "miss by an expired copy",
        [
            put("w", "x", 0, 1, ttl=5),
            get("q", "x", 4, pop=1),
            get("q", None, 5.5, pop=0),
            put("w", "y", 6, 6.5),
            get("r", None, 7, pop=1),
        ],
    ),
    "a miss by a copy of what had been replaced before its end": (
        "miss by an expired copy",
        [put("w", "x", 0, 1, ttl=5), put("w", "y", 4, 4.5), get("r", None, 6)],
    ),
    "a miss by a copy that was fetched after the end for too long": (
        "read older than its bound",
        [put("w", "x", 0, 1, ttl=5), get("q", None, 5.5), put("w", "y", 6, 6.5), get("r", None, 12.6)],
    ),
    "an edge that fails is asked a fourth time": (
        "edge asked too often",
        [probe("r", 3, 0), probe("r", 1, 9.5)],
    ),
    "an edge that fails is asked twice after ten seconds": (
        "edge asked too often",
        [probe("r", 3, 0), probe("r", 2, 11)],
    ),
    "an edge that fails is asked again after it was tried": (
        "edge asked too often",
        [probe("r", 3, 0), probe("r", 1, 11), probe("r", 1, 20)],
    ),
    "a get that takes longer than its deadline": ("late answer", [get("r", None, 0, took=10.1)]),
    "a get with a deadline of its own": ("late answer", [get("r", None, 0, took=6.5, deadline=1.0)]),
    "a value that has ended": ("read past its expiry", [put("w", "x", 0, 1, ttl=5), get("r", "x", 6.1)]),
    "a stale copy of a value that has ended": (
        "read past its expiry",
        [put("w", "x", 0, 1, ttl=5), get("r", "x", 6.1, source="stale", stale=300)],
    ),
    "a consistent read of the old value": (
        "stale consistent read",
        [OLD, NEW, get("r", "old", 12, consistent=True)],
    ),
    "a consistent read older than another read": (
        "stale consistent read",
        [OLD, put("w", "new", 10, 20), get("a", "new", 12), get("b", "old", 13, consistent=True)],
    ),
    "a value from nowhere": ("read of what nobody wrote", [OLD, get("r", "other", 2)]),
    "a value from the future": ("read of what nobody wrote", [get("r", "old", -1, -0.5), OLD]),
    "a value whose put was refused": (
        "read of what nobody wrote",
        [OLD, put("a", "x", 2, 3, condition="absent", outcome="conflict"), get("r", "x", 4)],
    ),
    "if absent over a value": ("conditional put", [OLD, put("a", "x", 2, 3, condition="absent")]),
    "if absent twice at the same time": (
        "conditional put",
        [put("a", "x", 0, 2, condition="absent"), put("b", "y", 1, 3, condition="absent")],
    ),
    "if absent is refused though nothing is there": (
        "conditional put",
        [OLD, remove("w", 2, 3), put("a", "x", 4, 5, condition="absent", outcome="conflict")],
    ),
    "if version over another version": (
        "conditional put",
        [OLD, NEW, put("a", "x", 12, 13, condition="version", replaces="old")],
    ),
    "if version is refused though it is the version": (
        "conditional put",
        [OLD, put("a", "x", 2, 3, condition="version", replaces="old", outcome="conflict")],
    ),
    "a version is replaced twice": (
        "lost update",
        [
            OLD,
            put("a", "x", 2, 4, condition="version", replaces="old"),
            put("b", "y", 3, 5, condition="version", replaces="old"),
        ],
    ),
    "two increments have one result": (
        "lost update",
        [count("a", 1, 0, 2), count("b", 2, 1, 3), count("c", 2, 1, 4)],
    ),
    "an increment returns what had been passed": (
        "lost update",
        [
            count("a", 1, 0, 1),
            count("a", 2, 1, 2),
            count("x", None, 1, 2, outcome="unknown"),
            count("a", 3, 2, 3),
            count("b", 1, 4, 5),
        ],
    ),
    "an increment counts twice": ("lost update", [count("a", 2, 0, 1)]),
    "an increment is lost": (
        "lost update",
        [count("a", 1, 0, 2), count("b", 2, 1, 3), get("c", 1, 4, name=C, consistent=True)],
    ),
    "a counter that its own object has counted further": (
        "stale own read",
        [count("a", 1, 0, 1), count("a", 2, 2, 3), get("a", 1, 4, name=C)],
    ),
    "a counter that goes back": (
        "backward read",
        [count("a", 1, 0, 1), count("a", 2, 2, 3), get("r", 2, 4, name=C), get("r", 1, 5, name=C)],
    ),
    "a counter that is old": (
        "read older than its bound",
        [count("a", 1, 0, 1), count("a", 2, 2, 3), get("r", 1, 9.1, name=C)],
    ),
    "without a change record a late read of another name explains nothing": (
        "read older than its bound",
        [OLD, NEW, OTHER, get("r", "old", 19.9)],
    ),
    "an invalidated value beyond the bound": (
        "read of what was invalidated",
        [TAGGED, FORGET, get("r", "old", 17.1)],
    ),
    "whatever the edge TTL of the value": (
        "read of what was invalidated",
        [put("w", "old", 0, 1, tags=(T,), edge_ttl=60), FORGET, get("r", "old", 17.1)],
    ),
    "a late read of a value without the tag explains nothing": (
        "read of what was invalidated",
        [TAGGED, FORGET, OTHER, get("r", "old", 18.9)],
    ),
    "one tag of several is enough": (
        "read of what was invalidated",
        [put("w", "old", 0, 1, tags=("tag/other", T)), FORGET, get("r", "old", 17.1)],
    ),
    "what its own object has invalidated": (
        "read of what was invalidated",
        [TAGGED, FORGET, get("i", "old", 11.1)],
    ),
    "a consistent read of what was invalidated": (
        "read of what was invalidated",
        [TAGGED, FORGET, get("r", "old", 11.1, consistent=True)],
    ),
    "a read that goes back behind the record of a value": (
        "read of what was invalidated",
        [
            TAGGED,
            FORGET,
            put("w", "else", 12, 13, tags=(T,)),
            dataclasses.replace(get("r", "else", 13.5), name="register/other"),
            dataclasses.replace(put("w", "else", 12, 13, tags=(T,)), name="register/other"),
            dataclasses.replace(TAGGED, name="register/third", value="third"),
            get("r", "third", 14, name="register/third"),
        ],
    ),
    "a read that goes back behind the record of its own put": (
        "read of what was invalidated",
        [
            TAGGED,
            FORGET,
            dataclasses.replace(put("r", "else", 12, 13, tags=(T,)), name="register/other"),
            get("r", "old", 14),
        ],
    ),
    "what was invalidated between computing and the put": (
        "read of what was invalidated",
        [add("a", "x", 0, 1, tags=(T,), invalidates=(T,), shown=("x",)), get("r", ("x",), 7.1, name=S)],
    ),
    "what an update invalidated of others": (
        "read of what was invalidated",
        [TAGGED, add("a", "x", 10, 11, tags=(T,), invalidates=(T,), shown=("x",)), get("r", "old", 17.1)],
    ),
    "an update of what was invalidated": (
        "update of what was invalidated",
        [
            add("a", "x", 0, 1, tags=(T,), shown=("x",)),
            FORGET,
            add("b", "y", 12, 13, tags=(T,), shown=("x", "y")),
        ],
    ),
    "a put if absent is refused after the invalidation": (
        "conditional put",
        [TAGGED, FORGET, put("a", "x", 12, 13, condition="absent", outcome="conflict")],
    ),
    "a put if absent before the invalidation": (
        "conditional put",
        [TAGGED, put("a", "x", 8, 9, condition="absent"), FORGET],
    ),
    "a value with tags is gone though nobody has invalidated them": (
        "miss without an invalidation",
        [TAGGED, get("r", None, 30)],
    ),
    "or before somebody did": (
        "miss without an invalidation",
        [TAGGED, get("r", None, 9), FORGET],
    ),
    "an untagged value is gone after an invalidation": (
        "read older than its bound",
        [OLD, FORGET, get("r", None, 30)],
    ),
    "a miss by what was invalidated, though something else was there": (
        "miss without an invalidation",
        [TAGGED, FORGET, get("q", None, 18), AGAIN, get("r", None, 25)],
    ),
    "an addition is lost": (
        "lost update",
        [add("a", "x", 0, 2), add("b", "y", 1, 3), get("c", ("y",), 4, name=S, consistent=True)],
    ),
    "a set without what its own object added": (
        "stale own read",
        [add("a", "x", 0, 2), get("a", (), 3, name=S)],
    ),
    "a set that shrinks": (
        "backward read",
        [add("a", "x", 0, 1), get("r", ("x",), 2, name=S), get("r", None, 3, name=S)],
    ),
    "a set that is old": (
        "read older than its bound",
        [add("a", "x", 0, 1), add("a", "y", 2, 3), get("r", ("x",), 9.1, name=S)],
    ),
    "a word that nobody added": (
        "read of what nobody wrote",
        [add("a", "x", 0, 1), get("r", ("x", "y"), 2, name=S)],
    ),
}


@pytest.mark.parametrize("history", CLEAN.values(), ids=CLEAN)
def test_nothing_is_said_of_a_clean_history(history: list[Operation]) -> None:
    assert judge(history) == []


@pytest.mark.parametrize(("rule", "history"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_violation_is_named(rule: str, history: list[Operation]) -> None:
    found = judge(history)
    assert [violation.rule for violation in found] == [rule]
    assert str(found[0].operation) in str(found[0])


def test_a_change_record_explains_no_more_than_it_may() -> None:
    history = [OLD, NEW, dataclasses.replace(OTHER, record=True), get("r", "old", 20.1, record=True)]
    assert [violation.rule for violation in judge(history)] == ["read older than its bound"]


def test_other_names_and_the_order_of_the_list_do_not_matter() -> None:
    operations: list[Operation] = []
    for number, (_, history) in enumerate(VIOLATIONS.values()):
        operations += [_renamed(one, number) for one in history]
    operations.sort(key=lambda one: (one.value is None, str(one.value), one.ended))
    assert len(judge(operations)) == len(VIOLATIONS)


def _renamed(one: Operation, number: int) -> Operation:
    tags, invalidates = (tuple(f"{tag}/{number}" for tag in tags) for tags in (one.tags, one.invalidates))
    return dataclasses.replace(one, name=f"{one.name}/{number}", tags=tags, invalidates=invalidates)


def test_a_history_is_read_as_it_was_written() -> None:
    operations = [one for _, history in VIOLATIONS.values() for one in history]
    assert read(written(operations)) == operations

"""What a session makes of answers that overtake each other; found by the random histories of spec/history."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from memory._answer import Answer
from memory._envelope import Envelope
from memory._session import Record, Session
from memory._stats import Stats

NAME = "a"


@pytest.fixture
def session() -> Session:
    return Session(lambda _: Stats())


def value(version: str, stored_at: float) -> tuple[Answer, Envelope]:
    headers = {"etag": f'"{version}"', "last-modified": formatdate(stored_at, usegmt=True)}
    return Answer(b"{}", "s3", headers), Envelope(1, "int", "0" * 16, None, (), 0)


def miss(date: float) -> tuple[Answer, None]:
    return Answer(None, "s3", {"date": formatdate(date, usegmt=True)}), None


def accepts(session: Session, answer: tuple[Answer, Envelope | None]) -> bool:
    return session.accepts(NAME, answer[0], started=1000.0)


def test_a_later_miss_of_the_edge_hides_what_was_put_and_removed_between(session: Session) -> None:
    session.learn_from_s3(NAME, *miss(100), session.view(NAME, 100), 100)
    session.learn(NAME, *miss(200), 200)

    assert not accepts(session, value("between", 150))
    assert accepts(session, value("after", 201))


def test_two_reads_that_contradict_each_other_make_the_state_unknown(session: Session) -> None:
    view = session.view(NAME, 100)
    session.learn(NAME, *value("edge", 90), 95)

    assert not session.learn_from_s3(NAME, *value("s3", 90), view, 101)
    assert not accepts(session, value("edge", 90))
    assert not accepts(session, value("newer", 900))


def test_two_reads_of_one_version_leave_it_known(session: Session) -> None:
    view = session.view(NAME, 100)
    session.learn(NAME, *value("same", 90), 95)
    session.learn_from_s3(NAME, *value("same", 90), view, 101)

    assert accepts(session, value("same", 90))


def test_two_misses_count_as_the_later_one(session: Session) -> None:
    first, second = session.view(NAME, 100), session.view(NAME, 100)
    session.learn_from_s3(NAME, *miss(200), first, 101)
    session.learn_from_s3(NAME, *miss(300), second, 102)

    assert not accepts(session, value("between", 250))
    assert accepts(session, value("after", 301))


def test_a_read_that_was_made_while_names_were_forgotten_makes_the_state_unknown(session: Session) -> None:
    view = session.view(NAME, 100)
    session.forget("", 101)
    session.learn_from_s3(NAME, *value("s3", 90), view, 102)

    assert not accepts(session, value("fetched since", 50))


def test_a_read_during_a_put_leaves_the_order_of_the_two_open(session: Session) -> None:
    session.begin(NAME, 100)
    session.learn_from_s3(NAME, *value("other", 100), session.view(NAME, 100), 101)

    assert not session.end(NAME, 102, Record("own", 101, 102))
    assert not accepts(session, value("own", 101))


def test_a_read_during_a_put_of_what_was_known_before_is_older_than_the_put(session: Session) -> None:
    session.learn_from_s3(NAME, *value("before", 90), session.view(NAME, 95), 95)
    session.begin(NAME, 100)
    session.learn_from_s3(NAME, *value("before", 90), session.view(NAME, 100), 101)

    assert session.end(NAME, 102, Record("own", 101, 102))
    assert accepts(session, value("own", 101))

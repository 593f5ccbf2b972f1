"""The rule as its parts, so that each can be left out: what a model without it finds proves that it looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FOREVER = 1e12


@dataclass(frozen=True)
class Rule:
    """What writers and readers do, times in seconds.

    Attributes:
        announces_first: a writer announces before it writes, and not after.
        signs_with_announced: a write is signed with the time of its announcement.
        expires: how long S3 begins what was signed.
        breaks_off: how long after its announcement an upload may last.
        merges: the record is put on the condition that it is what was read.
        lead: how far ahead the first record is, as it covers what was lost with older ones; grants are shorter here.
        announces_grants: who lets others write announces until when.
        quiet: how long after an announcement no copy is confirmed.
        heeds_since: a bucket without a time has that of `since`.
        heeds_buckets: buckets count.
        heeds_all: what was announced for everything counts.
        ages: a copy is as old as its answer says.
        counts_exchange: a copy was read when its request began, and not when the answer arrived.
        counts_second_tier: a copy may be older than its answer says, by its `max-age`.
        own_puts: the least time after which an own put counts as read, None for never.
        believes_restored: a record counts though it was stored long after it was announced.
        believes_others: a record counts though it is of another place.
        keeps_time_of_newest: of two records the later is kept, not the text of one with the time of the other.
        judges_after: a copy counts as read when the record was, and not when that arrived.
        distrusts: who sees a value that was not announced believes no record.
    """

    announces_first: bool = True
    signs_with_announced: bool = True
    expires: float = 20
    breaks_off: float = 80
    merges: bool = True
    lead: int = 400
    announces_grants: bool = True
    quiet: float = 120
    heeds_since: bool = True
    heeds_buckets: bool = True
    heeds_all: bool = True
    ages: bool = True
    counts_exchange: bool = True
    counts_second_tier: bool = True
    own_puts: float | None = None
    believes_restored: bool = False
    believes_others: bool = False
    keeps_time_of_newest: bool = True
    judges_after: bool = True
    distrusts: bool = True


class Left(NamedTuple):
    """A rule with a part left out, and the theme of the trials that must notice it."""

    rule: Rule
    theme: str


RULE = Rule()
LEFT_OUT: Mapping[str, Left] = {
    "write before announcement": Left(replace(RULE, announces_first=False), "no accidents"),
    "signed with another time": Left(replace(RULE, signs_with_announced=False), "frozen"),
    "no expiry": Left(replace(RULE, expires=FOREVER), "frozen"),
    "signature too long": Left(replace(RULE, expires=300), "frozen"),
    "upload not broken off": Left(replace(RULE, breaks_off=FOREVER), "no accidents"),
    "merge by last writer": Left(replace(RULE, merges=False), "no accidents"),
    "first record without a lead": Left(replace(RULE, lead=0), "deleted"),
    "grants not announced": Left(replace(RULE, announces_grants=False), "no accidents"),
    "no quiet time": Left(replace(RULE, quiet=0), "no accidents"),
    "quiet time of 40 s": Left(replace(RULE, quiet=40), "frozen"),
    "since ignored": Left(replace(RULE, heeds_since=False), "deleted"),
    "bucket ignored": Left(replace(RULE, heeds_buckets=False), "no accidents"),
    "all ignored": Left(replace(RULE, heeds_all=False), "no accidents"),
    "age ignored": Left(replace(RULE, ages=False), "no accidents"),
    "f from arrival": Left(replace(RULE, counts_exchange=False), "slow"),
    "second tier ignored": Left(replace(RULE, counts_second_tier=False), "tiers"),
    "confirmation by an own put": Left(replace(RULE, own_puts=120), "no accidents"),
    "restored record believed": Left(replace(RULE, believes_restored=True), "restored"),
    "record of another place believed": Left(replace(RULE, believes_others=True), "copied"),
    "r of an older edge taken": Left(replace(RULE, keeps_time_of_newest=False), "roaming"),
    "r from arrival": Left(replace(RULE, judges_after=False), "no accidents"),
    "no distrust": Left(replace(RULE, distrusts=False), "foreign"),
}

"""What a service has done so far."""

from __future__ import annotations


class Stats:
    """Counts since the service was made, and what its memory holds now.

    Attributes:
        memory_hits: Gets served from memory.
        edge_reads: Reads that the edge answered with a value or a miss that was returned.
        s3_reads: Reads that S3 answered.
        stale_reads: Gets given a stale copy because S3 could not be read (STALE-2).
        shared_reads: Gets that shared the request of another (MEM-4).
        accepted_by_version: Answers of the edge accepted because they are the version known (SES-3).
        accepted_by_time: Answers of the edge accepted because they are newer than what is known (SES-3).
        sent_to_s3: Gets that had to read S3, as what the edge had could not be accepted (SES-3 to SES-5) or was stale
            (STALE-1).
        items: Values in memory.
        bytes: Bytes they count for.
        evictions: Values that memory dropped to stay within its bounds.
        confirmed: Of the gets served from memory, those that only the change record let be (CHG-16).
        records_read: Times that gets asked for the change record.
        announcements: Puts of the change record that succeeded.
        tag_reads: Answers to reads of tags' records, by the edge or S3.
        conflicts: Puts of the change record that another's had overtaken.
    """

    __slots__ = (
        "accepted_by_time",
        "accepted_by_version",
        "announcements",
        "bytes",
        "confirmed",
        "conflicts",
        "edge_reads",
        "evictions",
        "items",
        "memory_hits",
        "records_read",
        "s3_reads",
        "sent_to_s3",
        "shared_reads",
        "stale_reads",
        "tag_reads",
    )

    memory_hits: int
    edge_reads: int
    s3_reads: int
    stale_reads: int
    shared_reads: int
    accepted_by_version: int
    accepted_by_time: int
    sent_to_s3: int
    items: int
    bytes: int
    evictions: int
    confirmed: int
    records_read: int
    announcements: int
    conflicts: int
    tag_reads: int

    def __init__(self) -> None:
        for count in self.__slots__:
            setattr(self, count, 0)

    def copy(self) -> Stats:
        """Return the counts as they are now."""
        stats = Stats()
        for count in self.__slots__:
            setattr(stats, count, getattr(self, count))
        return stats

    def to_dict(self) -> dict[str, int]:
        """Return the counts by name, such as for a log line."""
        return {count: getattr(self, count) for count in self.__slots__}

    def __repr__(self) -> str:
        return f"Stats({', '.join(f'{count}={number}' for count, number in self.to_dict().items())})"

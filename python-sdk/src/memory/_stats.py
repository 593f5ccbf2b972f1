"""What a service has done so far."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
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
        sent_to_s3: Answers of the edge that were too old to accept, and replaced by a read of S3.
        items: Values in memory.
        bytes: Bytes they count for.
        evictions: Values that memory dropped to stay within its bounds.
    """

    memory_hits: int = 0
    edge_reads: int = 0
    s3_reads: int = 0
    stale_reads: int = 0
    shared_reads: int = 0
    accepted_by_version: int = 0
    accepted_by_time: int = 0
    sent_to_s3: int = 0
    items: int = 0
    bytes: int = 0
    evictions: int = 0

"""What keeps a figure from being measured.

BenchmarkError
├── ServerError: a server did not start
└── WorkerError: a measured program failed
"""

from __future__ import annotations


class BenchmarkError(Exception):
    """Base of every error of the benchmarks; the message says what, where and what to do."""


class ServerError(BenchmarkError):
    """A server did not start; the message holds the end of its log."""


class WorkerError(BenchmarkError):
    """A measured program failed or does not keep the protocol; the message holds what it said."""

"""Keeps signatures out of the log of the HTTP library, which at debug level prints each URL (KEYS-4)."""

from __future__ import annotations

import logging


class _WithoutSignatures(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_without_query(argument) for argument in record.args)
        return True


def _without_query(argument: object) -> object:
    if isinstance(argument, str) and "Signature=" in argument:
        return argument.partition("?")[0]
    return argument


_FILTER = _WithoutSignatures()


def redact_http_log() -> None:
    """Let urllib3 log the URLs of signed reads without their query; calling it again does nothing."""
    logging.getLogger("urllib3.connectionpool").addFilter(_FILTER)

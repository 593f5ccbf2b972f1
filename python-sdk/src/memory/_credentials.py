"""An AWS access key, as signatures need it."""

from __future__ import annotations

from typing import NamedTuple


class Credentials(NamedTuple):
    """An access key. Nothing of it shows in a repr.

    Attributes:
        access_key_id: Its id.
        secret_access_key: The key.
        session_token: What temporary ones have besides.
        expires_at: When they end, in Unix seconds; None if never.
    """

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    expires_at: float | None = None

    def __repr__(self) -> str:
        return "Credentials(…)"

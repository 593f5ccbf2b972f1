"""The secrets of one run: what its callers sign with, and what opens the engine."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from local_cloud import lifeline

ENGINE_HEADER = lifeline.ENGINE_HEADER.decode()
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _key_id() -> str:
    return "LCIA" + "".join(secrets.choice(_LETTERS) for _ in range(16))


@dataclass(frozen=True)
class RunKeys:
    """What nobody knows who was not told by this run; unlike the ports, which any page can try.

    Attributes:
        access_key: the id of the root's access key.
        secret_key: its secret.
        account_token: the session token of those whose access key is an account's number, as the engine has it: the
            roots of other accounts, and functions while permissions are not checked.
        engine: what the engine wants to see in the header `ENGINE_HEADER`.
    """

    access_key: str = field(default_factory=_key_id)
    secret_key: str = field(default_factory=lambda: secrets.token_hex(20))
    account_token: str = field(default_factory=lambda: secrets.token_hex(20))
    engine: str = field(default_factory=lambda: secrets.token_hex(32))

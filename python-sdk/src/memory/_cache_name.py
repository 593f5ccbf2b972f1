"""The names of cached calls, the same in every language (specification, CALL-2 to CALL-4)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from memory._canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HASH_DIGITS = 32


def cache_name(function_name: str, positional: Sequence[Any], named: Mapping[str, Any]) -> str:
    """Return the name that the result of a call is stored under.

    Args:
        function_name: The name of the function.
        positional: The arguments that have a position.
        named: Those that have only a name.

    Raises:
        UnsupportedTypeError: An argument is nothing that could be stored.
    """
    text = canonical([*positional]) + (canonical({**named}) if named else "")
    return f"cached/{function_name}/{hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]}"

r"""Text that a terminal or page shows as it is: what it would obey, hide or turn around is written out.

Escapes have JSON's form, `\u202e`. Characters that are escaped stand in JSON only inside strings, so JSON that is
escaped means what it meant.
"""

from __future__ import annotations

import codecs
import sys
import unicodedata
from contextlib import suppress

# Unicode's general categories: controls, formats (directions, joiners, zero widths, tags), line and paragraph
# separators, surrogates.
_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
_TAGS = range(0xE0000, 0xE1000)  # and selectors of variants: none is shown, those not yet assigned neither
_HANDLER = "memory-service-escape"
_BMP = 0xFFFF


def one_line(text: str) -> str:
    """Return a text as it can be shown on one line."""
    return text if _is_plain(text) else "".join(map(_shown, text))


def harmless(text: str) -> str:
    """Return a text as it can be shown, on as many lines as it has."""
    if _is_plain(text.replace("\n", "").replace("\t", "")):
        return text
    return "".join(char if char in "\n\t" else _shown(char) for char in text)


def escape_streams() -> None:
    """Let standard output and error write out what their encoding cannot say, rather than fail."""
    codecs.register_error(_HANDLER, _unencodable)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # somebody else's object, or closed
            stream.reconfigure(errors=_HANDLER)  # type: ignore[union-attr] # a test's may not know it


def _is_plain(text: str) -> bool:
    # Python calls the selectors printable.
    return text.isprintable() and (text.isascii() or ord(max(text)) < _TAGS.start)


def _shown(char: str) -> str:
    if unicodedata.category(char) in _CATEGORIES or ord(char) in _TAGS:
        return _escaped(char)
    return char


def _escaped(char: str) -> str:
    code = ord(char)
    if code <= _BMP:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_escaped, error.object[error.start : error.end])), error.end

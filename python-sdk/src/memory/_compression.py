"""Documents as they are stored: gzipped where that is smaller (specification, section 4)."""

from __future__ import annotations

import zlib

from memory._errors import CorruptValueError

MIN_GZIP_BYTES = 1024
LARGE_BYTES = (
    64 * 1024
)  # from here on, gzip's level 6 takes twice the time of level 3 and saves a tenth (OBJ-2)
_GZIP_FORMAT = 16 + zlib.MAX_WBITS


def compress(document: bytes) -> tuple[bytes, str | None]:
    """Return the bytes to store and their `Content-Encoding`, None if they are the document itself (OBJ-2)."""
    if len(document) >= MIN_GZIP_BYTES:
        deflater = zlib.compressobj(6 if len(document) < LARGE_BYTES else 3, zlib.DEFLATED, _GZIP_FORMAT)
        zipped = deflater.compress(document) + deflater.flush()
        if len(zipped) < len(document):
            return zipped, "gzip"
    return document, None


def decompress(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """Return the document of a stored body, never inflating more than `limit` bytes (OBJ-4).

    Raises:
        CorruptValueError: The document is larger than `limit`, the gzip is damaged, or the encoding is another.
    """
    encodings = _encodings(content_encoding)
    if not encodings:
        document = body
    elif encodings == ["gzip"]:
        document = _inflate(body, limit)
    else:
        raise CorruptValueError(f"the value is stored with Content-Encoding {content_encoding}, not gzip")
    if len(document) > limit:
        raise CorruptValueError(f"the stored value is larger than MAX_VALUE_BYTES ({limit})")
    return document


def _encodings(content_encoding: str | None) -> list[str]:
    """Return the encodings of a body, without what says nothing about it: some stores keep `aws-chunked` (OBJ-2)."""
    if content_encoding in (None, "", "gzip"):
        return [content_encoding] if content_encoding else []
    tokens = [token.strip().lower() for token in str(content_encoding).split(",")]
    return [token for token in tokens if token not in ("", "identity", "aws-chunked")]


def _inflate(body: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(_GZIP_FORMAT)
    try:
        document = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise CorruptValueError(f"the stored gzip is damaged: {error}") from None
    if len(document) <= limit and (not inflater.eof or inflater.unused_data):
        raise CorruptValueError("the stored gzip is cut off or has bytes behind its end")
    return document

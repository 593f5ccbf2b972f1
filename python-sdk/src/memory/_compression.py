"""Documents as they are stored: gzipped where that is smaller (specification, section 4)."""

from __future__ import annotations

import zlib

from memory._errors import CorruptValueError

MIN_GZIP_BYTES = 1024
_GZIP_FORMAT = 16 + zlib.MAX_WBITS


def compress(document: bytes) -> tuple[bytes, str | None]:
    """Return the bytes to store and their `Content-Encoding`, None if they are the document itself (OBJ-2)."""
    if len(document) >= MIN_GZIP_BYTES:
        import gzip

        zipped = gzip.compress(document, compresslevel=6, mtime=0)
        if len(zipped) < len(document):
            return zipped, "gzip"
    return document, None


def decompress(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """Return the document of a stored body, never inflating more than `limit` bytes (OBJ-4).

    Raises:
        CorruptValueError: The document is larger than `limit`, the gzip is damaged, or the encoding is another.
    """
    if content_encoding in (None, "", "identity"):
        document = body
    elif content_encoding == "gzip":
        document = _inflate(body, limit)
    else:
        raise CorruptValueError(f"the value is stored with Content-Encoding {content_encoding}, not gzip")
    if len(document) > limit:
        raise CorruptValueError(f"the stored value is larger than MAX_VALUE_BYTES ({limit})")
    return document


def _inflate(body: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(_GZIP_FORMAT)
    try:
        document = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise CorruptValueError(f"the stored gzip is damaged: {error}") from None
    if len(document) <= limit and (not inflater.eof or inflater.unused_data):
        raise CorruptValueError("the stored gzip is cut off or has bytes behind its end")
    return document

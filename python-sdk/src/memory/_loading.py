"""Loading large libraries in a cold start."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the garbage collector: what is loaded stays, and looking at it again and again takes its time.

    Of loading requests that is a sixteenth, of making a client of botocore a sixth.
    """
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()

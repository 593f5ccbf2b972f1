"""An event loop in a thread of its own, for servers that outlive the call that starts them."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class Background:
    """Runs coroutines for callers of any thread but its own."""

    def __init__(self, name: str) -> None:
        """Start the thread; it never keeps a process alive.

        Args:
            name: The thread's name.
        """
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop, wait for it and return its result, or raise what it raises."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def stop(self) -> None:
        """End the thread; whatever runs in the loop is to be closed before. To be called once."""
        self.run(_cancel_what_is_left())
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def _cancel_what_is_left() -> None:
    """End handlers of connections that nobody closed: dropped with the loop they would complain on standard error."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)

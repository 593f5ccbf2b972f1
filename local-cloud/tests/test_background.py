"""The event loop that the servers run in."""

from __future__ import annotations

import asyncio

from local_cloud.background import Background


def test_what_still_runs_ends_with_the_loop() -> None:
    background = Background("test")

    async def begin() -> asyncio.Task[None]:
        task = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(0)
        return task

    task = background.run(begin())
    background.stop()

    assert task.cancelled()

"""A cloud in memory, for tests of what uses Memory Service: no server, no port, no account.

It stands behind the SDK's wire: whatever a `MemoryService` asks, of S3, CloudFront or any other service of AWS, it
answers, as these do. A test that takes the fixture opens no socket:

    pytest_plugins = ["memory.testing.pytest_plugin"]

    def test_a_visit_is_counted(memory_cloud):
        mem = memory.MemoryService(memory_cloud.conf(), "shop")
        mem.increment("visits")
        memory_cloud.clock.advance(3600)
        assert mem.get("visits") == 1

Without pytest, `with memory.testing.Cloud() as cloud:` is the same.
"""

from memory.testing._clock import Clock
from memory.testing._cloud import Cloud
from memory.testing._faults import Fault
from memory.testing._journal import Entry

__all__ = ["Clock", "Cloud", "Entry", "Fault"]

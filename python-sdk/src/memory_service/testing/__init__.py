"""`memory.testing` under another name, as `memory_service` is `memory`."""

from memory_service._original import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memory.testing import Clock, Cloud, Entry, Fault
else:
    _testing = load("memory.testing")
    Clock, Cloud, Entry, Fault = _testing.Clock, _testing.Cloud, _testing.Entry, _testing.Fault

__all__ = ["Clock", "Cloud", "Entry", "Fault"]

"""The fixtures of `memory.testing.pytest_plugin`."""

from memory_service._original import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memory.testing.pytest_plugin import *  # noqa: F403
else:
    load("memory.testing")
    _plugin = load("memory.testing.pytest_plugin")
    globals().update({name: value for name, value in vars(_plugin).items() if not name.startswith("_")})

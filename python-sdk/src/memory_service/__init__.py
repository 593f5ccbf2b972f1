"""The package `memory` under another name, for programs that have a module `memory` of their own.

import memory_service

mem = memory_service.MemoryService({"DISTRIBUTION": …, "BUCKET_NAME": …, "REGION": …}, "my-service")

All it has is what `memory` has, not a copy of it.
"""

from memory_service._original import original

# What type checkers take for typing's, as in `memory`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memory import *  # noqa: F403
    from memory import __version__

__all__ = [*original.__all__]  # noqa: PLE0604 - they are strings

if not TYPE_CHECKING:
    __version__ = original.__version__

    def __getattr__(name):  # noqa: ANN001, ANN202 - type checkers know the names from above
        """Load what is asked for, as `memory` does."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(original, name)

    def __dir__():  # noqa: ANN202
        return sorted({*globals(), *__all__})

"""Finds the package `memory` beside this one, whatever else is called so."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "memory")  # noqa: PTH118, PTH120, PTH100 - pathlib takes longer to load than this SDK
_FILE = os.path.join(_FOLDER, "__init__.py")  # noqa: PTH118


def load(name: str) -> ModuleType:
    """Return the package, or a module of it such as `memory.testing`, though another may be in its place."""
    others = sys.modules.get("memory")
    if _is_it(getattr(others, "__file__", None)) or (others is None and _is_it(_origin())):
        return import_module(name)
    sys.modules["memory"] = original if "original" in globals() else _executed()
    try:
        return import_module(name)
    finally:
        if others is None:
            del sys.modules["memory"]
        else:
            sys.modules["memory"] = others


def _executed() -> ModuleType:
    """Return the package with all its modules: later, their parent's name is the other's again."""
    spec = spec_from_file_location("memory", _FILE, submodule_search_locations=[_FOLDER])
    if spec is None or spec.loader is None:
        raise ImportError(f"there is no package at {_FOLDER}")
    package = sys.modules["memory"] = module_from_spec(spec)
    spec.loader.exec_module(package)
    for file in sorted(os.listdir(_FOLDER)):  # noqa: PTH208
        module, ending = os.path.splitext(file)  # noqa: PTH122
        if ending == ".py" and module != "__init__":
            import_module(f"memory.{module}")
    return package


def _origin() -> str | None:
    """Return where the module would come from that a program gets by this name."""
    spec = find_spec("memory")
    return None if spec is None else spec.origin


def _is_it(file: str | None) -> bool:
    return file is not None and os.path.abspath(file) == _FILE  # noqa: PTH100


original: ModuleType = load("memory")

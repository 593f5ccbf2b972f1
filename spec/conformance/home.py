"""Where the specification's text, vectors and schemas are: beside the package in a clone, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSIDE_WHEEL = _PACKAGE / "specification"

HOME = _INSIDE_WHEEL if _INSIDE_WHEEL.is_dir() else _PACKAGE.parent
TEXTS = tuple(HOME / f"{page}.md" for page in ("README", "CHANGE-RECORD", "TAGS", "WRITE-GRANTS", "BROWSER"))
VECTORS = HOME / "vectors"
UNPROVEN = HOME / "unproven.json"
CONFIGURATION = HOME / "configuration.json"
SCHEMAS = HOME / "schemas"
REPOSITORY = HOME.parent
IS_CLONE = (REPOSITORY / "noxfile.py").is_file()

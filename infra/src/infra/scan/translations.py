"""The templates as CloudFormation sees them, for tools that read files.

A translation has the roles that SAM makes of a function's policies, so a scan of it sees more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped] # it ships no types

from infra import translate

INFRA = Path(__file__).resolve().parents[3]
TEMPLATES = ("template", "consumer")
REGION = "us-east-1"


def unpackaged(path: Path) -> dict[str, Any]:
    """Return a SAM template with made-up addresses for its code: whoever only reads it needs none."""
    template: dict[str, Any] = yaml_parse(path.read_text(encoding="utf-8"))
    for name, resource in template["Resources"].items():
        for code in {"CodeUri", "ContentUri"} & set(resource.get("Properties", {})):
            resource["Properties"][code] = f"s3://code/{name}.zip"
    return template


def write_translations(folder: Path) -> None:
    """Write the translation of each template as JSON into a folder of its own, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for name in TEMPLATES:
        translated = translate(unpackaged(INFRA / f"{name}.yaml"), REGION)
        (folder / f"{name}.json").write_text(json.dumps(translated, indent=1))

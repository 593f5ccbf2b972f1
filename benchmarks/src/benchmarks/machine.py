"""What a run ran on."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.worker import FOLDER

_PACKAGES = ("requests", "urllib3", "boto3", "cryptography", "cachetools", "redis")
_PEERS = ("lru-cache", "redis", "sync-request", "@aws-sdk/client-s3")


def description() -> dict[str, Any]:
    """Return processor, cores, load and system."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of the languages, the SDK's commit, and of every peer."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    if node := shutil.which("node"):
        found["node"] = said(node, "--version").lstrip("v")
    for peer in _PEERS:
        manifest = FOLDER / "nodejs" / "node_modules" / peer / "package.json"
        if manifest.is_file():
            found[f"npm {peer}"] = json.loads(manifest.read_text())["version"]
    if git := shutil.which("git"):
        found["commit"] = said(git, "-C", str(FOLDER), "rev-parse", "--short", "HEAD")
    return {name: version for name, version in found.items() if version}


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def said(*command: str) -> str:
    """Return what a program says, as of its version."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - of what is measured
    return (done.stdout or done.stderr).strip()

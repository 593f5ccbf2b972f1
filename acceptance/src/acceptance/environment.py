"""The environment variables of a run: the person's settings of Memory Service must not change what is tried."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from local_cloud import LocalCloud

from acceptance.account import EDGE_VARIABLE
from acceptance.errors import AcceptanceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[3]
_NODE_MODULES = ROOT / "infra" / "edge-setup" / "node_modules"  # what Lambda's Node runtime brings along
_KEPT = ("MEMORY_LOCAL_CLOUD_HOME", EDGE_VARIABLE)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@contextmanager
def exported(variables: Mapping[str, str] = _NOTHING) -> Iterator[None]:
    """Take the person's settings of Memory Service away, add variables, and set everything back at the end."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("MEMORY_") and name not in _KEPT:
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def started_here(*, counts_requests: bool = False) -> Iterator[LocalCloud]:
    """Start a local cloud with permissions enforced, for as long as the context lasts.

    Args:
        counts_requests: whether its journal has the requests to S3 as well, which take longer then.

    Raises:
        AcceptanceError: What it needs is not installed.
    """
    node = shutil.which("node")
    if node is None or not _NODE_MODULES.exists():
        raise AcceptanceError("Node or its packages are missing: run `python3 noxfile.py -s acceptance`")
    variables = {"NODE_PATH": str(_NODE_MODULES)}
    with LocalCloud.start(node=Path(node), auth=True, variables=variables, faults=counts_requests) as cloud:
        yield cloud

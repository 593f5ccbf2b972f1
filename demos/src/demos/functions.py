"""The Lambda functions of the run: calling them, and making the readers."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.archive import read_folder, zip_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAMES = ["var1", "var2", "var3", "var4", "var5"]


class FunctionError(Exception):
    """A function failed, or printed or returned something else than it should."""


@dataclass(frozen=True)
class Invocation:
    """What a function returned and printed."""

    result: Any
    log: str


class Functions:
    """The functions of one local cloud.

    Args:
        client: boto3 client for Lambda.
        tags: of the functions that it makes.
    """

    def __init__(self, client: Any, tags: Mapping[str, str] | None = None) -> None:
        self._client = client
        self._tags = dict(tags or {})

    def invoke(self, name: str, event: Any = None) -> Invocation:
        """Call a function through the Lambda API and wait for its answer.

        Raises:
            FunctionError: The function raised an error; the message has its log.
        """
        answer = self._client.invoke(FunctionName=name, Payload=json.dumps(event or {}), LogType="Tail")
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        result = json.loads(answer["Payload"].read() or "null")
        if "FunctionError" in answer:
            raise FunctionError(f"{name} failed: {json.dumps(result)}\n{log}")
        return Invocation(result, log)

    def configuration(self, name: str) -> dict[str, Any]:
        """Return a function's configuration: role, layers, environment."""
        return dict(self._client.get_function_configuration(FunctionName=name))

    def create_reader(
        self, name: str, folder: Path, layers: list[str], like: str, environment: Mapping[str, str]
    ) -> None:
        """Make a function of the code in a folder, with the role, memory and processor of another function.

        Args:
            name: Name of the new function.
            folder: Its code; the name of the folder, `python` or `nodejs`, decides the runtime.
            layers: ARNs of layer versions.
            like: Name of that other function; native code in layers is for its processor.
            environment: Its environment variables.
        """
        python = folder.name == "python"
        model = self.configuration(like)
        self._client.create_function(
            FunctionName=name,
            Runtime="python3.13" if python else "nodejs24.x",
            Handler="lambda_function.lambda_handler" if python else "index.handler",
            Role=model["Role"],
            Architectures=model["Architectures"],
            MemorySize=model["MemorySize"],
            Code={"ZipFile": zip_files(read_folder(folder))},
            Layers=layers,
            Environment={"Variables": dict(environment)},
            Timeout=30,
            Tags=self._tags,
        )
        self._client.get_waiter("function_active_v2").wait(FunctionName=name)

"""The demos run by Lambda's own runtime clients, with the layers: their log at DEBUG shows no secret (KEYS-4).

Of the Node client, aws-lambda-ric, the native half is replaced (`rapid-client.js`): it takes a compiler to build, and
posts what functions return. What loads the function, patches its console and formats its log is Lambda's own.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from demos.published import DEMOS
from local_cloud import LocalCloud
from local_cloud.application import deploy_application
from runtime_api import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from demos.published import Demo

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
FOLDERS = {"Python": "python", "Node": "nodejs"}
LAYERS = {"Python": ("python-*", "python", "cryptography-*"), "Node": ("nodejs",)}
QUERY = re.compile(
    r"Policy=|Signature=|Key-Pair-Id=|X-Amz-|Credential=|BEGIN [A-Z ]*PRIVATE KEY", re.IGNORECASE
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric is built for Linux"),
]


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    modules = ROOT / "infra" / "edge-setup" / "node_modules"
    with LocalCloud.start(variables={"NODE_PATH": str(modules)}) as started:
        deploy_application(started, ROOT / "infra" / "template.yaml", stack_name="runtime-clients")
        yield started


@pytest.fixture(scope="module")
def keys(cloud: LocalCloud) -> Mapping[str, str]:
    """Credentials of a session, as Lambda gives a function."""
    role = cloud.client("iam").create_role(RoleName="runtime-clients", AssumeRolePolicyDocument="{}")["Role"][
        "Arn"
    ]
    given = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="function")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


@pytest.fixture(scope="module")
def opt(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """What Lambda unpacks the layers of each language into."""
    folders = {}
    for language, layers in LAYERS.items():
        folders[language] = tmp_path_factory.mktemp(language.lower())
        for layer in layers:
            for found in (ROOT / "build" / "layers").glob(f"{layer}.zip"):
                with zipfile.ZipFile(found) as archive:
                    archive.extractall(folders[language])
        assert any(folders[language].iterdir()), "no layers: run `python3 noxfile.py -s slow`"
    return folders


def command(language: str, opt: Path) -> tuple[list[str], dict[str, str]]:
    """Return how Lambda's client for a language is started, and the variables by which it finds the layers."""
    if language == "Python":
        return (
            [sys.executable, "-m", "awslambdaric", "lambda_function.lambda_handler"],
            {"PYTHONPATH": str(opt / "python")},
        )
    node = shutil.which("node")
    assert node, "node is not on PATH: run `python3 noxfile.py -s slow`"
    client = HERE / "node_modules" / "aws-lambda-ric" / "bin" / "index.mjs"
    assert client.exists(), "aws-lambda-ric is not installed: run `python3 noxfile.py -s slow`"
    return (
        [node, "--require", str(HERE / "rapid-client.js"), str(client), "index.handler"],
        {
            "NODE_PATH": str(opt / "nodejs" / "node_modules"),
            "AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1": "true",
        },
    )


def run(
    demo: Demo, cloud: LocalCloud, opt: Path, keys: Mapping[str, str], log_format: str
) -> tuple[list[Any], str]:
    """Call a demo twice in one process, and return what it returned and all that was written."""
    configuration = cloud.client("lambda").get_function_configuration(FunctionName=demo.function)
    started, layers = command(demo.language, opt)
    folder = ROOT / "demos" / (FOLDERS[demo.language] + ("-auth" if demo.private else ""))
    with serving() as api:
        environment = {
            "PATH": os.environ["PATH"],
            **cloud.environment(),
            **configuration["Environment"]["Variables"],
            **layers,
            **keys,
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "AWS_LAMBDA_FUNCTION_NAME": demo.function,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
            "AWS_LAMBDA_LOG_FORMAT": log_format,
            "LAMBDA_TASK_ROOT": str(folder),
        }
        process = subprocess.Popen(
            started,
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        results: list[Any] = []
        try:
            with contextlib.suppress(queue.Empty):  # then what it has written says why
                results.extend(api.invoke({}) for _ in range(2))
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # as Lambda ends what it does not need
            output, _ = process.communicate()
        assert len(results) == 2, output
    return results, output


@pytest.mark.parametrize("log_format", ["Text", "JSON"])
@pytest.mark.parametrize("demo", DEMOS, ids=[demo.function for demo in DEMOS])
def test_a_demo_says_at_debug_where_it_read_and_no_secret(
    demo: Demo, log_format: str, cloud: LocalCloud, opt: Mapping[str, Path], keys: Mapping[str, str]
) -> None:
    results, output = run(demo, cloud, opt[demo.language], keys, log_format)
    assert [result["statusCode"] for result in results] == [200, 200]
    assert 'get \\"var1\\" from' in output or 'get "var1" from' in output  # it does log at this level
    assert not QUERY.search(output), QUERY.search(output)
    for secret in (*keys.values(), *key_lines(cloud)):
        assert secret not in output
    if log_format == "JSON" and demo.language == "Python":
        levels = {json.loads(line).get("level") for line in output.splitlines() if line.startswith("{")}
        assert "DEBUG" in levels


def key_lines(cloud: LocalCloud) -> list[str]:
    """Return the lines of the private key that the stack has made."""
    ssm = cloud.client("ssm")
    names = [
        found["Name"] for found in ssm.describe_parameters()["Parameters"] if "signing-key" in found["Name"]
    ]
    value = ssm.get_parameter(Name=names[0], WithDecryption=True)["Parameter"]["Value"]
    lines = [line for line in json.loads(value)["private_key"].splitlines() if not line.startswith("---")]
    assert lines
    return lines

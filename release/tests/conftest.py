"""A repository to release from: a copy of this one, committed and tagged."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from application_repository import ApplicationRepository
from local_cloud import LocalCloud
from local_cloud.application import deploy_application
from release.artifacts import Artifacts, build
from tagged_source import NATIVES, URL, Source, plain_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

# Nothing that is built needs them, and each test that changes the repository copies it.
UNRELEASED = {"acceptance", "benchmarks", "console", "local-cloud", "spec"}
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tagged(git: str, tmp_path_factory: pytest.TempPathFactory) -> Source:
    """This repository's files, as they are now, as version 1.0.0; not to be changed."""
    folder = tmp_path_factory.mktemp("repository")
    root, empty = folder / "source", folder / "empty.git"
    subprocess.run([git, "init", "--quiet", "--bare", str(empty)], check=True)
    # Held against an empty repository all files are new: so it is the same in a downloaded archive.
    command = [git, f"--git-dir={empty}", f"--work-tree={REPOSITORY}", "ls-files"]
    listed = subprocess.run(
        [*command, "-z", "--others", "--exclude-standard"], cwd=REPOSITORY, check=True, capture_output=True
    )
    for name in listed.stdout.decode().split("\0"):
        if name and name.partition("/")[0] not in UNRELEASED and (REPOSITORY / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, root / name)
    # What bundles the worker, the layer and the demo for browsers, as the session `release` installs it.
    for sdk in ("nodejs-sdk", "browser-sdk"):
        (root / sdk / "node_modules").symlink_to(REPOSITORY / sdk / "node_modules")
    made = Source(root, git)
    made.git("init", "--quiet")
    package = root / "nodejs-sdk" / "package.json"
    stated = {**json.loads(package.read_text()), "repository": {"type": "git", "url": f"git+{URL}.git"}}
    package.write_text(json.dumps(stated, indent=2))
    (root / "release" / "published.json").write_text("{}\n")
    made.set_version(stated["version"], "1.0.0")
    made.git("repack", "-adq")  # one file instead of a thousand for each copy
    made.git("prune-packed", "-q")
    return made


@pytest.fixture
def source(tagged: Source, tmp_path: Path) -> Source:
    """A copy of `tagged` that a test may change."""
    shutil.copytree(tagged.root, tmp_path / "source", symlinks=True)
    return Source(tmp_path / "source", tagged.git_path)


@pytest.fixture(scope="session")
def artifacts(tagged: Source, tmp_path_factory: pytest.TempPathFactory) -> Artifacts:
    """What is built of version 1.0.0; not to be changed."""
    return build(tagged.root, tmp_path_factory.mktemp("release") / "built", NATIVES)


@pytest.fixture
def built(source: Source, artifacts: Artifacts) -> Source:
    """A copy of version 1.0.0 with what is built of it, for a test to change."""
    shutil.copytree(artifacts.folder, source.root / "build" / "release")
    return source


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalCloud]:
    """AWS on this machine."""
    modules = REPOSITORY / "infra" / "edge-setup" / "node_modules"
    with LocalCloud.start(variables={"NODE_PATH": str(modules)}) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def deployed(aws: LocalCloud) -> dict[str, str]:
    """What programs need that use the deployed template: the environment, and the outputs of the stack."""
    template = REPOSITORY / "infra" / "template.yaml"
    outputs = deploy_application(aws, template, stack_name="release", parameters={"Demos": "false"}).outputs
    return {
        **plain_environment(),
        **aws.environment(),
        "REGION": "us-east-1",
        "DISTRIBUTION": outputs["Distribution"],
        "PRIVATE_DISTRIBUTION": outputs["PrivateDistribution"],
        "STORAGE_BUCKET": outputs["StorageBucket"],
        "PRIVATE_KEY_ARN": outputs["PrivateKeyArn"],
    }


@pytest.fixture
def applications(aws: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApplicationRepository]:
    """The Serverless Application Repository, which what is published in this test goes to."""
    accepted = json.loads((REPOSITORY / "infra" / "sar-resource-types.json").read_text())["types"]
    s3 = aws.client("s3")

    def read_code(bucket: str, key: str) -> tuple[dict[str, object], bytes]:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        return policy, s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    for variable, value in aws.environment().items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # what is down here stays down
    with ApplicationRepository(set(accepted), read_code) as repository:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SERVERLESSAPPLICATIONREPOSITORY", repository.url)
        yield repository

"""A function that uses the SDKs, as far as AWS knows it: a role whose permissions change from call to call."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import memory
from memory._credential_source import forget_credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local_cloud import LocalCloud

ACCOUNT = "000000000000"
SERVICE = "orders"
ROLE, OWNER = "orders-function", "orders-owner"
_NODE = shutil.which("node")


@dataclass(frozen=True)
class Outcome:
    """What became of a call.

    Attributes:
        value: what it returned.
        code: the code of its error, None if there was none.
        says: the error as people see it.
        log: what was logged meanwhile.
    """

    value: Any = None
    code: str | None = None
    says: str = ""
    log: str = ""

    @property
    def text(self) -> str:
        """What people see of it: the error, else the log."""
        return self.says or self.log


class SdkFunction:
    """A role on an engine that enforces permissions, and the SDKs as a function has them that has it.

    Args:
        cloud: the engine.
        outputs: of the stack.
    """

    def __init__(self, cloud: LocalCloud, outputs: Mapping[str, str]) -> None:
        self._cloud, self._iam, self.outputs = cloud, cloud.client("iam"), outputs
        trust = _policy({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"})
        arns = [
            self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
            for name in (ROLE, OWNER)
        ]
        given = cloud.client("sts").assume_role(RoleArn=arns[0], RoleSessionName=SERVICE)["Credentials"]
        self._environment = {
            **cloud.environment(),
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }
        key = outputs["PrivateKeyArn"].partition(":parameter")[2]
        text = cloud.client("ssm").get_parameter(Name=key, WithDecryption=True)["Parameter"]["Value"]
        secret = cloud.client("secretsmanager").create_secret(Name=SERVICE, SecretString=text)["ARN"]
        self._there = {"secret": secret, "distribution": outputs["DistributionId"], "owner": arns[1]}
        bucket = f"arn:aws:s3:::{outputs['StorageBucket']}"
        distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{outputs['DistributionId']}"
        self._resources: dict[str, tuple[str | list[str], dict[str, Any]]] = {
            "s3:ListBucket": (bucket, {"StringLike": {"s3:prefix": f"*/{SERVICE}/*"}}),
            "ssm:GetParameter": ([outputs["PrivateKeyArn"], f"{outputs['PrivateKeyArn']}-absent"], {}),
            "secretsmanager:GetSecretValue": (secret, {}),
            "cloudfront:CreateInvalidation": (distribution, {}),
            "sts:AssumeRole": (arns[1], {}),
        }
        self._objects = [f"{bucket}/{visibility}/{SERVICE}/*" for visibility in ("public", "private")]
        self._allow(OWNER, ["s3:PutObject"])

    def may(self, actions: Sequence[str]) -> None:
        """Let the role do this, on the resources that DEPLOY.md names, and nothing else."""
        self._allow(ROLE, actions)

    def _allow(self, role: str, actions: Sequence[str]) -> None:
        statements: list[dict[str, Any]] = []
        for action in actions:
            resource, condition = self._resources.get(action, (self._objects, {}))
            more = {"Condition": condition} if condition else {}
            statements.append({"Action": action, "Resource": resource, **more})
        nothing: dict[str, Any] = {
            "Action": "s3:ListAllMyBuckets",
            "Resource": "*",
        }  # a policy has a statement
        document = _policy(*(statements or [nothing]))
        self._iam.put_role_policy(RoleName=role, PolicyName="calls", PolicyDocument=document)

    def seed(self) -> None:
        """Put what the calls find, as the root: a value in both visibilities, and one to clear."""
        document = b'{"v":1,"type":"int","value":1,"write":"0000000000000000"}'
        s3 = self._cloud.client("s3")
        for key in (f"public/{SERVICE}/there", f"private/{SERVICE}/there", f"public/{SERVICE}/tenant/1"):
            place = {"Bucket": self.outputs["StorageBucket"], "Key": f"{key}.json"}
            s3.put_object(**place, Body=document, CacheControl="max-age=5")
        self._cloud.clear_caches()

    def conf(self, visibility: str, more: Mapping[str, str]) -> dict[str, str]:
        """Return a configuration; `{secret}`, `{distribution}` and `{owner}` in it are what there is."""
        public = visibility == "public"
        return {
            "DISTRIBUTION": self.outputs["Distribution" if public else "PrivateDistribution"],
            "BUCKET_NAME": self.outputs["StorageBucket"],
            "REGION": "us-east-1",
            **({} if public else {"PK_PATH": self.outputs["PrivateKeyArn"]}),
            **{key: text.format(**self._there) for key, text in more.items()},
        }

    def python(
        self,
        conf: Mapping[str, str],
        call: Callable[[memory.MemoryService], Any],
        endpoints: Mapping[str, str],
    ) -> Outcome:
        """Do a call with the Python SDK, as a new function: its role is assumed, its connections are opened anew."""
        with self._as_a_new_function(endpoints), _logged() as log:
            try:
                with memory.MemoryService(conf, SERVICE) as mem:
                    return Outcome(call(mem), log="\n".join(log))
            except memory.MemoryServiceError as error:
                one = next(iter(error.errors.values())) if isinstance(error, memory.BatchError) else error
                return Outcome(None, one.code, f"{type(one).__name__}: {one}", "\n".join(log))

    def node(
        self,
        conf: Mapping[str, str],
        call: str,
        options: Mapping[str, Any],
        endpoints: Mapping[str, str],
    ) -> Outcome:
        """Do a call of `sdk-call.js` with the Node SDK."""
        assert _NODE, "node is not on PATH: run `python3 noxfile.py -s test`"
        done = subprocess.run(
            [_NODE, str(Path(__file__).with_name("sdk-call.js"))],
            input=json.dumps(
                {"service": SERVICE, "conf": dict(conf), "call": call, "options": dict(options)}
            ),
            env={**os.environ, **self._environment, **endpoints},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return Outcome(**json.loads(done.stdout), log=done.stderr.rstrip())

    @contextmanager
    def _as_a_new_function(self, endpoints: Mapping[str, str]) -> Iterator[None]:
        forget_credentials()
        with (
            patch.dict(os.environ, {**self._environment, **endpoints}),
            patch("boto3.DEFAULT_SESSION", None),
        ):
            yield
        forget_credentials()


def _policy(*statements: Mapping[str, Any]) -> str:
    listed = [{"Effect": "Allow", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": listed})


@contextmanager
def _logged() -> Iterator[list[str]]:
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("memory").addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger("memory").removeHandler(handler)

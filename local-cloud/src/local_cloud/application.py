"""The SAM template on the local cloud: packaged, translated and deployed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from layers.wheels import Native
from samtranslator.public.exceptions import InvalidDocumentException  # type: ignore[import-untyped] # it ships no types
from yaml import YAMLError

from infra import package, translate
from local_cloud.cloud import REGION
from local_cloud.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_cloud.cloud import LocalCloud
    from local_cloud.stacks import Stack

CODE_BUCKET = "local-cloud-code"
_NOTHING: Mapping[str, str] = MappingProxyType({})


def deploy_application(
    cloud: LocalCloud, template: Path, *, stack_name: str, parameters: Mapping[str, str] = _NOTHING
) -> Stack:
    """Deploy a SAM template with the code it names, as `sam deploy` does; the same name again updates the stack.

    Functions run on this machine's Python and processor, whatever the template says, and so do layers with native
    code: their zip files for this machine must be there.

    Args:
        cloud: Where to.
        template: The SAM template; the paths in it start from its folder.
        stack_name: Name of the stack.
        parameters: Values of the template's parameters, where they differ from the defaults.

    Raises:
        PackagingError: Code that the template names is not there.
        DeploymentError: The template is none, was refused, or a resource failed.
    """
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=CODE_BUCKET)

    def upload(key: str, content: bytes) -> str:
        s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=content)
        return f"s3://{CODE_BUCKET}/{key}"

    try:
        translated = translate(package(template, upload, locate=Native.local().stand_in), REGION, parameters)
    except (YAMLError, InvalidDocumentException) as error:
        raise DeploymentError(f"{template} is not a template: {error}") from error
    return cloud.deploy(translated, stack_name=stack_name, parameters=parameters)

"""The demo for browsers on the local cloud: deployed, and told where a page of this machine finds what is on AWS."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from local_cloud.application import deploy_application

from demos.functions import Functions
from demos.page_server import PageServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from local_cloud import LocalCloud

FUNCTION = "lambda-cache-browser-demo"


@contextmanager
def served(cloud: LocalCloud, template: Path, *, stack_name: str, **more: str) -> Iterator[str]:
    """Deploy the template with the demo for browsers, and yield the address of its page.

    Args:
        cloud: Where to.
        template: The SAM template.
        stack_name: Name of the stack.
        more: Variables of the function, beside those that the template gives it.

    Raises:
        DeploymentError: The template was refused or a resource failed.
        PackagingError: Code that the template names is not there.
    """
    with PageServer() as server:
        parameters = {"BrowserDemo": "true", "UploadOrigins": server.origin}
        stack = deploy_application(cloud, template, stack_name=stack_name, parameters=parameters)
        client = cloud.client("lambda")
        tell(client, {**places(cloud, stack.outputs), **more})
        functions = Functions(client)
        one_at_a_time = (
            threading.Lock()
        )  # a page asks for its files at once: each would start a function of its own

        def invoke(event: Any) -> Any:
            with one_at_a_time:
                return functions.invoke(FUNCTION, event).result

        server.answer_with(invoke)
        yield server.origin


def places(cloud: LocalCloud, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that say where a page finds the distributions and the bucket of a stack."""
    return {
        "PUBLIC_EDGE": cloud.browser_endpoint(outputs["Distribution"]),
        "PRIVATE_EDGE": cloud.browser_endpoint(outputs["PrivateDistribution"]),
        "UPLOADS": cloud.upload_endpoint,
    }


def tell(client: Any, variables: Mapping[str, str]) -> None:
    """Add variables to the function's environment, by a boto3 client for Lambda."""
    given = client.get_function_configuration(FunctionName=FUNCTION)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=FUNCTION, Environment={"Variables": {**given, **variables}}
    )
    client.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION)

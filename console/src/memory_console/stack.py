"""What a deployed stack says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import memory

from memory_console.aws_errors import translated

if TYPE_CHECKING:
    from memory_console.bucket import Bucket


def stack_outputs(aws: Bucket, stack_name: str) -> dict[str, str]:
    """Return the outputs of a CloudFormation stack, such as `StorageBucket`.

    Args:
        aws: Makes the clients.
        stack_name: Name of the stack.

    Raises:
        memory.ConfigurationError: There is no such stack, or it is not of Memory Service.
        memory.MemoryServiceError: CloudFormation refused or did not answer.
    """
    with translated(f"read the outputs of stack {stack_name}"):
        answer = aws.client("cloudformation").describe_stacks(StackName=stack_name)
    found = answer["Stacks"][0].get("Outputs", []) if answer["Stacks"] else []
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found}
    if "StorageBucket" not in outputs:
        raise memory.ConfigurationError(
            f"stack {stack_name} has no output StorageBucket: it is not a stack of Memory Service"
        )
    return outputs

"""What the transform `AWS::Serverless-2016-10-31` does inside CloudFormation."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from boto3 import Session
from samtranslator.metrics.metrics import Metrics  # type: ignore[import-untyped] # it ships no types
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped] # it ships no types
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped] # it ships no types

if TYPE_CHECKING:
    from collections.abc import Mapping


def translate(
    template: Mapping[str, Any], region: str, parameters: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the CloudFormation template that a packaged SAM template stands for.

    Args:
        template: what `package` returned; it is left as it is.
        region: the AWS Region to deploy to, such as `eu-central-1`.
        parameters: values for the template's parameters, where they differ from the defaults. The transform
            puts some of them into its output: deploy with the same.

    Raises:
        samtranslator.public.exceptions.InvalidDocumentException: if the template breaks SAM's rules.
    """
    metrics = Metrics()  # it has no publisher and publishes nowhere
    # The map is for policies named without an ARN. The template names none, so that nothing is asked of AWS.
    session = Session(region_name=region)
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=session, metrics=metrics)
    sam = copy.deepcopy(dict(template))
    translated: dict[str, Any] = translator.translate(
        sam_template=sam, parameter_values=dict(parameters or {})
    )
    metrics.publish()  # else it warns, when it is forgotten, that nobody did
    return translated

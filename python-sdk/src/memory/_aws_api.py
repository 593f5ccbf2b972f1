"""The interfaces of AWS that are not S3: parameters, secrets and invalidations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from memory._aws import WRITE, Aws, AwsRequest
from memory._credential_source import CredentialSource
from memory._endpoints import key_endpoint, service_endpoint
from memory._errors import AccessDeniedError, ConfigurationError, MemoryServiceError, UnavailableError
from memory._exchange import Failure
from memory._refusals import BUSY, error_code, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from memory._exchange import Response
    from memory._wire import Wire

_JSON = "application/x-amz-json-1.1"
_OK, _CREATED = 200, 201
_FIRST_OF_SERVER = 500
_CLOUDFRONT = "2020-05-31"
_SECRET_BYTES = 256 * 1024


def read_parameter(wire: Wire, arn: str, deadline: float) -> str:
    """Return the value of an SSM parameter, decrypted.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html

    Args:
        wire: Carries the request.
        arn: The parameter's ARN.
        deadline: When to have ended, by `time.monotonic`.

    Raises:
        ConfigurationError: There is none.
        AccessDeniedError: It may not be read.
        UnavailableError: SSM did not answer in time.
    """
    # The API takes the name, with its leading slash if it has a path.
    name = arn.split(":", 5)[5].removeprefix("parameter")
    name = name if name.count("/") > 1 else name.removeprefix("/")
    answer = _ask(
        wire, "ssm", arn, "AmazonSSM.GetParameter", {"Name": name, "WithDecryption": True}, deadline
    )
    parameter = answer.get("Parameter")
    return _text(parameter.get("Value") if isinstance(parameter, dict) else None, arn)


def read_secret(wire: Wire, arn: str, deadline: float) -> str:
    """Return the text of a secret of Secrets Manager.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html

    Raises:
        ConfigurationError: There is none, or it is no text.
        AccessDeniedError: It may not be read.
        UnavailableError: Secrets Manager did not answer in time.
    """
    asked = {"SecretId": arn}
    answer = _ask(wire, "secretsmanager", arn, "secretsmanager.GetSecretValue", asked, deadline)
    return _text(answer.get("SecretString"), arn)


def invalidate(  # noqa: PLR0913, PLR0917 - what an invalidation is made of
    aws: Aws, region: str | None, distribution_id: str, reference: str, paths: Sequence[str], deadline: float
) -> MemoryServiceError | None:
    """Ask CloudFront to drop paths; return the error if it does not.

    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html

    Args:
        aws: Sends the request.
        region: The Region of the configuration, which decides the partition.
        distribution_id: The distribution's id.
        reference: What tells this invalidation from every other: the same one again is carried out once.
        paths: Paths of URLs, as they are sent; they have no character that XML treats specially.
        deadline: When to have ended, by `time.monotonic`.
    """
    items = "".join([f"<Path>{path}</Path>" for path in paths])
    body = (
        f'<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/{_CLOUDFRONT}/">'
        f"<Paths><Quantity>{len(paths)}</Quantity><Items>{items}</Items></Paths>"
        f"<CallerReference>{reference}</CallerReference></InvalidationBatch>"
    )
    request = AwsRequest(
        service_endpoint("cloudfront", region),
        "cloudfront",
        "POST",
        f"/{_CLOUDFRONT}/distribution/{distribution_id}/invalidation",
        WRITE,
        headers={"Content-Type": "application/xml"},
        body=body.encode(),
    )
    what = f"invalidating {len(paths)} paths"
    answer = aws.send(request, deadline).answer
    if isinstance(answer, Failure):
        return UnavailableError(f"{what}: CloudFront: {answer.reason}")
    if answer.status in (_OK, _CREATED):
        return None
    code = error_code(answer.body) or str(answer.status)
    return refusal(code, what, "CloudFront", status=answer.status)


def _ask(  # noqa: PLR0913, PLR0917 - what a call is made of
    wire: Wire, service: str, arn: str, call: str, asked: Mapping[str, object], deadline: float
) -> dict[str, object]:
    region = arn.split(":")[3]
    # With the function's own credentials: the role of the configuration is for S3 and CloudFront (ROLE-1).
    aws = Aws(wire, CredentialSource(wire, region=region).credentials)
    request = AwsRequest(
        key_endpoint(service, arn),
        service,
        "POST",
        "/",
        headers={"Content-Type": _JSON, "X-Amz-Target": call},
        body=json.dumps(asked).encode(),
        limit=_SECRET_BYTES,
    )
    answer = aws.send(request, deadline).answer
    if isinstance(answer, Failure):
        raise UnavailableError(f"PK_PATH {arn!r} could not be read: {answer.reason}")
    if answer.status != _OK:
        raise _refused(answer, arn)
    try:
        given = json.loads(answer.body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        # The cause could quote the secret.
        raise UnavailableError(f"PK_PATH {arn!r} could not be read: the answer is no JSON")
    return given


def _refused(answer: Response, arn: str) -> MemoryServiceError:
    code = error_code(answer.body) or str(answer.status)
    if answer.status >= _FIRST_OF_SERVER or code in BUSY:
        return UnavailableError(f"PK_PATH {arn!r} could not be read ({code})")
    if "NotFound" in code:
        return ConfigurationError(f"PK_PATH {arn!r} does not exist ({code})")
    return AccessDeniedError(f"PK_PATH {arn!r} may not be read ({code})")


def _text(value: object, arn: str) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"PK_PATH {arn!r} holds no text")
    return value

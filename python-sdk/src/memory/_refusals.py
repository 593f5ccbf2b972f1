"""What AWS's refusals mean."""

from __future__ import annotations

import re

from memory._errors import AccessDeniedError, ConfigurationError, MemoryServiceError, UnavailableError

#: What AWS says to a signature of another time than its own by more than some minutes.
SKEWED = frozenset(("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"))
#: What AWS says to whom it asks to come back later.
BUSY = frozenset(
    (
        "SlowDown",
        "RequestTimeout",
        "RequestTimeoutException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "IDPCommunicationError",
    )
)
# What S3 says of a signature in a query that has ended, or has not begun. The code alone would be any refusal's.
_OUT_OF_TIME = re.compile(rb"<Message>\s*Request (?:has expired|is not valid yet)", re.IGNORECASE)
#: What S3 says in the one code, AWS's other services in another.
DENIED = (
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidIdentityToken",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
)
_ABSENT = ("NoSuchBucket", "NoSuchDistribution")
#: What S3 says of a bucket that is in another Region.
MISDIRECTED = ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException")
_FORBIDDEN = 403
_REDIRECTS = range(300, 400)
# As XML has it, and as JSON.
_CODE = re.compile(rb"<Code>\s*(\w{1,80})")
_TYPE = re.compile(rb'"(?:__type|code)"\s*:\s*"(?:[^"]*#)?(\w{1,80})')


def error_code(body: bytes) -> str:
    """Return the code in the body of a refusal; nothing if it has none."""
    match = _CODE.search(body) or _TYPE.search(body)
    return match[1].decode("ascii", "replace") if match else ""


def is_out_of_time(body: bytes) -> bool:
    """Return whether a refusal is for the time of a signature in the query: nothing was done (CHG-12)."""
    return _OUT_OF_TIME.search(body) is not None or error_code(body) in SKEWED


def refusal(
    code: str, what: str, asked: str = "S3", *, status: int = 400, region: str = ""
) -> MemoryServiceError:
    """Return the error for a refusal, whoever it is from (CON-2).

    Args:
        code: The error code, or the status if there is none.
        what: What was tried, for the message.
        asked: Who was asked.
        status: The HTTP status.
        region: Where the bucket is, if S3 says so (WIRE-1).
    """
    if code in SKEWED:
        return AccessDeniedError(f"{what}: {asked} said {code}. Set the clock of this machine, best by NTP")
    if code in MISDIRECTED or status in _REDIRECTS:
        where = f"in {region}. Set REGION to it" if region else "in another region. Set REGION"
        return ConfigurationError(f"{what}: {asked} said {code}: the bucket is {where}")
    if status == _FORBIDDEN or code in DENIED:
        return AccessDeniedError(f"{what}: {asked} said {code}. Check the permissions of the function's role")
    if code in _ABSENT:
        return ConfigurationError(
            f"{what}: {asked} said {code}. Check BUCKET_NAME, DISTRIBUTION_ID and REGION"
        )
    return UnavailableError(f"{what}: {asked} said {code}")

"""What a program without credentials needs to store values, and only these (specification, section 16)."""

from __future__ import annotations

import json
import math
import time
from binascii import b2a_base64
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from memory._errors import ConfigurationError, UnavailableError
from memory._names import key_prefix, object_key, refuse_reserved
from memory._options import STORAGE_CLASSES
from memory._sigv4 import form_fields, form_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memory._config import Config
    from memory._credentials import Credentials
    from memory._endpoints import Endpoint
    from memory._options import PutOptions, Seconds

_LONGEST_ANNOUNCED = 900  # seconds (CHG-21)


class WriteGrant(NamedTuple):
    """Lets whoever holds it store what lies under a prefix, or one name. It cannot be taken back: keep it short.

    Attributes:
        distribution: Host of the distribution, by which the values are read.
        visibility: `public` or `private`.
        service: Where the values of the service are: its name, with a change record `<name>.changes`.
        prefix: What it opens; None if it opens one name.
        name: The name it opens; None if it opens a prefix.
        url: Where its forms are posted.
        expires_at: When it ends, in UTC: earlier than asked for if the credentials that signed it end before.
        max_bytes: What the document of a value may take, before gzip.
        ttl: How many seconds each value is to live; None until it is replaced or removed.
        tags: The tags that each value has, with their generations.
        forms: The fields of an upload form, `plain` and `gzip`. They show in no repr.
    """

    distribution: str
    visibility: str
    service: str
    prefix: str | None
    name: str | None
    url: str
    expires_at: datetime
    max_bytes: int
    ttl: float | None
    tags: Mapping[str, str]
    forms: Mapping[str, Mapping[str, str]]

    def __repr__(self) -> str:
        shown = ((field, value) for field, value in self._asdict().items() if field != "forms")
        return f"WriteGrant({', '.join(f'{field}={value!r}' for field, value in shown)})"

    def to_dict(self) -> dict[str, Any]:
        """Return what to send as JSON to the program that writes (WGRANT-6)."""
        return {
            "distribution": self.distribution,
            "visibility": self.visibility,
            "service": self.service,
            **({"name": self.name} if self.prefix is None else {"prefix": self.prefix}),
            "url": self.url,
            "expires_at": round(self.expires_at.timestamp() * 1000),
            "max_bytes": self.max_bytes,
            **({} if self.ttl is None else {"ttl": self.ttl}),
            **({"tags": dict(self.tags)} if self.tags else {}),
            "forms": {kind: dict(fields) for kind, fields in self.forms.items()},
        }


class Terms(NamedTuple):
    """What is to be granted, checked.

    Attributes:
        what: A prefix, or exactly one name.
        key: The key of the name, or what all keys under the prefix begin with.
        is_prefix: Which of the two.
        lifetime: Of the grant, in seconds.
        max_bytes: What a document may take.
        options: Those of each put.
    """

    what: str
    key: str
    is_prefix: bool
    lifetime: int
    max_bytes: int
    options: PutOptions

    @classmethod
    def check(  # noqa: PLR0913, PLR0917 - what callers may say, and what it counts for
        cls, config: Config, place: str, what: str, ttl: Seconds, max_bytes: int, options: PutOptions
    ) -> Terms:
        """Check what a caller asked for (WGRANT-1, WGRANT-2).

        Raises:
            ConfigurationError: A number is not what the specification allows, or the prefix is empty.
            InvalidNameError: It is neither a prefix nor a name, or is reserved.
        """
        lifetime = _lifetime(config, ttl)
        if type(max_bytes) is not int or not 1 <= max_bytes <= config.max_value_bytes:
            raise ConfigurationError(
                f"max_bytes is a whole number from 1 to MAX_VALUE_BYTES ({config.max_value_bytes}), not {max_bytes!r}"
            )
        if what == "":
            raise ConfigurationError(
                "a write grant for all of a service would open the records of its tags and changes as well: give it a"
                " prefix such as 'forms/'"
            )
        is_prefix = str(what).endswith("/")
        key = (key_prefix if is_prefix else object_key)(config.visibility, place, what)
        refuse_reserved(what)
        return cls(what, key, is_prefix, lifetime, max_bytes, options)


def write_grant(  # noqa: PLR0913, PLR0917 - what a write grant is made of
    config: Config,
    place: str,
    endpoint: Endpoint,
    terms: Terms,
    generations: Mapping[str, str],
    credentials: Credentials,
    now: int,
) -> WriteGrant:
    """Sign a write grant.

    Args:
        config: Of the service.
        place: Where its values are.
        endpoint: Where objects of its bucket are asked for.
        terms: What is granted.
        generations: Those of the tags that the values have.
        credentials: What to sign with.
        now: Unix time in whole seconds, as S3 has it; with a change record that of the announcement.

    Raises:
        UnavailableError: The credentials end now.
    """
    end = now + terms.lifetime
    if credentials.expires_at is not None:
        end = min(end, math.floor(credentials.expires_at))
    if end <= now:
        raise UnavailableError("a write grant ends with the AWS credentials that sign it, and those end now")
    forms = {
        kind: _form(config, endpoint, terms, credentials, now, end, encoding)
        for kind, encoding in (("plain", None), ("gzip", "gzip"))
    }
    return WriteGrant(
        distribution=urlsplit(config.distribution).netloc,
        visibility=config.visibility,
        service=place,
        prefix=terms.what if terms.is_prefix else None,
        name=None if terms.is_prefix else terms.what,
        url=f"{endpoint.origin}{endpoint.path or '/'}",
        expires_at=datetime.fromtimestamp(end, timezone.utc),
        max_bytes=terms.max_bytes,
        ttl=terms.options.ttl,
        tags=generations,
        forms=forms,
    )


def _form(  # noqa: PLR0913, PLR0917 - what a form is made of
    config: Config,
    endpoint: Endpoint,
    terms: Terms,
    credentials: Credentials,
    now: int,
    end: int,
    encoding: str | None,
) -> dict[str, str]:
    """Return the fields of a form (WGRANT-4, WGRANT-5)."""
    options = terms.options
    pinned = {
        "Content-Type": "application/json",
        "Cache-Control": options.cache_control(config.stale_if_error),
    }
    if encoding:
        pinned["Content-Encoding"] = encoding
    if options.storage_class != STORAGE_CLASSES[0]:
        pinned["x-amz-storage-class"] = options.storage_class
    if options.ttl_days is not None:
        tag = f"<Tag><Key>ttl-days</Key><Value>{options.ttl_days}</Value></Tag>"
        pinned["tagging"] = f"<Tagging><TagSet>{tag}</TagSet></Tagging>"
    pinned["success_action_status"] = "201"
    signed = form_fields(endpoint.region, credentials, now)
    key = {} if terms.is_prefix else {"key": terms.key}
    conditions: list[Any] = [
        {"bucket": config.bucket_name},
        key or ["starts-with", "$key", terms.key],
        *({name: value} for name, value in pinned.items()),
        ["content-length-range", 1, terms.max_bytes],
        *({name: value} for name, value in signed.items()),
    ]
    expiration = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(end))
    text = json.dumps({"expiration": expiration, "conditions": conditions}, separators=(",", ":"))
    policy = b2a_base64(text.encode(), newline=False).decode("ascii")
    signature = form_signature(policy, endpoint.region, credentials, now)
    return {**key, **pinned, **signed, "policy": policy, "x-amz-signature": signature}


def _lifetime(config: Config, ttl: Seconds) -> int:
    most = min(config.max_grant, _LONGEST_ANNOUNCED) if config.changes else config.max_grant
    seconds = ttl.total_seconds() if isinstance(ttl, timedelta) else ttl
    if type(seconds) not in (int, float) or seconds % 1 or not 1 <= seconds <= most:
        bound = f"MAX_GRANT ({most})" if most == config.max_grant else f"{most}, for a service with CHANGES"
        raise ConfigurationError(
            f"the ttl of a write grant is a timedelta or whole seconds from 1 to {bound}, not {ttl!r}"
        )
    return int(seconds)

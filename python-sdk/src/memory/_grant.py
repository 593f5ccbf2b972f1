"""What another program needs to read some values of a private service, and only these (specification, section 9)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from memory._errors import ConfigurationError
from memory._names import check_prefix, escape
from memory._signing import policy, signed_query

if TYPE_CHECKING:
    from memory._config import Config
    from memory._options import Seconds
    from memory._signing import SigningKey


class Grant(NamedTuple):
    """Opens what lies under a prefix, or one name, to whoever holds it. It cannot be taken back: keep it short.

    Attributes:
        distribution: Host of the distribution.
        service: Where the values of the service are: its name, with a change record `<name>.changes`.
        prefix: What it opens; None if it opens one name.
        name: The name it opens; None if it opens a prefix.
        expires_at: When it ends, in UTC.
        query: The query string of every URL it opens, without `?`. It shows in no repr.
    """

    distribution: str
    service: str
    prefix: str | None
    name: str | None
    expires_at: datetime
    query: str

    def __repr__(self) -> str:
        shown = ((field, value) for field, value in self._asdict().items() if field != "query")
        return f"Grant({', '.join(f'{field}={value!r}' for field, value in shown)})"

    def url(self, name: str) -> str:
        """Return the URL that reads a name.

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3).
        """
        return f"https://{self.distribution}/{self.service}/{escape(name)}.json?{self.query}"

    def to_dict(self) -> dict[str, Any]:
        """Return what to send as JSON to the program that reads (GRANT-3)."""
        what = {"name": self.name} if self.prefix is None else {"prefix": self.prefix}
        end = round(self.expires_at.timestamp() * 1000)
        return {
            "distribution": self.distribution,
            "service": self.service,
            **what,
            "query": self.query,
            "expires_at": end,
        }


def check_lifetime(config: Config, ttl: Seconds) -> int:
    """Return a grant's lifetime in seconds (GRANT-2).

    Raises:
        ConfigurationError: It is no whole number of seconds from 1 to MAX_GRANT, or the service is public.
    """
    if config.visibility != "private":
        raise ConfigurationError("a public service needs no grants: its values are readable by anybody")
    seconds = ttl.total_seconds() if isinstance(ttl, timedelta) else ttl
    if type(seconds) not in (int, float) or seconds % 1 or not 1 <= seconds <= config.max_grant:
        raise ConfigurationError(
            f"the ttl of a grant is a timedelta or whole seconds from 1 to MAX_GRANT ({config.max_grant}), not {ttl!r}"
        )
    return int(seconds)


def grant(  # noqa: PLR0913, PLR0917 - what a grant is made of
    config: Config, place: str, what: str, lifetime: int, key: SigningKey, now: float
) -> Grant:
    """Sign a grant.

    Args:
        config: Of a private service.
        place: Where its values are.
        what: A prefix, or exactly one name.
        lifetime: Seconds.
        key: What to sign with.
        now: Unix time in seconds.

    Raises:
        InvalidNameError: It is neither (NAME-2, LIST-1).
    """
    host = urlsplit(config.distribution).netloc
    is_prefix = what == "" or what.endswith("/")
    if is_prefix:
        prefix = check_prefix(what)
        under = f"{escape(prefix[:-1])}/" if prefix else ""
        resource = f"https://{host}/{place}/{under}*"
    else:
        resource = f"https://{host}/{place}/{escape(what)}.json"
    end = int(now) + lifetime
    return Grant(
        distribution=host,
        service=place,
        prefix=what if is_prefix else None,
        name=None if is_prefix else what,
        expires_at=datetime.fromtimestamp(end, timezone.utc),
        query=signed_query(policy(resource, end), key, config.hash_algorithm),
    )

"""Upload forms as whoever has nothing else posts them (section 16.2)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from .answers import FailureError, equal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Message
    from .play import Play


def post(play: Play, step: Message, body: bytes) -> None:
    """Post a form of the last write grant, as somebody who has nothing else, and who need not abide by it.

    Args:
        play: the scenario.
        step: has the `name` or `key`, maybe `fields` that are other ones, and what `refused` is to be for.
        body: the file.

    Raises:
        FailureError: S3 takes what it is to refuse, or the other way round.
        NotImplementedError: This S3 does not see to that.
    """
    grant = play.remembered["write grant"]
    wanted = step.get("refused", "")
    form = grant["forms"]["gzip" if "gzip" in step else "plain"]
    _check_that_it_can(play, wanted, form)
    fields = {**form, "key": play.key(step), **step.get("fields", {})}
    if wanted == "signature":
        fields["x-amz-signature"] = form["x-amz-signature"][::-1]
    given = {name: value for name, value in fields.items() if value is not None}
    status, headers = play.store.post(grant["url"], *multipart(given, body))
    if wanted:
        if status not in {400, 403}:
            raise FailureError("mismatch", f"a refusal for its {wanted}", f"status {status}")
        return
    equal({"status": 201}, {"status": status})
    play.remembered["$VERSION"] = headers.get("etag", "").strip('"')


def _check_that_it_can(play: Play, wanted: str, form: Mapping[str, str]) -> None:
    """Check that S3 sees to what a step is about.

    Raises:
        NotImplementedError: This one does not.
    """
    needed = {wanted} | {"tagging"} & form.keys()
    if not form["x-amz-credential"].startswith(f"{play.store.access_key}/"):
        needed.add("role")
    if lacking := needed & play.store.overlooks:
        raise NotImplementedError(f"this S3 does not judge the {', '.join(sorted(lacking))} of a form")


def multipart(fields: Mapping[str, str], file: bytes) -> tuple[str, bytes]:
    """Return the content type and the body of a form with a file."""
    boundary = f"form{secrets.token_hex(16)}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    last = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
    head = "".join([*parts, last, "Content-Type: application/octet-stream\r\n\r\n"]).encode()
    return f"multipart/form-data; boundary={boundary}", head + file + f"\r\n--{boundary}--\r\n".encode()

"""An upload form of S3: what a `POST` to a bucket stores, and until when its policy allows that.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

from local_cloud.s3_call import S3Call
from local_cloud.s3_errors import s3_error

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = re.compile(rb'name="file"', re.IGNORECASE)
_FIELD = re.compile(rb'name="([^"\r\n]+)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
_TAG = re.compile(r"<Tag>\s*<Key>([^<]*)</Key>\s*<Value>([^<]*)</Value>\s*</Tag>")


@dataclass(frozen=True)
class UploadForm:
    """A form, as far as the engine does not see to it.

    Attributes:
        put: The write that it is.
        tags: What its field `tagging` says, which the engine passes over.
        expires_at: When its policy ends, in Unix seconds; None if it says nothing that can be read.
    """

    put: S3Call
    tags: Mapping[str, str]
    expires_at: float | None

    @classmethod
    def parse(cls, call: S3Call, headers: Mapping[str, str], body: bytes) -> UploadForm | None:
        """Return the form that a request to S3 is, or None if it is none.

        Args:
            call: The request.
            headers: Its headers, whose names are found in any case.
            body: Its body.
        """
        given = headers.get("Content-Type", "").lower()
        if (
            call.method != "POST"
            or call.key
            or not call.bucket
            or not given.startswith("multipart/form-data")
        ):
            return None
        before = _FILE.split(body, maxsplit=1)[0]  # what comes behind the file, S3 does not read
        fields = {
            name.decode().lower(): value.decode(errors="replace") for name, value in _FIELD.findall(before)
        }
        put = S3Call("PUT", call.bucket, fields.get("key", ""), frozenset())
        tags = {unescape(key): unescape(value) for key, value in _TAG.findall(fields.get("tagging", ""))}
        return cls(put, tags, _end(fields.get("policy", "")))

    def refusal(self, now: float) -> bytes | None:
        """Return the body of S3's 403 to a form that is posted at this Unix time, or None if it is in time."""
        if self.expires_at is None or now < self.expires_at:
            return None
        return s3_error("AccessDenied", "Invalid according to Policy: Policy expired.")


def _end(policy: str) -> float | None:
    try:
        end = json.loads(base64.b64decode(policy))["expiration"]
        return dt.datetime.fromisoformat(end.replace("Z", "+00:00")).timestamp()
    except (ValueError, KeyError, TypeError, AttributeError):
        return None

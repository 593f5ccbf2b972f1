"""Serves a page that reads and writes values by itself, and hands it the grants for that.

A page has no credentials: CloudFront judges what it reads and S3 what it puts, each by a grant that was signed here.
Grants are for one name of the service, small values and a short time, whoever asks: an application of yours looks at who
asks before it hands out any.
"""

import functools
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import memory

SERVICE = "memory-service-browser-demo"
NAME = "note"
MAX_BYTES = 2048
VALUE_TTL = 86_400  # seconds: S3 deletes what anybody has put here after a day or two
GRANT_TTL = int(os.environ.get("GRANT_TTL", "60"))  # seconds
# Where a page finds what is at its own address on AWS: only the local cloud has them elsewhere.
PUBLIC_EDGE, PRIVATE_EDGE, UPLOADS = (os.environ.get(name) for name in ("PUBLIC_EDGE", "PRIVATE_EDGE", "UPLOADS"))
FILES = {
    "/": ("index.html", "text/html"),
    "/style.css": ("style.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/value-card.js": ("value-card.js", "text/javascript"),
    "/grants.js": ("grants.js", "text/javascript"),
    "/memory-service.js": ("memory-service.js", "text/javascript"),
}


@functools.cache
def services():
    common = {"BUCKET_NAME": os.environ["STORAGE_BUCKET"], "REGION": os.environ["REGION"]}
    keys = {"PK_PATH": os.environ["PK_PATH"], "PUBLIC_KEY_ID": os.environ["PUBLIC_KEY_ID"]}
    return (
        memory.MemoryService({**common, "DISTRIBUTION": os.environ["DISTRIBUTION"]}, SERVICE),
        memory.MemoryService({**common, **keys, "DISTRIBUTION": os.environ["PRIVATE_DISTRIBUTION"]}, SERVICE),
    )


def write_grant(service):
    grant = service.grant_put(NAME, GRANT_TTL, MAX_BYTES, value_ttl=VALUE_TTL)
    return grant._replace(url=UPLOADS + urlsplit(grant.url).path) if UPLOADS else grant


def grants():
    """Return what the page makes its two services of, and the write grants for them."""
    public, private = services()
    reading = {"DISTRIBUTION": os.environ["DISTRIBUTION"]}
    reading_private = {"grant": private.grant(NAME, GRANT_TTL).to_dict()}
    if PUBLIC_EDGE and PRIVATE_EDGE:
        reading["EDGE_ENDPOINT"], reading_private["EDGE_ENDPOINT"] = PUBLIC_EDGE, PRIVATE_EDGE
    return {
        "service": SERVICE,
        "name": NAME,
        "public": {"configuration": reading, "write": write_grant(public).to_dict()},
        "private": {"configuration": reading_private, "write": write_grant(private).to_dict()},
    }


def security_policy():
    """Return what the page may load: its own files, the two distributions and the bucket."""
    own = [f"https://{os.environ[name]}" for name in ("DISTRIBUTION", "PRIVATE_DISTRIBUTION")]
    elsewhere = [given for given in (PUBLIC_EDGE, PRIVATE_EDGE) if given]
    bucket = urlsplit(write_grant(services()[0]).url)
    origins = " ".join(["'self'", *own, *elsewhere, f"{bucket.scheme}://{bucket.netloc}"])
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src {origins}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def answer(status, content_type, body, **headers):
    told = {
        "Content-Type": f"{content_type}; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        **headers,
    }
    return {"statusCode": status, "headers": told, "body": body}


def failure(status, reason):
    return answer(status, "application/json", json.dumps({"error": reason}))


def lambda_handler(event, context):
    """Answer a request of an HTTP API (payload format 2.0)."""
    method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    try:
        if (method, path) == ("POST", "/grants"):
            return answer(200, "application/json", json.dumps(grants()))
        if method == "GET" and path in FILES:
            name, content_type = FILES[path]
            body = (Path(__file__).parent / "page" / name).read_text(encoding="utf-8")
            more = {"Content-Security-Policy": security_policy()} if path == "/" else {}
            return answer(200, content_type, body, **more)
    except memory.MemoryServiceError as error:
        print(f"no grants: {error}")  # what is wrong is for who runs this, not for whoever asks
        return failure(503, "no grants can be made at the moment: the log of this function says why")
    return failure(404, "there are GET / and POST /grants")

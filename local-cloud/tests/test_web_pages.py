"""What pages in a real browser can do to a developer's local cloud: nothing, but for what it opens to them."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from layers.archive import zip_files
from local_cloud import FakeClock, LocalCloud

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firefox import FirefoxPage
    from playwright.sync_api import Page

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # playwright's own pipes
SECRET = "hush"
REBOUND = "rebound.example"  # its name server, an attacker's, says that it is this machine
ORIGINS = ("another port", "another name", "another site", "a file", "a rebound name")
FETCH = """async ([url, init]) => {
    try {
        const answer = await fetch(url, init);
        return await answer.text();
    } catch (error) {
        return `${error}`;
    }
}"""


def signed_for(service: str) -> dict[str, str]:
    """Return what the engine takes for a signature of its root."""
    scope = f"Credential=test/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}


FUNCTION = json.dumps(
    {
        "FunctionName": "evil",
        "Runtime": "python3.13",
        "Role": "arn:aws:iam::000000000000:role/any",
        "Handler": "index.handler",
        "Code": {
            "ZipFile": base64.b64encode(
                zip_files({"index.py": b"def handler(event, context): return 1"})
            ).decode()
        },
    }
)
FORM = (
    '--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nkey\r\n'
    '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nevil\r\n--x--\r\n'
)
SIMPLE = {"mode": "no-cors"}  # such requests are sent without asking first; the page may not read the answer
AWS = {
    "the signing key is read": (
        "/",
        {
            "method": "POST",
            "headers": {
                **signed_for("ssm"),
                "X-Amz-Target": "AmazonSSM.GetParameter",
                "Content-Type": "application/x-amz-json-1.1",
            },
            "body": json.dumps({"Name": "/signing-key", "WithDecryption": True}),
        },
    ),
    "the signing key is read unsigned": (
        "/?Action=GetParameter",
        {
            "method": "POST",
            "headers": {"X-Amz-Target": "AmazonSSM.GetParameter"},
            "body": json.dumps({"Name": "/signing-key", "WithDecryption": True}),
        },
    ),
    "a function is made": (
        "/2015-03-31/functions",
        {"method": "POST", "headers": signed_for("lambda"), "body": FUNCTION},
    ),
    "a function is made without asking first": (
        "/2015-03-31/functions",
        {**SIMPLE, "method": "POST", "body": FUNCTION},
    ),
    "an object is read": ("/values/key", {"headers": signed_for("s3")}),
    "an object is read unsigned": ("/values/key", {}),
    "an object is written": ("/values/key", {"method": "PUT", "headers": signed_for("s3"), "body": "evil"}),
    "an object is removed": ("/values/key", {"method": "DELETE", "headers": signed_for("s3")}),
    "a form is uploaded": (
        "/values",
        {
            **SIMPLE,
            "method": "POST",
            "headers": {"Content-Type": "multipart/form-data; boundary=x"},
            "body": FORM,
        },
    ),
    "everything is reset": ("/_ministack/reset", {**SIMPLE, "method": "POST"}),
}
CONTROL = {
    "what was asked is read": ("/requests", {}),
    "a fault is added": (
        "/faults",
        {**SIMPLE, "method": "POST", "body": json.dumps({"where": "edge", "kind": "refuse"})},
    ),
    "time passes": ("/clock", {**SIMPLE, "method": "POST", "body": json.dumps({"advance": 5})}),
}
VIEWER: dict[str, tuple[str, Any]] = {
    "a value is read": ("/key", {}),
    "the distributions are told": ("/nothing", {}),
}
ATTEMPTS: dict[str, dict[str, tuple[str, Any]]] = {
    "guard": AWS,
    "engine": AWS,
    "port for uploads": AWS,
    "control": CONTROL,
    "edge": VIEWER,
    "roaming edge": VIEWER,
    "port for browsers": VIEWER,
}
ALL = [(place, attempt) for place, attempts in ATTEMPTS.items() for attempt in attempts]


@dataclass
class Target:
    """A local cloud with something to steal and to break."""

    cloud: LocalCloud
    host: str
    places: Mapping[str, str]

    @cached_property
    def s3(self) -> Any:
        return self.cloud.client("s3")

    @cached_property
    def functions(self) -> Any:
        return self.cloud.client("lambda")

    def state(self) -> dict[str, Any]:
        """Return what a page must not change."""
        return {
            "functions": [one["FunctionName"] for one in self.functions.list_functions()["Functions"]],
            "buckets": sorted(one["Name"] for one in self.s3.list_buckets()["Buckets"]),
            "object": self.s3.get_object(Bucket="values", Key="key")["Body"].read(),
            "faults": self.cloud.faults.active(),
            "clock": self.cloud.clock(),
        }


@pytest.fixture(scope="module")
def target(shop_resources: dict[str, Any]) -> Iterator[Target]:
    with LocalCloud.start(faults=True, clock=FakeClock()) as cloud:
        shop_resources["Resources"]["Bucket"]["Properties"] = {"BucketName": "values"}
        host = cloud.deploy(shop_resources, stack_name="shop").outputs["Host"]
        cloud.client("s3").put_object(Bucket="values", Key="key", Body=SECRET.encode())
        cloud.client("ssm").put_parameter(Name="/signing-key", Value=SECRET, Type="SecureString")
        places = {
            "guard": cloud.endpoint,
            "engine": cloud._engine.endpoint,
            "port for uploads": cloud.upload_endpoint,
            "control": cloud.control_endpoint,
            "edge": cloud.edge_endpoint,
            "roaming edge": cloud.roaming_endpoint,
            "port for browsers": cloud.browser_endpoint(host),
        }
        yield Target(cloud, host, places)


@contextmanager
def served_pages() -> Iterator[int]:
    """Serve an empty page and yield the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def evil_port() -> Iterator[int]:
    with served_pages() as port:
        yield port


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a page in a file."""
    document = tmp_path_factory.mktemp("mail") / "page.html"
    document.write_text("<p>A page that was sent by mail.")
    return document.as_uri()


def visit(web_page: Page | FirefoxPage, origin: str, place: str, evil_port: int, mail: str) -> str:
    """Open the page of an origin, unless it is open, and return the URL at which it finds a place."""
    port = place.rpartition(":")[2]
    starts = {
        "another port": f"http://127.0.0.1:{evil_port}/",
        "another name": f"http://localhost:{evil_port}/",
        "another site": f"http://evil.example:{evil_port}/",
        "a file": mail,
        "a rebound name": f"http://{REBOUND}:{port}/page",
    }
    if web_page.evaluate("() => location.href") != starts[origin]:
        web_page.goto(starts[origin])
    return f"http://{REBOUND}:{port}" if origin == "a rebound name" else place


@pytest.mark.parametrize(("place", "attempt"), ALL)
@pytest.mark.parametrize("origin", ORIGINS)
def test_no_page_reads_or_changes_anything(  # noqa: PLR0913, PLR0917 - fixtures
    target: Target,
    web_page: Page | FirefoxPage,
    evil_port: int,
    mail: str,
    origin: str,
    place: str,
    attempt: str,
) -> None:
    before = target.state()
    path, init = ATTEMPTS[place][attempt]
    base = visit(web_page, origin, target.places[place], evil_port, mail)

    told = web_page.evaluate(FETCH, [base + path, init])

    assert SECRET not in told
    assert target.host not in told
    assert target.cloud.environment()["AWS_ACCESS_KEY_ID"] not in told
    assert target.state() == before


def test_name_of_a_distribution_that_was_made_to_point_here_reads_no_value_across_origins(
    target: Target, web_page: Page | FirefoxPage, evil_port: int, mail: str
) -> None:
    base = visit(web_page, "another site", target.places["edge"], evil_port, mail)
    port = base.rpartition(":")[2]

    assert SECRET not in web_page.evaluate(FETCH, [f"http://{target.host}:{port}/key", {}])


def test_page_uploads_a_form_where_the_buckets_rules_name_its_origin(
    target: Target, web_page: Page | FirefoxPage, evil_port: int, mail: str
) -> None:
    s3 = target.cloud.client("s3")
    s3.create_bucket(Bucket="uploads")
    origin = f"http://127.0.0.1:{evil_port}"
    rule = {"AllowedMethods": ["POST"], "AllowedOrigins": [origin], "ExposeHeaders": ["ETag"]}
    s3.put_bucket_cors(Bucket="uploads", CORSConfiguration={"CORSRules": [rule]})
    form = s3.generate_presigned_post("uploads", "photo")
    upload = """async ([url, fields]) => {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.append(name, value);
        form.append('file', new Blob(['a photo']));
        try {
            const answer = await fetch(url, {method: 'POST', body: form});
            return answer.ok && answer.headers.has('etag');
        } catch {
            return false;
        }
    }"""

    visit(web_page, "another site", target.cloud.endpoint, evil_port, mail)
    elsewhere = web_page.evaluate(upload, [form["url"], form["fields"]])
    assert "Contents" not in s3.list_objects_v2(Bucket="uploads")
    visit(web_page, "another port", target.cloud.endpoint, evil_port, mail)
    named = web_page.evaluate(upload, [form["url"], form["fields"]])
    unsigned = web_page.evaluate(upload, [form["url"], {"key": "unsigned"}])
    s3_keys = [one["Key"] for one in s3.list_objects_v2(Bucket="uploads")["Contents"]]
    s3.delete_object(Bucket="uploads", Key="photo")
    s3.delete_bucket(Bucket="uploads")

    assert (elsewhere, named, unsigned) == (False, True, False)
    assert s3_keys == ["photo"]

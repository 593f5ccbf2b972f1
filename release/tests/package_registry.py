"""PyPI and npm on one machine, as far as publishing goes: they take a package once, and say what they have."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from requests_toolbelt import MultipartDecoder  # type: ignore[import-untyped] # it ships no types
from typing_extensions import Self


class PackageRegistry:
    """Both registries, in a `with` statement, behind one URL: `/legacy/` and `/pypi/` are PyPI, the rest is npm."""

    def __init__(self) -> None:
        #: Files by version and name, with the fields that came with them.
        self.python: dict[str, dict[str, dict[str, Any]]] = {}
        #: What npm sent, by version.
        self.nodejs: dict[str, dict[str, Any]] = {}
        #: How many uploads are taken before the registry is down.
        self.uploads_left = 100
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*registry.show(unquote(urlsplit(self.path).path)))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(registry.take_python(MultipartDecoder(body, self.headers["Content-Type"])), {})

            def do_PUT(self) -> None:
                self._answer(
                    registry.take_nodejs(json.loads(self.rfile.read(int(self.headers["Content-Length"])))), {}
                )

            def _answer(self, status: int, body: Any) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def show(self, path: str) -> tuple[int, dict[str, Any]]:
        if path.startswith("/pypi/"):
            _, _, _, version, _ = path.split("/")
            files = self.python.get(version)
            urls = [
                {"filename": name, "digests": {"sha256": hashlib.sha256(file["content"]).hexdigest()}}
                for name, file in (files or {}).items()
            ]
            return (200, {"urls": urls}) if files else (404, {"message": "Not Found"})
        versions = {version: sent["versions"][version] for version, sent in self.nodejs.items()}
        return (200, {"versions": versions}) if versions else (404, {"error": "Not found"})

    def take_python(self, form: MultipartDecoder) -> int:
        fields: dict[str, Any] = {}
        for part in form.parts:
            name = part.headers[b"Content-Disposition"].decode().split('name="')[1].split('"')[0]
            fields[name] = part.content if name == "content" else part.text
            if name == "content":
                fields["filename"] = (
                    part.headers[b"Content-Disposition"].decode().split('filename="')[1].split('"')[0]
                )
        files = self.python.setdefault(fields["version"], {})
        if self.uploads_left == 0 or fields["filename"] in files:
            return 400
        self.uploads_left -= 1
        files[fields["filename"]] = fields
        return 200

    def take_nodejs(self, sent: dict[str, Any]) -> int:
        [version] = sent["versions"]
        if version in self.nodejs:
            return 403
        self.nodejs[version] = sent
        return 201

    def tarball(self, version: str) -> bytes:
        [attachment] = self.nodejs[version]["_attachments"].values()
        return base64.b64decode(attachment["data"])

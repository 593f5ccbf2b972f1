"""The pages: a shell, and the fragments that it fetches."""

from __future__ import annotations

import json
import time
from codecs import getincrementaldecoder
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import memory
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from memory_console import __version__
from memory_console.bucket import DEFAULT_EDGE_TTL, CorruptObjectError
from memory_console.durations import shown_duration
from memory_console.escapes import harmless, one_line
from memory_console.explorer.changes import Change, address_of
from memory_console.explorer.guard import Guard
from memory_console.explorer.nodes import children, found, octets, tree, whole
from memory_console.explorer.search import containing
from memory_console.failures import NotFoundError
from memory_console.listing import names, names_prefix, services
from memory_console.output import shown_size
from memory_console.sdk import STORAGE_CLASSES
from memory_console.stored import Address, StoredValue, moment, no_value, read_value
from memory_console.tags import Tags
from memory_console.values import TYPES, value_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from memory_console.bucket import ObjectHead
    from memory_console.target import Target

PAGE = 200  # names in the tree at a time
FORM_TO_DOCUMENT = 4  # how much larger a form or file may be than the document it becomes: blanks, escapes
RAW_BYTES = 256 * 1024  # of an object that is no value, that are shown
_KEPT_VALUES = 4
_HERE = Path(__file__).parent
REFUSED = "Refused"


class Explorer:
    """The application behind the guard.

    Args:
        target: The bucket, and what is known of its distributions.
        port: Where it is served.
        clock: Unix time in seconds.

    Attributes:
        guard: The ASGI application to serve; it knows the token for the link.
    """

    def __init__(self, target: Target, port: int, clock: Callable[[], float] = time.time) -> None:
        self._target = target
        self._bucket = target.bucket
        self._clock = clock
        self._values: OrderedDict[tuple[str, str], StoredValue] = OrderedDict()
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "size": shown_size,
            "duration": shown_duration,
            "one_line": one_line,
            "harmless": harmless,
        }
        routes = [
            Route("/", self.shell),
            Route("/tree", self.tree),
            Route("/search", self.search),
            Route("/value", self.value),
            Route("/nodes", self.nodes),
            Route("/whole", self.whole),
            Route("/editor", self.editor),
            Route("/download", self.download),
            Route("/object", self.object),
            Route("/raw", self.raw),
            Route("/put", self.put, methods=["POST"]),
            Route("/upload", self.upload, methods=["POST"]),
            Route("/remove", self.remove, methods=["POST"]),
            Route("/favicon.ico", self.icon),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]
        handlers: Any = {CorruptObjectError: self._corrupt, memory.MemoryServiceError: self._failed}
        self.guard = Guard(Starlette(routes=routes, exception_handlers=handlers), port)

    def shell(self, request: Request) -> Response:
        """The page around everything; it asks S3 nothing."""
        visibility = request.query_params.get("visibility", self._target.visibility)
        return self._page(
            "shell.html",
            bucket=self._bucket.name,
            csrf_token=self.guard.csrf_token,
            visibility="private" if visibility == "private" else "public",
            version=__version__,
        )

    def icon(self, request: Request) -> Response:
        """What browsers ask for before they have read the page."""
        del request
        return FileResponse(_HERE / "static" / "icon.svg")

    def tree(self, request: Request) -> Response:
        """One page of services, or of the folders and names of a service: one request to S3."""
        query = request.query_params
        visibility, token = _visibility(query), query.get("token") or None
        if not query.get("service"):
            found_services, more = services(self._bucket, visibility, token=token)
            return self._page(
                "services.html",
                visibility=visibility,
                services=found_services,
                token=more,
                first=token is None,
            )
        service, prefix = query["service"], query.get("prefix", "")
        under = names_prefix(visibility, service, prefix)
        page = names(self._bucket.page(under, delimiter="/", token=token, limit=PAGE))
        return self._page(
            "names.html",
            visibility=visibility,
            service=service,
            prefix=prefix,
            page=page,
            first=token is None,
            now=self._clock(),
        )

    def search(self, request: Request) -> Response:
        """Names that begin with a text: one request to S3. Or that contain it: ten at most."""
        query = request.query_params
        visibility, service, prefix = _visibility(query), query.get("service", ""), query.get("prefix", "")
        text, anywhere = query.get("text", ""), query.get("mode") == "contains"
        if not service:
            raise memory.ConfigurationError("choose a service first: names are searched in one service")
        if anywhere:
            result = containing(
                self._bucket, Address(visibility, service, prefix), text, query.get("after") or None
            )
            values, looked_at, marker = result.values, result.looked_at, result.after
        else:
            under = names_prefix(visibility, service, prefix + text)
            page = names(self._bucket.page(under, token=query.get("after") or None, limit=PAGE))
            values, looked_at, marker = page.values, len(page.values), page.token
        return self._page(
            "found.html",
            visibility=visibility,
            service=service,
            prefix=prefix,
            text=text,
            anywhere=anywhere,
            values=values,
            looked_at=looked_at,
            marker=marker,
        )

    def value(self, request: Request) -> Response:
        """A value, its envelope and its object."""
        stored = self._read(address_of(request.query_params))
        return self._shown_value(stored)

    def nodes(self, request: Request) -> Response:
        """More of a list or dict."""
        stored, path = self._at(request)
        start = request.query_params.get("start", "0")
        inner = _found(stored, path)
        if type(inner) not in (list, dict) or not start.isdecimal():
            raise NotFoundError("there is no list or dict at this path")
        node = children(inner, path, int(start))
        return self._page("children.html", node=node)

    def whole(self, request: Request) -> Response:
        """A long string or long bytes, as far as a page can hold it."""
        stored, path = self._at(request)
        return self._page("scalar.html", node=whole(_found(stored, path), path))

    def editor(self, request: Request) -> Response:
        """The form for a value that is there, or for a new one."""
        query = request.query_params
        stored = self._read(address_of(query)) if query.get("name") else None
        return self._page(
            "editor.html",
            stored=stored,
            text=value_text(stored.envelope.value) if stored else "",
            visibility=_visibility(query),
            service=query.get("service", ""),
            prefix=query.get("prefix", ""),
            types=TYPES if stored is None else TYPES[1:],
            storage_classes=STORAGE_CLASSES,
            limit=self._bucket.max_value_bytes,
            edge_ttl=DEFAULT_EDGE_TTL if stored is None or stored.edge_ttl is None else stored.edge_ttl,
            left=stored.seconds_left(self._clock()) if stored else None,
        )

    def download(self, request: Request) -> Response:
        """The value as a file, or its envelope."""
        stored = self._read(address_of(request.query_params))
        value = stored.envelope.value
        if request.query_params.get("form") == "envelope":
            content, suffix = stored.stored.document, ".envelope.json"
        elif type(value) is bytes:
            content, suffix = value, ".bin"
        else:
            content, suffix = value_text(value).encode(), ".txt" if type(value) is str else ".json"
        escaped = stored.address.key.rpartition("/")[2].removesuffix(".json")
        headers = {"Content-Disposition": f'attachment; filename="{escaped}{suffix}"'}
        return Response(content, headers=headers, media_type="application/octet-stream")

    def object(self, request: Request) -> Response:
        """An object that no SDK has written, as it is."""
        key = _key(request.query_params)
        if Address.of_key(key) is not None:
            raise memory.ConfigurationError("this is the key of a value")
        found = self._bucket.raw(key, 0)
        if found is None:
            raise NotFoundError(f"{one_line(key)} is not there any more")
        return self._raw_page(found, no_value(key))

    def raw(self, request: Request) -> Response:
        """The bytes of any object as a file."""
        key = _key(request.query_params)
        found = self._bucket.raw(key)
        if found is None:
            raise NotFoundError(f"{one_line(key)} is not there any more")
        # As S3 has them: the browser must not unpack what may be no gzip.
        name = quote(key.rpartition("/")[2] or "object", safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(found.body, headers=headers, media_type="application/octet-stream")

    async def put(self, request: Request) -> Response:
        """Store what the form holds."""
        fields = _fields(await self._body(request))
        return await run_in_threadpool(self._store, fields, None)

    async def upload(self, request: Request) -> Response:
        """Store a file."""
        return await run_in_threadpool(self._store, dict(request.query_params), await self._body(request))

    async def remove(self, request: Request) -> Response:
        """Remove the version that was seen."""
        fields = _fields(await self._body(request))
        key = _key(fields) if fields.get("key") else address_of(fields).key
        address = Address.of_key(key)
        name = address.name if address else key
        if not fields.get("version"):
            raise memory.ConfigurationError("a removal names the version that was seen")
        removed = await run_in_threadpool(self._bucket.remove, key, if_version=fields["version"])
        if not removed:
            raise memory.ConflictError(f"{name}: somebody else has removed it already")
        return self._page("removed.html", name=name)

    def _store(self, fields: Mapping[str, str], content: bytes | None) -> Response:
        change = Change.of(fields, content, self._clock())
        try:
            change.store(self._bucket, self._clock)
        except memory.ConflictError:
            held = read_value(self._bucket, change.address)
            return self._page(
                "conflict.html",
                refused="conflict",
                stored=held,
                node=tree(held.envelope.value) if held else None,
                new=not fields.get("version"),
                now=self._clock(),
            )
        return self._shown_value(self._read(change.address))

    def _read(self, address: Address) -> StoredValue:
        stored = read_value(self._bucket, address)
        if stored is None:
            raise NotFoundError(f"{one_line(address.name)} is not there any more")
        self._values[address.key, stored.stored.version] = stored
        while len(self._values) > _KEPT_VALUES:
            self._values.popitem(last=False)
        return stored

    def _at(self, request: Request) -> tuple[StoredValue, list[str | int]]:
        """Return the value as it was when the page showed it, and the path into it."""
        query = request.query_params
        address = address_of(query)
        stored = self._values.get((address.key, query.get("version", ""))) or self._read(address)
        if stored.stored.version != query.get("version"):
            raise memory.ConflictError("the value has been changed meanwhile: open it again")
        try:
            path = json.loads(query.get("path", "[]"))
        except ValueError:
            path = None
        if not isinstance(path, list):
            raise NotFoundError("there is nothing at this path")
        return stored, path

    def _shown_value(self, stored: StoredValue) -> Response:
        distribution = self._target.distributions.get(stored.address.visibility)
        url = (
            f"https://{distribution.host}{stored.address.key[stored.address.key.index('/') :]}"
            if distribution
            else ""
        )
        return self._page(
            "value.html",
            stored=stored,
            node=tree(stored.envelope.value),
            folders=stored.address.name.split("/"),
            left=stored.seconds_left(self._clock()),
            age=self._clock() - stored.stored.stored_at.timestamp(),
            moment=moment,
            url=url,
            differing=Tags(self._bucket).differing(stored.address, stored.envelope),
        )

    def _raw_page(self, head: ObjectHead, why: str) -> Response:
        """Show an object that is no value: why, what S3 says of it, its first bytes, and ways to be rid of it."""
        raw = self._bucket.raw(head.key, RAW_BYTES)
        if raw is None:
            raise NotFoundError(f"{one_line(head.key)} is not there any more")
        if raw.version != head.version:
            raise memory.ConflictError(
                f"{one_line(head.key)}: somebody else has changed it meanwhile: open it again"
            )
        return self._page(
            "raw.html",
            head=raw,
            why=why,
            address=Address.of_key(raw.key),
            text=_text(raw.body, complete=raw.size <= RAW_BYTES),
            node=octets(raw.body, raw.size),
            age=self._clock() - raw.stored_at.timestamp(),
            moment=moment,
        )

    def _page(self, template: str, *, refused: str = "", **context: Any) -> HTMLResponse:
        """Return a page; what was refused is said in a header, since browsers log other statuses as errors."""
        headers = {REFUSED: refused} if refused else {}
        return HTMLResponse(self._templates.get_template(template).render(context), headers=headers)

    async def _body(self, request: Request) -> bytes:
        body, limit = bytearray(), FORM_TO_DOCUMENT * self._bucket.max_value_bytes
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise memory.ValueTooLargeError(
                    f"this is too large: a value takes {shown_size(self._bucket.max_value_bytes)} at most, as readers"
                    " do. MEMORY_MAX_VALUE_BYTES is another limit, for here as for every reader"
                )
        return bytes(body)

    async def _corrupt(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, CorruptObjectError) or request.url.path != "/value":
            return await self._failed(request, error)
        try:
            return await run_in_threadpool(self._raw_page, error.head, error.why)
        except memory.MemoryServiceError as another:
            return await self._failed(request, another)

    async def _failed(self, request: Request, error: Exception) -> Response:
        del request
        code = error.code if isinstance(error, memory.MemoryServiceError) else "unknown"
        return self._page("failure.html", refused=code, message=str(error), code=code)


def _found(stored: StoredValue, path: list[str | int]) -> Any:
    try:
        return found(stored.envelope.value, path)
    except LookupError:
        raise NotFoundError("there is nothing at this path") from None


def _key(fields: Mapping[str, str]) -> str:
    key = fields.get("key", "")
    if not key.startswith(("public/", "private/")):
        raise memory.ConfigurationError("a key begins with public/ or private/")
    return key


def _text(body: bytes, *, complete: bool) -> str | None:
    """Return the text that an object is, None if it is none."""
    try:
        return getincrementaldecoder("utf-8")().decode(body, final=complete)
    except UnicodeDecodeError:
        return None


def _visibility(query: Mapping[str, str]) -> str:
    visibility = query.get("visibility", "")
    if visibility not in ("public", "private"):
        raise memory.ConfigurationError("the visibility is public or private")
    return visibility


def _fields(body: bytes) -> dict[str, str]:
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise memory.ConfigurationError("a form is a JSON object of strings")
    return fields

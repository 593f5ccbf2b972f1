"""Runs the engine in its own environment for as long as the process that started it lives, and for nobody else.

That process holds the other end of standard input. The first line is the secret without which the engine answers
nothing: it is in no environment, which functions could read. However that process ends, the system closes its end, and
the engine goes with its functions' workers and its folder.
"""

from __future__ import annotations

import hmac
import os
import runpy
import subprocess
import sys
import threading
from typing import Any

ENGINE_HEADER = b"x-local-cloud-engine"
# The first tells nothing; the second takes a custom resource's answer, with a token that only its function has.
_OPEN = ("/_ministack/health", "/_ministack/cfn-response/")

# In a session of its own, since it ends the group of whoever starts it. Workers are gone before their files are.
_UNDERTAKER = """
import os, shutil, signal, sys, time
group, folder = int(sys.argv[1]), sys.argv[2]
deadline = time.monotonic() + 5
try:
    while time.monotonic() < deadline:
        os.killpg(group, signal.SIGKILL)
        time.sleep(0.05)
except ProcessLookupError:
    pass
shutil.rmtree(folder, ignore_errors=True)
"""


def main() -> None:
    """Run the engine in the folder that is the argument; it becomes a process group with its workers."""
    folder = sys.argv[1]
    del sys.path[0]  # the folder of this file, whose modules are not the engine's
    os.umask(0o077)  # what functions write is nobody else's
    secret = _first_line()
    threading.Thread(target=_end_with_starter, args=(folder,), daemon=True).start()
    sys.argv = ["ministack"]
    from ministack import app  # type: ignore[import-not-found] # noqa: PLC0415 - it is in the engine's environment

    app.app = _locked(app.app, secret)
    runpy.run_module("ministack", run_name="__main__")


def _first_line() -> bytes:
    line = b""
    while (byte := os.read(0, 1)) not in {b"", b"\n"}:
        line += byte
    return line


def _locked(application: Any, secret: bytes) -> Any:
    """Return the ASGI application as it answers only those who know the secret; an empty one is nobody's."""

    async def locked(scope: Any, receive: Any, send: Any) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await application(scope, receive, send)
            return
        given = b"".join(value for name, value in scope["headers"] if name == ENGINE_HEADER)
        is_open = kind == "http" and scope["method"] in {"GET", "PUT"} and scope["path"].startswith(_OPEN)
        if is_open or (secret and hmac.compare_digest(given, secret)):
            headers = [(name, value) for name, value in scope["headers"] if name != ENGINE_HEADER]
            told = _proving(send, secret) if is_open else send
            await application({**scope, "headers": headers}, receive, told)
        elif kind == "http":
            await send(
                {"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]}
            )
            await send({"type": "http.response.body", "body": b"This is behind the local cloud's own port."})
        else:
            await send({"type": "websocket.close", "code": 1008})

    return locked


def proof_of(secret: bytes) -> bytes:
    """Return what only those can say who know the secret, and from which nobody learns it."""
    return hmac.digest(secret, ENGINE_HEADER, "sha256").hex().encode()


def _proving(send: Any, secret: bytes) -> Any:
    """Return a `send` of ASGI by which an answer says whose it is."""

    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start":
            proof = (ENGINE_HEADER, proof_of(secret))
            message = {**message, "headers": [*message.get("headers", []), proof]}
        await send(message)

    return sent


def _end_with_starter(folder: str) -> None:
    while os.read(0, 1024):
        pass
    command = [sys.executable, "-I", "-S", "-c", _UNDERTAKER, str(os.getpgid(0)), folder]
    subprocess.Popen(command, start_new_session=True)  # noqa: S603 - this interpreter, and no shell


if __name__ == "__main__":
    main()

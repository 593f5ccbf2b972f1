"""Firefox over WebDriver BiDi, https://www.w3.org/TR/webdriver-bidi/: as much of a page as the tests of web pages need.

It is Debian's own. Playwright drives only a Firefox that it has changed, and no package registry has that.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from local_cloud.background import Background

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE = 60  # seconds for one answer
_POLL = 0.05  # seconds
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_PREFERENCES = {
    "network.dns.forceResolve": "127.0.0.1",  # every name is this machine's, as an attacker's name server says
    "network.proxy.type": 0,
    # Nothing that Firefox itself may hold back, now or later: what is tested is what holds without it.
    "dom.security.https_first": False,
    "dom.security.https_only_mode": False,
    "network.lna.enabled": False,
    "network.lna.blocking": False,
    # Nobody is told of a test, and nothing is fetched beside.
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.server": "",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
}


class BidiError(Exception):
    """Firefox refused a command."""


class FirefoxPage:
    """A page, with the names that Playwright has for the same."""

    def __init__(self, background: Background, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        """Begin a session and take its first page.

        Args:
            background: What the socket lives in.
            socket: To Firefox, with no session yet.
        """
        self._background = background
        self._socket = socket
        self._numbers = itertools.count(1)
        self.command("session.new", capabilities={})
        self._context = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **parameters: Any) -> Any:
        """Send a command, wait for its end and return what it answers.

        Raises:
            BidiError: It was refused.
        """
        return self._background.run(self._command(method, parameters))

    async def _command(self, method: str, parameters: dict[str, Any]) -> Any:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            told = await self._socket.receive_json(timeout=_PATIENCE)
            if told.get("id") != number:
                continue  # an event
            if told["type"] == "error":
                raise BidiError(f"{method}: {told['error']}: {told['message']}")
            return told["result"]

    def goto(self, url: str) -> None:
        """Open a URL and wait until it is loaded."""
        self.command("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def wait_for_url(self, url: str) -> None:
        """Wait until the page has gone on to a URL by itself.

        Raises:
            TimeoutError: It has not.
        """
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(BidiError):  # it is on its way
                if self.evaluate("() => location.href") == url:
                    return
            time.sleep(_POLL)
        raise TimeoutError(f"the page did not go to {url}")

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """Call a function of JavaScript with a value and return what it, or its promise, returns; both are JSON.

        Raises:
            BidiError: It threw.
        """
        wrapped = f"async text => JSON.stringify((await ({function})(JSON.parse(text))) ?? null)"
        told = self.command(
            "script.callFunction",
            functionDeclaration=wrapped,
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            target={"context": self._context},
            awaitPromise=True,
        )
        if told["type"] == "exception":
            raise BidiError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])


@contextmanager
def firefox_page(program: str, folder: Path) -> Iterator[FirefoxPage]:
    """Start Firefox, yield a page of it and end it.

    Args:
        program: Firefox's path.
        folder: Where its profile may be; empty.
    """
    preferences = (
        f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()
    )
    (folder / "user.js").write_text("\n".join(preferences))
    command = [program, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    background = Background("firefox")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            url = next(found[1] for line in process.stderr if (found := _LISTENS.search(line)))
            session, socket = background.run(_connect(f"{url}/session"))
            yield FirefoxPage(background, socket)
            background.run(session.close())
        finally:
            process.terminate()
            background.stop()


async def _connect(url: str) -> tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse[bool]]:
    session = aiohttp.ClientSession()
    return session, await session.ws_connect(url, max_msg_size=0)

"""What was said in a check, step by step: for who has to find out why it failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .notation import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .answers import Answer, Message

_MAX_LINE = 2000  # characters
_MAX_LINES = 400
_HIDDEN = "…hidden…"
_SECRETS = frozenset({"pem", "private_key", "query", "later", "printed"})
_LEVELS = 8  # of a message in which secrets are looked for: values, which have none, are nested deeper
_SHORT = 8  # characters: a text that must be absent and is shorter is no secret, only a word


class Transcript:
    """The lines of one check. Keys, signatures, and what must be absent from replies are hidden."""

    def __init__(self, absent: Sequence[str] = ()) -> None:
        """Take the texts that no reply may contain."""
        self._noted: list[Callable[[], str]] = []  # most checks pass, and nobody asks for their lines
        self._absent = [text for text in absent if len(text) >= _SHORT]

    def step(self, number: int, step: Message) -> None:
        """Begin a step of a scenario."""
        others = {name: value for name, value in step.items() if name != "do"}
        self._noted.append(
            lambda: f"step {number}, {step['do']}" + (f" {self._shown(others)}" if others else "")
        )

    def exchange(self, sdk: str, request: Message, answer: Answer) -> None:
        """Note what a driver was asked and what came of it."""
        verdict = f"{answer.verdict}: {answer.detail}"
        took = f"({answer.seconds * 1000:.1f} ms)"
        self._noted.append(lambda: f"  {sdk} ← {self._shown(request)}")
        self._noted.append(
            lambda: (
                f"  {sdk} → {self._shown(answer.message) if answer.message else self._hide(verdict)}  {took}"
            )
        )

    def traffic(self, entries: Iterable[Any]) -> None:
        """Note requests over HTTP, as the journal of a local cloud has them, or a double."""
        for entry in entries:
            pop = getattr(entry, "pop", None)
            where = entry.where if pop is None else f"{entry.where} {pop}"
            fault = getattr(entry, "fault", None)
            asked = _headers(getattr(entry, "asked", {}))
            answered = _headers(getattr(entry, "answered", {}))
            status = getattr(entry, "status", None)
            said = "" if not hasattr(entry, "status") else f" → {status or 'no answer'}{answered}"
            befell = f"  [fault: {fault}]" if fault else ""
            self.note(f"    {where}: {entry.method} {entry.path}{asked}{said}{befell}")

    def note(self, text: str) -> None:
        """Note a line as it is."""
        self._noted.append(lambda: text)

    @property
    def text(self) -> str:
        """All lines; of a long transcript the last ones, as what failed is at the end."""
        left_out = len(self._noted) - _MAX_LINES
        first = [f"({left_out:,} lines before)"] if left_out > 0 else []
        return "\n".join([*first, *(shortened(line(), _MAX_LINE) for line in self._noted[-_MAX_LINES:])])

    def _shown(self, message: Any) -> str:
        try:
            return self._hide(json.dumps(_without_secrets(message), ensure_ascii=False))
        except RecursionError:
            return "(nested too deeply to be shown)"

    def _hide(self, text: str) -> str:
        for absent in self._absent:
            for form in (absent, json.dumps(absent, ensure_ascii=False)[1:-1]):
                text = text.replace(form, _HIDDEN)
        return text


def _without_secrets(value: Any, levels: int = _LEVELS) -> Any:
    if levels and isinstance(value, dict):
        return {
            name: _HIDDEN
            if name in _SECRETS and isinstance(member, str)
            else _without_secrets(member, levels - 1)
            for name, member in value.items()
        }
    if levels and isinstance(value, list):
        return [_without_secrets(item, levels - 1) for item in value]
    return value


def _headers(headers: Mapping[str, str]) -> str:
    return "".join(f"  {name}: {value}" for name, value in headers.items())

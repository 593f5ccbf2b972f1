"""What the command says at its end, and what it is told."""

from __future__ import annotations

import sys

import pytest
from demos.__main__ import main, summary
from demos.run import Run


def test_summary_says_how_to_see_values_in_a_browser(capsys: pytest.CaptureFixture[str]) -> None:
    summary(Run())
    assert (
        "\nTo read and write values in a browser: python3 noxfile.py -s demo -- --browser\n"
        in capsys.readouterr().out
    )


def test_unknown_option_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["demos", "--brwser"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "--brwser" in capsys.readouterr().err

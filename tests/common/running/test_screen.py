"""Lines that begin with the sign of a state."""

from __future__ import annotations

import pytest

from common.running import screen
from common.running.screen import Bars, Lines


@pytest.mark.parametrize("quiet", [False, True])
def test_errors_are_written_in_any_case_and_nothing_is_after_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, quiet: bool
) -> None:
    monkeypatch.setattr("sys.__stdout__", None)  # no terminal to ask for its signs
    lines = Lines(quiet=quiet)
    lines.say("done", "made")
    lines.begin("script")
    lines.say("failed", "not made", error=True)
    lines.silence()
    lines.say("failed", "still here", error=True)
    said = capsys.readouterr()
    assert said.err == "XX not made\n"
    assert said.out == ("" if quiet else "ok made\n>>   script\n")


def test_bars_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert isinstance(screen.screen(quiet=False), Bars)
    assert not isinstance(screen.screen(quiet=True), Bars)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not isinstance(screen.screen(quiet=False), Bars)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not isinstance(screen.screen(quiet=False), Bars)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert not isinstance(screen.screen(quiet=False), Bars)

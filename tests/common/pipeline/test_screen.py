"""Lines that begin with the sign of a state."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from common.pipeline import screen
from common.pipeline.screen import Bars, Lines
from tests.tools.waiting import PATIENCE


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


def test_who_silences_waits_for_the_line_that_is_being_written(monkeypatch: pytest.MonkeyPatch) -> None:
    writes, may_end, silenced = threading.Event(), threading.Event(), threading.Event()

    class Slow:
        def write(self, text: str) -> None:
            assert text == "ok made\n"
            writes.set()
            assert may_end.wait(PATIENCE)

        def flush(self) -> None:
            assert not silenced.is_set()

    def silence() -> None:
        lines.silence()
        silenced.set()

    lines = Lines()
    monkeypatch.setattr(sys, "__stdout__", None)
    monkeypatch.setattr(sys, "stdout", Slow())
    writer, silencer = threading.Thread(target=lines.say, args=("done", "made")), threading.Thread(target=silence)
    writer.start()
    assert writes.wait(PATIENCE)
    silencer.start()
    assert not silenced.wait(0.1)
    may_end.set()
    for thread in (writer, silencer):
        thread.join(PATIENCE)
    assert silenced.is_set()


def test_bars_are_taken_away_where_a_run_ends_before_its_time() -> None:
    before = threading.enumerate()
    bars = Bars()
    bars.begin("script")
    (drawing,) = (thread for thread in threading.enumerate() if thread not in before)
    bars.silence()
    drawing.join(PATIENCE)
    assert not drawing.is_alive()


def test_progress_of_numbers_that_no_machine_counts_to_moves_no_bar() -> None:
    bars = Bars()
    bars.begin("script")
    for number in (float("inf"), float("nan"), 10**400):
        bars.move("script", {"done": number, "total": number, "unit": "files"})
        bars.move("script", {"done": 0, "total": number, "unit": "bytes"})
    bars.silence()


def test_the_cursor_is_given_back_on_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    keyboard, terminal = os.openpty()
    with os.fdopen(keyboard, "rb", buffering=0) as master, os.fdopen(terminal, "w") as slave:
        monkeypatch.setattr(sys, "__stdout__", slave)
        screen.show_cursor()
        assert master.read(99) == b"\x1b[?25h"
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - as it is opened elsewhere
        monkeypatch.setattr(sys, "__stdout__", nowhere)
        screen.show_cursor()
    monkeypatch.setattr(sys, "__stdout__", None)
    screen.show_cursor()
    assert capfd.readouterr().out == ""


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

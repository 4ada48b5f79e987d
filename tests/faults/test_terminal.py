"""Runs on hostile transcripts in a real terminal: it shows the lines of a run, and is afterwards what it was before."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.docs.walking import shape
from tests.faults.naughty import CLASSES
from tests.faults.planted import plant
from tests.faults.test_sinks import SETTINGS, SOME
from tests.tools.terminals import Seen, in_tmux

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.project import Project

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux is installed on this machine"),
]
TEXTS = (
    *CLASSES["escape sequences"],
    *CLASSES["control characters"],
    *CLASSES["unseen characters and directions"],
    *SOME,
)
COMMAND_NAME = "\x1b]0;title\x07\x1b]52;c;Y2xp\x07\x1b[6n\x1b[c\x1b[?1049h\x1b[?25lname"


def hold_unchanged(seen: Seen, code: int) -> None:
    assert (seen.code, seen.title, seen.clipboard, seen.typed) == (code, "before", "", b"")
    assert (seen.is_alternate, seen.has_cursor) == (False, True)


def test_the_terminal_obeys_and_answers_what_is_written_raw(tmp_path: Path) -> None:
    """Without this, the other tests would prove nothing."""
    seen = in_tmux([sys.executable, "-c", f"print({COMMAND_NAME!r})"], tmp_path, {}, tmp_path)
    assert (seen.title, seen.is_alternate, seen.has_cursor) == ("title", True, False)
    assert "cli" in seen.clipboard
    assert seen.typed.startswith(b"\x1b[")


@pytest.mark.parametrize("columns", [80, 40])
def test_a_run_shows_its_lines_and_leaves_the_terminal_as_it_was(empty: Project, tmp_path: Path, columns: int) -> None:
    plant(empty.root / "mine", TEXTS)
    (empty.data / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    seen = in_tmux(empty.command("-v"), empty.root, empty.environment(), tmp_path, columns)
    hold_unchanged(seen, 0)
    plain = empty.doit("--force", "-v").stdout.splitlines()
    without_starts = [line for line in plain if not line.startswith("▶   ")]
    assert shape("\n".join(seen.lines)) == shape("\n".join(without_starts))


def test_errors_and_looks_leave_the_terminal_as_it_was(empty: Project, tmp_path: Path) -> None:
    plant(empty.root / "mine", TEXTS)
    (empty.data / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    for number, arguments in enumerate(
        ((COMMAND_NAME,), ("plan", f"project={COMMAND_NAME}"), ("history",), ("graph",))
    ):
        place = tmp_path / str(number)
        place.mkdir()
        seen = in_tmux(empty.command(*arguments), empty.root, empty.environment(), place)
        hold_unchanged(seen, 0 if number else 3)
        assert number or "name: no such stage, script or output" in seen.lines[0]

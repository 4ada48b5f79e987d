"""How a program ends: what it says, and with which code."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from common.errors import HeldError
from common.exits import exit_code_of, tell, writable

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


def raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "code", "said"),
    [
        (lambda: 0, 0, ""),
        (lambda: None, 0, ""),
        (lambda: 5, 5, ""),
        (raising(HeldError("data is held\x1b]0;x\x07")), 75, "error: data is held\n"),
        (raising(KeyboardInterrupt()), 130, "error: interrupted\n"),
        (raising(MemoryError()), 1, "error: out of memory\n"),
        (raising(PermissionError(13, "Permission denied", "x")), 77, "error: x: Permission denied"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], work: Callable[[], int | None], code: int, said: str
) -> None:
    assert exit_code_of(work, tells_faults=False) == code
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert bool(err) == bool(said)


def faulty() -> int:
    return {"y": 1}["x"]


def test_a_fault_of_the_program_is_told_with_its_place_or_raised(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(faulty, tells_faults=True) == 1
    assert capsys.readouterr().err.startswith("error: a fault in this program: KeyError: 'x' (")
    with pytest.raises(KeyError):
        exit_code_of(faulty, tells_faults=False)


def test_telling_returns_the_exit_code_that_says_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(HeldError("busy")) == 75
    assert capsys.readouterr().err == "error: busy\n"


@pytest.mark.parametrize(("number", "name"), [(2, "SIGINT"), (15, "SIGTERM"), (1, "SIGHUP")])
def test_a_signal_ends_it_with_its_own_code_and_a_second_one_at_once(number: int, name: str) -> None:
    code = f"""if 1:
        import os, sys
        from common.exits import begin, exit_code_of
        def work():
            try:
                os.kill(os.getpid(), {number})
            finally:
                if "twice" in sys.argv:
                    os.kill(os.getpid(), {number})
        begin(lambda: os.write(1, b"last words"))
        sys.exit(exit_code_of(work, tells_faults=True))
    """
    command = [sys.executable, "-c", code]
    once = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (once.returncode, once.stdout) == (128 + number, "")
    assert once.stderr.startswith(f"stopped by {name}.")
    assert once.stderr.count("\n") == 1
    twice = subprocess.run([*command, "twice"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (twice.returncode, twice.stdout, twice.stderr) == (128 + number, "last words", "")


def test_a_stream_takes_every_text_also_one_that_was_closed() -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii")
    writable(stream).write("✓")
    stream.flush()
    assert written.getvalue() == b"?"
    nowhere = writable(None)
    nowhere.write("text")
    nowhere.close()

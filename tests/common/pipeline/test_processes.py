"""A program is run to its end, and nothing of it is left."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from common.pipeline import processes
from tests.tools.processes import is_alive
from tests.tools.waiting import ENDLESS, PATIENCE, wait_until

SLEEPER = "import subprocess, time; print(subprocess.Popen(['sleep', '9999']"


def run(
    tmp_path: Path, code: str, limit: float = PATIENCE, hear: Callable[[], object] = bool
) -> tuple[processes.Ended, list[bytes], list[bytes]]:
    """Run Python code, and `hear` at each line of output; return how it ended, and its lines of output and of error."""
    out: list[bytes] = []
    err: list[bytes] = []

    def take(line: bytes) -> str | None:
        out.append(line)
        hear()
        return None if line.startswith(b"secret") else line.decode().rstrip("\n")

    def take_error(line: bytes) -> str:
        err.append(line)
        return line.decode().rstrip("\n") + "\x1b[31m"

    ended = processes.run_process(
        [sys.executable, "-c", code], {"COLOUR": "green"}, limit, tmp_path / "logs" / "log", (take, take_error)
    )
    return ended, out, err


def test_lines_go_to_who_takes_them_and_to_the_log_unless_they_are_refused(tmp_path: Path) -> None:
    code = (
        "import os, sys; print('one'); print('secret'); print(os.environ['COLOUR'], end=''); sys.stderr.write('no\\n')"
    )
    ended, out, err = run(tmp_path, code)
    assert (ended.exit_code, ended.timed_out) == (0, False)
    assert (out, err) == ([b"one\n", b"secret\n", b"green"], [b"no\n"])
    log = tmp_path / "logs" / "log"
    assert sorted(log.read_bytes().split(b"\n"))[1:] == [b"green", b"no", b"one"]
    assert log.stat().st_mode & 0o777 == 0o600
    assert ended.seconds > 0
    assert ended.peak_memory > 1_000_000


def test_lines_are_heard_to_the_last_however_long_each_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.01)
    heard = threading.Event()
    ended, out, _ = run(tmp_path, "for number in range(3): print(number)", hear=lambda: heard.wait(0.1))
    assert (ended.exit_code, out) == (0, [b"0\n", b"1\n", b"2\n"])
    assert (tmp_path / "logs" / "log").read_bytes() == b"0\n1\n2\n"


def test_a_line_of_any_length_is_heard_in_parts(tmp_path: Path) -> None:
    _, out, _ = run(tmp_path, "print('x' * 100_000); print('last', end='')")
    assert [len(part) for part in out] == [65_536, 100_001 - 65_536, 4]
    assert b"".join(out) == b"x" * 100_000 + b"\nlast"


def test_what_a_grandchild_writes_without_end_is_not_waited_for(tmp_path: Path) -> None:
    flood = "subprocess.Popen(['yes', 'x' * 999], start_new_session=True)"
    ended, _, err = run(tmp_path, f"import subprocess, sys; print({flood}.pid, file=sys.stderr)")
    assert (ended.exit_code, ended.timed_out) == (0, False)
    wait_until(lambda: not is_alive(int(err[0])), "the grandchild has ended, since nobody reads what it writes")


def test_a_program_that_floods_is_heard_to_the_end_and_fills_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LARGEST_SCRIPT_LOG", 10)
    _, out, _ = run(tmp_path, "for number in range(9): print('line', number)")
    assert len(out) == 9
    assert (tmp_path / "logs" / "log").read_text() == "line 0\nline 1\n(the rest is left out: the limit is 10 bytes)\n"


@pytest.mark.parametrize(
    ("code", "exit_code"), [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", -9)]
)
def test_the_exit_code_is_the_programs_or_the_signal_below_0(tmp_path: Path, code: str, exit_code: int) -> None:
    ended, _, _ = run(tmp_path, code)
    assert (ended.exit_code, ended.timed_out) == (exit_code, False)


def test_a_program_that_takes_too_long_is_killed_with_a_grandchild_that_left_its_group(tmp_path: Path) -> None:
    for limit in (1, 8, 64):  # on a busy machine the grandchild may be late
        ended, out, _ = run(tmp_path, f"{SLEEPER}, start_new_session=True).pid, flush=True); {ENDLESS}", limit)
        assert (ended.exit_code, ended.timed_out) == (-signal.SIGKILL, True)
        if out:
            break
    wait_until(lambda: not is_alive(int(out[0])), "the grandchild is gone")


def test_a_grandchild_that_holds_the_output_is_not_waited_for_and_does_not_stay(tmp_path: Path) -> None:
    ended, out, _ = run(tmp_path, f"{SLEEPER}).pid)")
    assert (ended.exit_code, ended.timed_out) == (0, False)
    wait_until(lambda: not is_alive(int(out[0])), "the grandchild is gone")


def test_kill_ends_whatever_runs(tmp_path: Path) -> None:
    ended, _, _ = run(tmp_path, f"import time; print('begun', flush=True); {ENDLESS}", hear=processes.kill)
    assert (ended.exit_code, ended.timed_out) == (-signal.SIGKILL, False)


@pytest.mark.parametrize(
    ("deaf", "sign"), [("pass", signal.SIGTERM), ("signal.signal(signal.SIGTERM, signal.SIG_IGN)", signal.SIGKILL)]
)
def test_whatever_runs_is_stopped_gently_and_at_once_if_it_is_deaf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaf: str, sign: signal.Signals
) -> None:
    monkeypatch.setattr(processes, "_stopping", threading.Event())
    code = f"import signal, time; {deaf}; print('begun', flush=True); {ENDLESS}"
    ended, _, _ = run(tmp_path, code, hear=processes.stop_all)
    assert (ended.exit_code, ended.timed_out) == (-sign, False)


def test_a_program_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        processes.run_process(["no-such-program"], {}, 1, tmp_path / "log", (lambda _: "", lambda _: ""))

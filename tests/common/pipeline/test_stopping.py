"""What is stopped or killed, and what is left of it."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import sys
import termios
import time
from typing import IO, TYPE_CHECKING

import pytest
from doit.dependency import JSONCodec

from common.pipeline.state import StateDatabase
from tests.tools.processes import has_open, is_alive, processes_in
from tests.tools.waiting import ENDLESS, PATIENCE, wait_until

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import Popen

    from tests.common.pipeline.conftest import Toy

BEGINS = "Path('started').write_text(str(os.getpid()))"
UNTIL_TOLD = "while not Path('go').exists(): time.sleep(0.01)"
STAGES = {"count": "reading", "double": "doubling", "square": "squaring", "total": "adding"}


def start_with(toy: Toy, *arguments: str) -> Popen[str]:
    """Start a run; return it once the script that writes `started` has begun."""
    run = toy.start(*arguments)
    wait_until(lambda: text_of(toy.root / "started"), "the script has begun")
    return run


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def recorded(toy: Toy) -> set[str]:
    """Return the scripts that the state file has as done."""
    state = StateDatabase(str(toy.root / "data" / ".doit.db"), JSONCodec())
    kept = {script: state.get(f"{stage}:{script}", "_values_:") or {} for script, stage in STAGES.items()}
    return {script for script, values in kept.items() if "targets" in values}


def wait_for_the_end_of_scripts(toy: Toy) -> None:
    wait_until(lambda: not processes_in(toy.root), "no process of the run is left")


@pytest.mark.parametrize(
    ("sign", "code", "processes"),
    [(signal.SIGINT, 130, "1"), (signal.SIGINT, 130, "2"), (signal.SIGTERM, 143, "2"), (signal.SIGHUP, 129, "1")],
)
def test_a_signal_ends_a_run_with_its_scripts_and_keeps_what_is_finished(
    toy: Toy, sign: signal.Signals, code: int, processes: str
) -> None:
    toy.trouble("double", f"{BEGINS}; {ENDLESS}")
    run = start_with(toy, "-n", processes)
    run.send_signal(sign)
    _, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == code
    assert f"stopped by {sign.name}" in err
    assert "Traceback" not in err
    wait_for_the_end_of_scripts(toy)
    assert not (toy.root / "data" / "double.txt").exists()
    toy.trouble("double", "")
    assert toy.plan()["doubling:double"][0] == "did not finish last time"
    assert "count" not in toy.doit().ran


@pytest.mark.parametrize("signals", [1, 2])
def test_a_signal_or_two_end_a_script_that_is_deaf_to_them(toy: Toy, signals: int) -> None:
    toy.trouble("double", f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {BEGINS}; {ENDLESS}")
    run = start_with(toy)
    for _ in range(signals):
        run.send_signal(signal.SIGINT)
    run.communicate(timeout=PATIENCE)
    assert run.returncode == 130
    wait_for_the_end_of_scripts(toy)


def test_a_killed_run_leaves_no_script_behind_and_loses_nothing_finished(toy: Toy) -> None:
    toy.trouble("double", f"{BEGINS}; {ENDLESS}")
    run = start_with(toy, "-n", "2")
    wait_until(lambda: "square" in recorded(toy), "square is recorded as done")
    run.kill()
    run.communicate()
    wait_for_the_end_of_scripts(toy)
    toy.trouble("double", "")
    again = toy.doit()
    assert "! the last run was cut short: 1 script did not finish" in again.err
    assert again.ran == ["double", "total"]


@pytest.mark.usefixtures("after_a_run")
def test_a_forced_run_killed_half_way_leaves_no_half_output_behind(toy: Toy) -> None:
    toy.trouble("double", f"Path('data/double.txt').write_text('ha'); {BEGINS}; {ENDLESS}")
    run = start_with(toy, "--force", "doubling")
    run.kill()
    run.communicate()
    wait_for_the_end_of_scripts(toy)
    toy.trouble("double", "")
    assert toy.doit().ran == ["double"]
    assert toy.output("double") == "4"


@pytest.mark.parametrize(("seed", "runs"), [(7, 3), pytest.param(8, 12, marks=pytest.mark.faults)])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_outputs_and_does_nothing_finished_twice(
    toy: Toy, seed: int, runs: int
) -> None:
    chance = random.Random(seed)
    for script in STAGES:
        toy.trouble(script, "time.sleep(0.15)")
    for _ in range(runs):
        shutil.rmtree(toy.root / "data", ignore_errors=True)
        (toy.root / "runs.txt").unlink(missing_ok=True)
        run, begun = toy.start("-n", "2"), chance.randrange(5)
        wait_until(lambda: text_of(toy.root / "runs.txt").count("\n") >= begun, f"{begun} scripts have begun")  # noqa: B023
        time.sleep(chance.uniform(0, 0.3))
        run.kill()
        run.communicate()
        wait_for_the_end_of_scripts(toy)
        finished = recorded(toy)
        assert set(toy.doit("-n", "2").ran) == STAGES.keys() - finished
        assert toy.output("total") == "8"
        assert list((toy.root / "data").rglob("*.tmp")) == []


@pytest.mark.usefixtures("after_a_run")
def test_what_a_killed_writer_left_is_swept_by_the_next_run(toy: Toy) -> None:
    leftover = toy.root / "data" / ".double.txt.999999999.tmp"
    leftover.write_text("half")
    toy.doit()
    assert not leftover.exists()


def test_what_a_script_leaves_that_outlives_its_run_by_a_moment_is_swept_too(toy: Toy) -> None:
    toy.trouble("double", f"def half():\n    yield b'ha'\n    {BEGINS}; {ENDLESS}\nwrite_atomically(report, half())")
    run = start_with(toy)
    survivor = int((toy.root / "started").read_text())
    os.kill(survivor, signal.SIGSTOP)  # else it would end with its run
    run.kill()
    run.communicate()
    toy.trouble("double", "")
    toy.trouble("total", f"Path('almost done').touch()\n{UNTIL_TOLD}")
    again = toy.start()
    wait_until((toy.root / "almost done").exists, "the last script of the next run has begun")
    assert [path.name for path in (toy.root / "data").rglob("*.tmp")] == [f".double.txt.{survivor}.tmp"]
    os.kill(survivor, signal.SIGKILL)
    wait_until(lambda: not is_alive(survivor), "the script of the killed run is gone")
    (toy.root / "go").touch()
    again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    assert list((toy.root / "data").rglob("*.tmp")) == []


def test_a_second_run_on_the_same_data_says_who_holds_it_or_waits(toy: Toy) -> None:
    toy.trouble("count", f"{BEGINS}\n{UNTIL_TOLD}")
    first = start_with(toy)
    second = toy.doit()
    assert second.code == 75
    assert second.err.startswith(f"error: data is held by `doit run`, process {first.pid}, since ")
    assert toy.doit("forget", "adding").code == 75
    assert toy.doit("clean").code == 75
    waiting = toy.start("--wait")
    wait_until(lambda: has_open(waiting.pid, toy.root / "data" / ".lock"), "the run that waits has opened the lock")
    assert (first.poll(), waiting.poll()) == (None, None)
    (toy.root / "go").touch()
    assert "nothing to do: 4 scripts up to date" in waiting.communicate(timeout=PATIENCE)[0]
    first.communicate(timeout=PATIENCE)
    assert (waiting.returncode, first.returncode) == (0, 0)


def unread(pipe: IO[str]) -> int:
    """Return how many bytes lie in a pipe."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_a_second_signal_ends_a_run_at_once_where_nobody_reads_what_is_shown(toy: Toy) -> None:
    toy.trouble("count", f"{BEGINS}\nwhile True: print('x' * 9999, flush=True)")
    run = start_with(toy, "--verbose")
    assert run.stdout
    shown, room = run.stdout, fcntl.fcntl(run.stdout, fcntl.F_GETPIPE_SZ)
    wait_until(lambda: unread(shown) > room - 9999, "the pipe has no room for one more line")
    run.send_signal(signal.SIGINT)
    wait_until(lambda: processes_in(toy.root) == [run.pid], "the scripts are gone")
    assert run.poll() is None
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=PATIENCE) == 130
    run.communicate()

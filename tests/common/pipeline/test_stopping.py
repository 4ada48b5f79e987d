"""What is stopped or killed, and what is left of it."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from doit.dependency import JSONCodec

from common.pipeline.database import Database
from tests.tools.waiting import scripts_alive, wait_for

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy

SLOW = "Path('started').touch(); time.sleep(20)"


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_signal_ends_scripts_within_a_second_and_keeps_what_is_finished(
    toy: Toy, sign: signal.Signals, code: int, processes: str
) -> None:
    toy.trouble("double", SLOW)
    run = toy.start("-n", processes)
    wait_for((toy.root / "started").exists)
    began = time.monotonic()
    run.send_signal(sign)
    _, err = run.communicate(timeout=10)
    assert time.monotonic() - began < 2.5  # a tenth of a second on a machine with nothing else to do
    assert run.returncode == code
    assert f"stopped by {sign.name}; what was finished is kept" in err
    assert "Traceback" not in err
    assert scripts_alive(toy.root) == []
    toy.trouble("double", "")
    assert toy.plan()["doubling:double"][0] == "did not finish last time"
    assert "count" not in toy.doit().ran


def test_a_second_signal_ends_a_run_at_once_though_a_script_is_deaf(toy: Toy) -> None:
    toy.trouble("double", f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLOW}")
    run = toy.start()
    wait_for((toy.root / "started").exists)
    run.send_signal(signal.SIGINT)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=5)
    assert run.returncode == 130
    wait_for(lambda: not scripts_alive(toy.root), 3)


def test_a_killed_run_leaves_no_script_behind_and_loses_nothing_finished(toy: Toy) -> None:
    toy.trouble("double", SLOW)
    run = toy.start("-n", "2")
    wait_for((toy.root / "started").exists)
    wait_for((toy.root / "data" / "square.txt").exists)
    time.sleep(0.3)
    run.kill()
    run.communicate()
    wait_for(lambda: not scripts_alive(toy.root), 3)
    toy.trouble("double", "")
    again = toy.doit()
    assert "! the last run was cut short: 1 script did not finish" in again.err
    assert again.ran == ["double", "total"]


@pytest.mark.usefixtures("after_a_run")
def test_a_forced_run_killed_half_way_leaves_no_half_output_behind(toy: Toy) -> None:
    toy.trouble("double", f"Path('data/double.txt').write_text('ha'); {SLOW}")
    run = toy.start("--force", "doubling")
    wait_for((toy.root / "started").exists)
    run.kill()
    run.communicate()
    wait_for(lambda: not scripts_alive(toy.root), 3)
    toy.trouble("double", "")
    assert toy.doit().ran == ["double"]
    assert toy.output("double") == "4"


@pytest.mark.parametrize(("seed", "runs"), [(7, 3), pytest.param(8, 12, marks=pytest.mark.faults)])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_outputs_and_does_nothing_finished_twice(
    toy: Toy, seed: int, runs: int
) -> None:
    chance = random.Random(seed)
    for script in ("count", "double", "square", "total"):
        toy.trouble(script, "time.sleep(0.15)")
    for _ in range(runs):
        shutil.rmtree(toy.root / "data", ignore_errors=True)
        run = toy.start("-n", "2")
        time.sleep(chance.uniform(0, 1.2))
        run.kill()
        run.communicate()
        wait_for(lambda: not scripts_alive(toy.root), 3)
        state = Database(str(toy.root / "data" / ".doit.db"), JSONCodec())
        stages = {"count": "reading", "double": "doubling", "square": "squaring", "total": "adding"}
        finished = {
            script
            for script, stage in stages.items()
            if "targets" in (state.get(f"{stage}:{script}", "_values_:") or {})
        }
        assert set(toy.doit("-n", "2").ran) == stages.keys() - finished
        assert toy.output("total") == "8"
        assert list((toy.root / "data").rglob("*.tmp")) == []


@pytest.mark.usefixtures("after_a_run")
def test_what_a_killed_writer_left_is_swept_by_the_next_run(toy: Toy) -> None:
    leftover = toy.root / "data" / ".double.txt.999999999.tmp"
    leftover.write_text("half")
    toy.doit()
    assert not leftover.exists()


def test_what_a_script_leaves_that_outlives_its_run_by_a_moment_is_swept_too(toy: Toy) -> None:
    toy.trouble("double", f"def half():\n    yield b'ha'\n    {SLOW}\nwrite_atomically(report, half())")
    run = toy.start()
    wait_for((toy.root / "started").exists)
    run.kill()
    run.communicate()
    toy.trouble("double", "")
    toy.trouble("total", "time.sleep(0.7)")  # longer than the script of the killed run lives on
    assert toy.doit().ran == ["double", "square", "total"]
    assert list((toy.root / "data").rglob("*.tmp")) == []


def test_a_second_run_on_the_same_data_says_who_holds_it_or_waits(toy: Toy) -> None:
    toy.trouble("count", "Path('started').touch()\nwhile not Path('go').exists(): time.sleep(0.01)")
    first = toy.start()
    wait_for((toy.root / "started").exists)
    second = toy.doit()
    assert second.code == 75
    assert second.err.startswith(f"error: data is held by `doit run`, process {first.pid}, since ")
    assert toy.doit("forget", "adding").code == 75
    assert toy.doit("clean").code == 75
    waiting = toy.start("--wait")
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(0.5)
    (toy.root / "go").touch()
    assert "nothing to do: 4 scripts up to date" in waiting.communicate(timeout=30)[0]
    assert (waiting.returncode, first.wait(timeout=10)) == (0, 0)
    first.communicate()


def test_an_interrupt_ends_scripts_though_nobody_reads_what_is_shown(toy: Toy) -> None:
    toy.trouble("count", "Path('started').touch()\nwhile True: print('x' * 9999, flush=True)")
    run = toy.start("--verbose")
    wait_for((toy.root / "started").exists)
    time.sleep(0.3)  # the pipe is full
    run.send_signal(signal.SIGINT)
    wait_for(lambda: scripts_alive(toy.root) == [str(run.pid)])
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=10) == 130
    run.communicate()

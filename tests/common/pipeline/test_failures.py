"""What fails, and what is said of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.tools.waiting import scripts_alive

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy


def test_a_failure_says_which_script_why_where_all_of_it_is_and_what_to_type(toy: Toy) -> None:
    toy.trouble("double", "print('before'); sys.stderr.write('first\\n'); raise SystemExit('error: no \\x1b[31mred')")
    result = toy.doit()
    assert (result.code, result.ran) == (1, ["count", "double"])
    lines = result.err.splitlines()
    assert lines[0].startswith("✗ double failed after ")
    assert lines[0].endswith(" s (exit 1)")
    assert lines[1:] == [
        "    first",
        "    no red",
        "  all of its output: data/logs/double.log",
        "  when that is mended, `doit` goes on from here",
    ]
    assert "before" in (toy.root / "data" / "logs" / "double.log").read_text()
    assert "1 script run, 0 up to date, 1 failed" in result.out
    assert toy.plan()["doubling:double"][0] == "failed last time"
    toy.trouble("double", "")
    assert toy.doit().ran == ["double", "square", "total"]


@pytest.mark.usefixtures("after_a_run")
def test_continue_runs_what_does_not_depend_on_the_failure_and_ends_with_1(toy: Toy) -> None:
    toy.trouble("double", "raise SystemExit('no')")
    result = toy.doit("--continue", "marathon_over=3", "--force")
    assert (result.code, result.ran) == (1, ["count", "double", "square"])
    assert "– adding        not run: an earlier script failed" in result.err
    toy.trouble("double", "")
    assert toy.doit("marathon_over=3").ran == ["double"]  # equal bytes: what was not run is still up to date


def test_a_script_that_crashes_shows_one_line_and_keeps_its_traceback_in_the_log(toy: Toy) -> None:
    toy.trouble("double", "{}['x']")
    assert "    a fault in this program: KeyError: 'x'\n" in toy.doit().err
    assert "Traceback (most recent call last)" in (toy.root / "data" / "logs" / "double.log").read_text()


def test_a_traceback_of_any_length_is_one_line(toy: Toy) -> None:
    calls = "\n".join(f"def f{n + 1}(): f{n}()" for n in range(60))
    code = f"def f0(): {{}}['x']\n{calls}\nf60()"
    toy.trouble("double", f"exec({code!r}, {{}})")
    err = toy.doit().err
    assert "    a fault in this program: KeyError: 'x'\n" in err
    assert err.count("\n") < 10


@pytest.mark.parametrize(("code", "ended"), [(2, 2), (74, 74), (77, 77), (5, 1), (200, 1)])
def test_what_a_script_says_of_its_surroundings_is_the_exit_code(toy: Toy, code: int, ended: int) -> None:
    toy.trouble("count", f"raise SystemExit({code})")
    assert toy.doit().code == ended


def test_a_script_that_ends_well_without_its_output_has_failed(toy: Toy) -> None:
    toy.trouble("count", "raise SystemExit(0)")
    result = toy.doit()
    assert result.code == 1
    assert "ended well, but did not write data/count.txt" in result.err


def test_a_script_that_dies_by_a_signal_is_a_failure_by_name(toy: Toy) -> None:
    toy.trouble("count", "os.kill(os.getpid(), 11)")
    result = toy.doit("-n", "2")
    assert result.code == 1
    assert "was killed by signal SIGSEGV" in result.err


def test_the_time_limit_kills_the_whole_tree_also_a_grandchild_with_a_session_of_its_own(toy: Toy) -> None:
    toy.trouble("count", "import subprocess; subprocess.Popen(['sleep', '30'], start_new_session=True); time.sleep(30)")
    began = time.monotonic()
    result = toy.doit("timeout=1")
    assert time.monotonic() - began < 20  # the scripts would take 30
    assert result.code == 1
    assert "ran longer than 1 s, its time limit (setting timeout), and was stopped" in result.err
    assert scripts_alive(toy.root) == []


def test_a_script_can_have_a_time_limit_of_its_own(toy: Toy) -> None:
    (toy.root / "data").mkdir()
    (toy.root / "data" / "settings.toml").write_text("[timeouts]\ncount = 0.5\n")
    toy.trouble("count", "time.sleep(20)")
    assert "ran longer than 0.5 s" in toy.doit().err
    (toy.root / "data" / "settings.toml").write_text("[timeouts]\ncuont = 0.5\n")
    assert toy.doit().err == "error: data/settings.toml: timeouts: cuont is no script\n"


def test_a_grandchild_that_holds_the_output_is_not_waited_for(toy: Toy) -> None:
    toy.trouble("count", "import subprocess; subprocess.Popen(['sleep', '20'])")
    began = time.monotonic()
    assert toy.doit().code == 0
    assert time.monotonic() - began < 15  # it would take 20
    assert scripts_alive(toy.root) == []

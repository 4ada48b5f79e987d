"""What fails, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tools.processes import processes_in
from tests.tools.waiting import ENDLESS, wait_until

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy

SLEEPER = "import subprocess; subprocess.Popen(['sleep', '9999']"


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
        "  full output: data/logs/double.log",
        "  Fix the cause, then run `doit` to continue.",
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


def test_a_traceback_of_any_length_is_one_line(toy: Toy) -> None:
    calls = "\n".join(f"def f{n + 1}(): f{n}()" for n in range(60))
    code = f"def f0(): {{}}['x']\n{calls}\nf60()"
    toy.trouble("double", f"exec({code!r}, {{}})")
    err = toy.doit().err
    assert "    a fault in this program: KeyError: 'x'\n" in err
    assert err.count("\n") < 10
    assert "Traceback (most recent call last)" in (toy.root / "data" / "logs" / "double.log").read_text()


@pytest.mark.parametrize(("code", "ended"), [(2, 2), (200, 1)])
def test_what_a_script_says_of_its_surroundings_is_the_exit_code(toy: Toy, code: int, ended: int) -> None:
    toy.trouble("count", f"raise SystemExit({code})")
    assert toy.doit().code == ended


def test_a_script_that_dies_by_a_signal_is_a_failure_by_name(toy: Toy) -> None:
    toy.trouble("count", "os.kill(os.getpid(), 11)")
    result = toy.doit("-n", "2")
    assert result.code == 1
    assert "killed by signal SIGSEGV" in result.err


def test_the_time_limit_kills_the_whole_tree(toy: Toy) -> None:
    sleeper = f"{SLEEPER}, start_new_session=True)"
    toy.trouble("count", f"{sleeper}; Path('tree').touch(); {ENDLESS}")
    for limit in (1, 8, 64):  # on a busy machine the tree may take its time to grow
        result = toy.doit(f"timeout={limit}")
        assert result.code == 1
        assert f"stopped after its time limit of {limit} s (setting timeout)" in result.err
        wait_until(lambda: not processes_in(toy.root), "nothing of the tree is left")
        if (toy.root / "tree").exists():
            return
    pytest.fail("the script never got to start its child")


def test_a_script_can_have_a_time_limit_of_its_own(toy: Toy) -> None:
    (toy.root / "data").mkdir()
    (toy.root / "data" / "settings.toml").write_text("[timeouts]\ncount = 0.5\n")
    toy.trouble("count", ENDLESS)
    assert "stopped after its time limit of 0.5 s" in toy.doit().err
    (toy.root / "data" / "settings.toml").write_text("[timeouts]\ncuont = 0.5\n")
    assert toy.doit().err == "error: data/settings.toml: timeouts: cuont is not a script; did you mean count?\n"

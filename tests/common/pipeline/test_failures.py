"""What fails, is stopped, is killed or is damaged, and what is left of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doit.dependency import JSONCodec

from common.pipeline.database import Database
from common.running import execution_log as log

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.common.pipeline.conftest import Toy

SLOW = "Path('started').touch(); time.sleep(20)"


def scripts_alive(root: Path) -> list[str]:
    """Return the processes that run in the toy project."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            inside = (process / "cwd").readlink() == root
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        found += [process.name] if inside and state != "Z" else []
    return found


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


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
def test_a_moved_data_directory_is_made_again_or_adopted(toy: Toy) -> None:
    (toy.root / "data").rename(toy.root / "other")
    assert toy.plan("data=other")["doubling:double"][0] == "output not known: other/double.txt"
    assert toy.doit("adopt", "data=other").code == 0
    assert toy.doit("data=other").ran == []


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


@pytest.mark.parametrize("damage", [b"", b"garbage", b"SQLite format 3\0" + b"\0" * 200])
@pytest.mark.usefixtures("after_a_run")
def test_a_state_file_that_cannot_be_read_is_said_set_aside_and_made_anew(toy: Toy, damage: bytes) -> None:
    path = toy.root / "data" / ".doit.db"
    path.write_bytes(damage)
    looked = toy.doit("plan")
    assert "cannot be read" in looked.err
    assert path.read_bytes() == damage
    result = toy.doit()
    assert result.code == 0
    assert result.ran == ["count", "double", "square", "total"]
    assert (toy.root / "data" / ".doit.db.unreadable").read_bytes() == damage
    assert toy.doit().ran == []


@pytest.mark.usefixtures("after_a_run")
def test_a_flipped_bit_in_the_state_file_is_never_believed(toy: Toy) -> None:
    path = toy.root / "data" / ".doit.db"
    raw = bytearray(path.read_bytes())
    raw[raw.index(b'"settings"') + 3] ^= 1
    path.write_bytes(bytes(raw))
    assert "is damaged" in toy.doit("plan").err


@pytest.mark.usefixtures("after_a_run")
def test_a_record_of_another_version_is_a_reason_to_run(toy: Toy) -> None:
    database = Database(str(toy.root / "data" / ".doit.db"), JSONCodec())
    database.set("doubling:double", "_values_:", {"settings": {}, "code": {}, "targets": {}})
    database.dump()
    said = "recorded by another version of this program, without agents, reads, transcripts"
    assert toy.plan()["doubling:double"] == [said]
    assert toy.doit().ran == ["double"]


@pytest.mark.usefixtures("after_a_run")
def test_what_is_made_can_be_read_by_its_owner_alone(toy: Toy) -> None:
    data = toy.root / "data"
    modes = {str(path.relative_to(data)): oct(path.stat().st_mode & 0o777) for path in data.rglob("*")}
    assert set(modes.values()) == {"0o600", "0o700"}
    assert [name for name, mode in modes.items() if mode == "0o700"] == ["logs"]


def test_a_look_writes_nothing_on_a_data_directory_that_is_not_there(toy: Toy) -> None:
    for command in ("list", "plan", "history", "graph", "verify"):
        assert toy.doit(command).code == 0
        assert not (toy.root / "data").exists()


def test_a_data_directory_that_cannot_be_written_is_said(toy: Toy) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    (toy.root / "data").mkdir(mode=0o500)
    assert toy.doit().code == 77


def test_a_full_disk_ends_with_74_and_names_the_file(toy: Toy) -> None:
    toy.trouble("count", "import errno; raise OSError(errno.ENOSPC, 'No space left on device', str(report))")
    result = toy.doit()
    assert result.code == 74
    assert "data/count.txt: No space left on device; make room, or choose another data=DIR" in result.err


def without_room(toy: Toy) -> subprocess.CompletedProcess[str]:
    """Run doit where no file may grow beyond 64 kB, which stands for a disk that is full."""
    command = ["bash", "-c", 'ulimit -f 64; exec "$@"', "limited", *toy.command()]
    done = subprocess.run(
        command, cwd=toy.root, env=toy.environment(), capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, "Traceback" in done.stderr) == (74, False), done.stderr
    return done


def test_a_log_without_room_is_one_message_and_its_script_is_heard_to_the_end(toy: Toy) -> None:
    toy.trouble("count", "for _ in range(2000): print('x' * 99)")
    assert "data/logs/count.log: File too large" in without_room(toy).stderr
    assert toy.output("count") == "2"


@pytest.mark.usefixtures("after_a_run")
def test_an_execution_log_without_room_is_one_message(toy: Toy) -> None:
    (toy.root / "data" / log.LOG_NAME).write_text("x" * 99999)
    toy.add_transcript("c.jsonl")
    done = without_room(toy)
    assert done.stderr.startswith("error: data/pipeline_execution_log.json: File too large")
    assert "✓" not in done.stdout


@pytest.mark.usefixtures("after_a_run")
def test_a_last_stage_that_cannot_be_logged_is_not_said_to_be_done(toy: Toy) -> None:
    (toy.root / "data" / log.LOG_NAME).unlink()
    (toy.root / "data" / log.LOG_NAME / "folder").mkdir(parents=True)
    result = toy.doit("run", "--only", "--force", "adding")
    assert (result.code, result.ran) == (2, ["total"])
    assert "✓" not in result.out
    assert result.err.count(log.LOG_NAME) == 1


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


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("call", ["fsync", "rename", "unlink", "clone,clone3"])
@pytest.mark.usefixtures("after_a_run")
def test_an_error_of_the_system_at_any_call_is_one_message_and_the_next_run_mends_it(toy: Toy, call: str) -> None:
    for when in (1, 2, 3, 5, 8):
        shutil.rmtree(toy.root / "data")
        inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
        inject += ["-e", f"inject={call}:error={'EAGAIN' if 'clone' in call else 'ENOSPC'}:when={when}"]
        command = [*inject, *toy.command("-n", "2")]
        done = subprocess.run(
            command, cwd=toy.root, env=toy.environment(), capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode in (0, 1, 74), done.stderr
        assert "Traceback" not in done.stderr
        assert "Fatal Python error" not in done.stderr
        assert toy.doit().code == 0
        assert toy.output("total") == "8"


def test_plain_lines_are_ascii_where_the_terminal_knows_no_more(toy: Toy) -> None:
    out = toy.doit(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").out
    assert "ok done after" in out
    assert out.isascii()


def test_quiet_says_nothing_but_errors(toy: Toy) -> None:
    result = toy.doit("--quiet")
    assert (result.out, result.err) == ("", "")
    toy.trouble("double", "raise SystemExit('no')")
    assert toy.doit("-q", "--force").err.startswith("✗ double failed")


def test_verbose_shows_what_scripts_print_made_harmless(toy: Toy) -> None:
    toy.trouble("double", "print('\\x1b]0;title\\x07words')")
    assert "doubling:double: words\n" in toy.doit("-v").out


def test_a_warning_is_said_once_also_with_what_scripts_print(toy: Toy) -> None:
    toy.trouble("double", "sys.stderr.write('chatter\\nwarning: an odd thing\\n')")
    result = toy.doit("-v")
    assert "▶ doubling:double: chatter\n" in result.out
    assert (result.out.count("odd"), result.err) == (0, "! double: an odd thing\n")


def test_what_a_script_warns_of_is_shown_and_the_rest_of_what_it_writes_is_in_its_log(toy: Toy) -> None:
    toy.trouble("double", "sys.stderr.write('warning: an odd\\x1b[31m thing\\nchatter\\n')")
    result = toy.doit()
    assert (result.code, result.err) == (0, "! double: an odd thing\n")
    assert "chatter" in (toy.root / "data" / "logs" / "double.log").read_text()


def test_stdout_closed_early_is_no_traceback(toy: Toy) -> None:
    run = toy.start("list")
    assert run.stdout is not None
    run.stdout.close()
    assert run.stderr is not None
    assert "Traceback" not in run.stderr.read()
    run.stderr.close()
    run.wait(timeout=10)

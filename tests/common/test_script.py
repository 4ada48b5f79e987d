"""A script's options come from its signature, and its errors are one line and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from common.script import Input, Output, parser_of
from tests.tools.processes import is_alive
from tests.tools.waiting import ENDLESS, PATIENCE, wait_until

ROOT = Path(__file__).parents[2]
SCRIPT = '''
"""A script."""
import os, sys, time
from pathlib import Path
from common.errors import InputError
from common.script import Input, Output, conclude, progress, run

def main(*, sessions: Input, report: Output, body: str = "", agents: tuple[Input, ...] = ()) -> None:
    """Do what `body` says."""
    exec(body)

if __name__ == "__main__":
    run(main)
'''


def example(*, sessions: Input, roots: tuple[Path, ...], report: Output, over: int = 20, name: str | None = None,
            share: bool = False, redact: bool = True, zones: tuple[str, ...] = ("UTC",)) -> None:  # fmt: skip
    """Make 100 % of a report."""


REQUIRED = ["--sessions", "in.json", "--roots", "a", "--report", "out.json"]


def test_options_are_typed_and_named_after_the_parameters() -> None:
    assert vars(parser_of(example).parse_args(REQUIRED)) == {
        "sessions": Path("in.json"),
        "roots": (Path("a"),),
        "report": Path("out.json"),
        "over": 20,
        "name": None,
        "share": False,
        "redact": True,
        "zones": ("UTC",),
    }
    more = ["--over", "3", "--name", "x", "--share", "--no-redact", "--roots", "b", "--zones", "A", "--zones", "B"]
    parsed = parser_of(example).parse_args([*REQUIRED, *more])
    assert (parsed.over, parsed.name, parsed.share, parsed.redact) == (3, "x", True, False)
    assert (parsed.roots, parsed.zones) == ((Path("a"), Path("b")), ("A", "B"))


@pytest.mark.parametrize("arguments", [[], [*REQUIRED, "--over", "x"], [*REQUIRED, "--ov", "3"], [*REQUIRED, "more"]])
def test_wrong_options_end_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser_of(example).parse_args(arguments)
    assert "usage:" in capsys.readouterr().err


def test_a_wrong_option_is_shown_harmless(tmp_path: Path) -> None:
    done = run_script(tmp_path, "pass", "--\x1b]0;title\x07odd")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "error: unrecognized arguments: --odd")
    assert "\x1b" not in done.stderr


def test_the_help_says_what_each_option_is() -> None:
    text = " ".join(parser_of(example).format_help().split())
    assert "Make 100 % of a report." in text
    assert "--sessions PATH input: must exist" in text
    assert "--over INT default: 20" in text


def run_script(tmp_path: Path, body: str, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "in.json").touch()
    command = [sys.executable, "script.py", "--sessions", "in.json", "--report", "out.json", "--body", body, *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("", 0, ""),
        ("raise InputError('file: wrong')", 2, "error: file: wrong\n"),
        ("raise InputError('\\x1b[31mred\\x1b]0;title\\x07')", 2, "error: red\n"),
        ("raise OSError(28, 'No space left on device', 'x')", 74, "error: x: No space left on device."),
        ("raise OSError(13, 'Permission denied', 'x')", 77, "error: x: Permission denied."),
        ("open('missing')", 2, "error: missing: No such file or directory"),
        ("{}['x']", 1, "error: a fault in this program: KeyError: 'x' (<string>:1)\n"),
        ("raise KeyboardInterrupt", 130, "error: interrupted\n"),
        ("raise MemoryError", 1, "error: out of memory\n"),
        ("os.kill(os.getpid(), 15); time.sleep(5)", 143, ""),
    ],
)
def test_how_a_script_ends(tmp_path: Path, body: str, code: int, said: str) -> None:
    done = run_script(tmp_path, body)
    assert done.returncode == code
    assert done.stderr.startswith(said)
    assert "Traceback" not in done.stderr


def test_inputs_that_are_missing_are_all_named_before_any_work(tmp_path: Path) -> None:
    done = run_script(tmp_path, "print('worked')", "--agents", "nowhere", "--agents", "gone", "--sessions", "lost")
    assert done.returncode == 2
    assert done.stdout == ""
    said = "lost does not exist (--sessions); nowhere does not exist (--agents); gone does not exist (--agents)"
    assert done.stderr.startswith(f"error: {said}. Run `doit`")
    assert done.stderr.count("\n") == 1


def test_what_a_script_makes_is_for_its_owner_alone(tmp_path: Path) -> None:
    run_script(tmp_path, "Path('made').touch()")
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600


def test_progress_is_told_only_to_who_listens_and_not_too_often(tmp_path: Path) -> None:
    body = (
        "time.monotonic = iter([0.04 * n for n in range(11)]).__next__\n"
        "for done in range(11): progress(done, 10, 'lines')\n"
        "conclude('10 lines')"
    )
    assert run_script(tmp_path, body).stdout == "10 lines\n"
    *told, said, _ = run_script(tmp_path, body, PIPELINE_PROGRESS="1").stdout.split("\n")
    assert told == [f'\x1e{{"done": {done}, "total": 10, "unit": "lines"}}' for done in (0, 3, 6, 9, 10)]
    assert said == "10 lines"


def test_a_script_whose_output_nobody_reads_ends_quietly(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "in.json").touch()
    command = [sys.executable, "script.py", "--sessions", "in.json", "--report", "x"]
    command += ["--body", "for _ in range(99999): print('words')"]  # more than a pipe holds
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.close()
    assert run.stderr.read() == b""
    run.stderr.close()
    run.wait(timeout=PATIENCE)


@pytest.mark.parametrize("program", ["script", "other program"])
def test_a_script_ends_when_the_pipeline_that_started_it_is_gone(tmp_path: Path, program: str) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "in.json").touch()
    body = f"Path('pid').write_text(f'{{os.getpid()}}\\n'); {ENDLESS}"
    command = [sys.executable, "script.py", "--sessions", "in.json", "--report", "x", "--body", body]
    if program == "other program":
        command = [sys.executable, "-m", "common.script", "sh", "-c", "echo $$ > pid; sleep 9999"]
    parent = textwrap.dedent(f"""
        import os, subprocess, time
        environment = {{**os.environ, "PIPELINE_PARENT": str(os.getpid())}}
        subprocess.Popen({command!r}, env=environment, start_new_session=True)
        {ENDLESS}
    """)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipeline = subprocess.Popen([sys.executable, "-c", parent], cwd=tmp_path, env=environment)
    pid = tmp_path / "pid"
    wait_until(lambda: pid.exists() and pid.read_text().endswith("\n"), "the script has begun")
    pipeline.kill()
    pipeline.wait()
    wait_until(lambda: not is_alive(int(pid.read_text())), "the script is gone")

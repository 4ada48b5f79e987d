"""Why a script would run, and what is kept and told of a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from common.pipeline.script_step import MARK, UNFINISHED, ScriptStep
from common.pipeline.staleness import Dependencies
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture
def script(tmp_path: Path) -> ScriptStep:
    (tmp_path / "in.txt").write_text("2")
    code = (
        "import sys; print('chatter'); print('\\x1e{\"done\": 1}'); print('\\x1enonsense'); print('1 number doubled');"
        "sys.stderr.write('warning: odd\\nfirst\\n'); open('out.txt', 'w').write('4')"
    )
    command = [sys.executable, "-c", f"import os; os.chdir({str(tmp_path)!r}); {code}"]
    reads, writes = (str(tmp_path / "in.txt"),), (str(tmp_path / "out.txt"),)
    return ScriptStep(
        script="double",
        command=command,
        log=tmp_path / "log",
        timeout=PATIENCE,
        writes=writes,
        dependencies=Dependencies(reads=reads, settings={}),
    )


def run(script: ScriptStep) -> tuple[Mapping[str, Any], list[object]]:
    heard: list[object] = []
    return script.run(heard.append, shows_progress=True), heard


def test_what_is_kept_of_a_run_says_that_nothing_is_to_be_done_until_something_changes(script: ScriptStep) -> None:
    assert list(script.reasons({})) == ["never run"]
    kept, heard = run(script)
    assert sorted(map(str, heard)) == ["1 number doubled", "chatter", "first", "{'done': 1}"]
    assert (script.said, kept["said"], list(script.tail)) == ("1 number doubled",) * 2 + (["warning: odd", "first"],)
    assert list(script.reasons(kept)) == []
    Path(script.writes[0]).write_text("5")
    assert list(script.reasons(kept)) == [f"output edited: {script.writes[0]}"]
    Path(script.writes[0]).write_text("4")
    Path(script.reads[0]).write_text("3")
    assert list(script.reasons(kept)) == [f"input changed: {script.reads[0]}"]
    assert list(script.reasons(kept, made=script.reads)) == []
    script.forced = True
    assert list(script.reasons(kept, made=script.reads)) == ["forced"]


def test_a_progress_line_that_is_nested_without_end_is_passed_over(script: ScriptStep) -> None:
    nested = script.command[-1].replace("print('\\x1enonsense')", "print('\\x1e' + '[' * 9999)")
    assert nested != script.command[-1]
    script.command[-1] = nested
    kept, heard = run(script)
    assert (kept["said"], len(heard)) == ("1 number doubled", 4)


def test_a_time_limit_beyond_what_a_clock_can_wait_is_none(script: ScriptStep) -> None:
    script.timeout = 1e300
    kept, _ = run(script)
    assert (kept["said"], script.problem) == ("1 number doubled", None)


def test_a_mark_is_a_reason_with_or_without_what_else_is_kept(script: ScriptStep) -> None:
    kept, _ = run(script)
    assert list(script.reasons({MARK: "forgotten"})) == ["forgotten"]
    assert list(script.reasons({**kept, MARK: UNFINISHED})) == [UNFINISHED]


def test_a_script_that_does_not_write_what_it_should_has_failed_and_nothing_is_kept(script: ScriptStep) -> None:
    script.writes = ("nowhere/out.txt",)
    assert run(script)[0] == {}
    assert script.problem == "exit 0, but it did not write nowhere/out.txt"
    record = script.log_record()
    assert (record["success"], record["reason"], record["exit_code"]) == (False, script.problem, 0)


def test_a_program_that_cannot_be_started_is_a_problem_with_its_exit_code(script: ScriptStep) -> None:
    script.command = ["/nowhere/program"]
    assert run(script)[0] == {}
    assert (script.ended.exit_code, script.log_record()["duration_seconds"]) == (2, 0.0)
    assert (script.problem or "").startswith("/nowhere/program: No such file or directory")


def test_outputs_that_lie_there_can_be_adopted(script: ScriptStep) -> None:
    Path(script.writes[0]).write_text("4")
    kept = script.adopted()
    assert kept["adopted"]
    assert list(script.reasons(kept)) == []


def test_a_transcript_that_grows_while_it_is_read_makes_the_outputs_stale(script: ScriptStep, tmp_path: Path) -> None:
    transcript = tmp_path / "sessions" / "a.jsonl"
    transcript.parent.mkdir()
    transcript.touch()
    script.dependencies.transcripts = (transcript.parent,)
    script.command[-1] += f"; open({str(transcript)!r}, 'a').write('more')"
    kept, _ = run(script)
    assert list(script.reasons(kept)) == ["transcripts changed: 1 grown"]
    kept, _ = run(script)
    transcript.with_name("b.jsonl").touch()
    assert list(script.reasons(kept)) == ["transcripts changed: 1 new, 1 grown"]


def test_a_crash_is_known_by_its_traceback_however_long_it_is(script: ScriptStep) -> None:
    traceback = "sys.stderr.write('Traceback (most recent call last):\\n' + 'x\\n' * 99)"
    script.command[-1] = f"import sys; {traceback}; sys.exit('KeyError: 1')"
    run(script)
    assert (script.crashed, script.problem, script.tail[-1]) == (True, "exit 1", "KeyError: 1")

"""What a run shows and logs, told by hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from common.pipeline import execution_log
from common.pipeline.display import RunDisplay
from common.pipeline.processes import Ended
from common.pipeline.screen import Lines
from common.pipeline.script_step import ScriptStep
from common.pipeline.staleness import Dependencies

NAMES = ("reading:count", "adding:total", "reporting:page")
DOCS = {"reading": "Count.", "adding": "Add."}


class Clock:
    """A clock that stands still unless a test sets it."""

    now = 0.0


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ScriptStep]:
    monkeypatch.setattr("sys.__stdout__", None)  # no terminal to ask for its signs
    return {name: script(name.partition(":")[2], tmp_path) for name in NAMES}


def script(name: str, folder: Path) -> ScriptStep:
    return ScriptStep(
        script=name,
        command=[],
        log=Path("logs", f"{name}.log"),
        timeout=1,
        writes=(str(folder / f"{name}.html"),),
        dependencies=Dependencies(settings={}),
    )


def test_a_stage_is_said_when_it_begins_and_ends_and_leaves_a_line_in_the_log(
    scripts: dict[str, ScriptStep], tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    report = RunDisplay(scripts, DOCS, tmp_path, Lines(), {}, verbose=False)
    clock.now = 1.0
    report.begin("reading:count")
    report.hear("reading:count", {"done": 1})
    report.hear("reading:count", "not shown")
    scripts["reading:count"].said = "2 transcripts"
    scripts["reading:count"].tail.extend(["chatter", "warning: odd"])
    clock.now = 3.5
    report.settle("reading:count", "run")
    report.settle("adding:total", "up to date")
    Path(scripts["reporting:page"].writes[0]).touch()
    report.begin("reporting:page")
    for line in ("the answer", "1 page"):
        report.hear("reporting:page", line)
    clock.now = 12.25
    report.settle("reporting:page", "run")
    report.end()
    said = capsys.readouterr()
    assert said.err == "!! count: odd\n"
    assert said.out.splitlines() == [
        ">> reading       Count.",
        ">>   count",
        "ok reading       2.5 s       2 transcripts",
        "-- adding        up to date",
        ">> reporting",
        ">>   page",
        "ok reporting     8.8 s",
        "ok done after 12.2 s: 2 scripts run, 1 up to date",
        "  the answer",
        f"  report: {scripts['reporting:page'].writes[0]}",
    ]
    records = list(execution_log.read_records(tmp_path))
    told = [tuple(record[key] for key in ("stage", "success", "unfinished", "duration_seconds")) for record in records]
    assert told == [("reading", True, [], 2.5), ("reporting", True, [], 8.75)]
    assert [one["script"] for one in records[0]["scripts"]] == ["count"]


def test_a_failure_says_what_it_said_last_and_what_did_not_run_is_not_logged(
    scripts: dict[str, ScriptStep], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = RunDisplay(scripts, DOCS, tmp_path, Lines(), {}, verbose=False)
    report.begin("reading:count")
    failed = scripts["reading:count"]
    failed.problem, failed.ended = "exit 3", Ended(3, 1.25, 0, timed_out=False)
    failed.tail.append("error: no numbers")
    report.settle("reading:count", "failed")
    report.settle("adding:total", "not run")
    report.settle("reporting:page", "not run")
    report.end()
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "XX count failed after 1.2 s (exit 3)",
        "    no numbers",
        "  full output: logs/count.log",
        "  Fix the cause, then run `doit` to continue.",
        "-- adding        not run: an earlier script failed",
        "-- reporting     not run: an earlier script failed",
    ]
    assert said.out.splitlines()[-1] == "XX ended after 0.0 s: 0 scripts run, 0 up to date, 1 failed, 2 not run"
    (record,) = execution_log.read_records(tmp_path)
    assert (record["stage"], record["success"], record["scripts"][0]["reason"]) == ("reading", False, "exit 3")


def test_a_stage_that_was_stopped_is_logged_as_unfinished(
    scripts: dict[str, ScriptStep], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (older,) = scripts["reporting:page"].writes
    Path(older).touch()
    report = RunDisplay(scripts, DOCS, tmp_path, Lines(), {}, verbose=False)
    report.begin("reading:count")
    report.end()
    assert capsys.readouterr().out.splitlines()[-1] == "!! stopped after 0.0 s: 0 scripts run, 0 up to date"
    (record,) = execution_log.read_records(tmp_path)
    assert (record["success"], record["unfinished"], record["scripts"]) == (False, ["reading:count"], [])


def test_a_stage_of_which_a_part_ran_is_told_from_one_that_never_began(
    scripts: dict[str, ScriptStep], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts["reading:more"] = script("more", tmp_path)
    report = RunDisplay(scripts, DOCS, tmp_path, Lines(), {}, verbose=False)
    report.begin("reading:count")
    scripts["reading:count"].problem = "exit 3"
    report.settle("reading:count", "failed")
    for name in ("reading:more", "adding:total", "reporting:page"):
        report.settle(name, "not run")
    assert capsys.readouterr().err.splitlines()[-3:] == [
        "-- reading       not finished: a script failed",
        "-- adding        not run: an earlier script failed",
        "-- reporting     not run: an earlier script failed",
    ]


def test_one_script_that_is_up_to_date_is_one(
    scripts: dict[str, ScriptStep], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = RunDisplay({"adding:total": scripts["adding:total"]}, DOCS, tmp_path, Lines(), {}, verbose=False)
    report.settle("adding:total", "up to date")
    report.end()
    assert capsys.readouterr().out.splitlines()[-1] == "ok nothing to do: 1 script up to date"

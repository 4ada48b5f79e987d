"""Which scripts run, and the checks before any work."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy


@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        (["doubling"], ["count", "double"]),
        (["doubling:double"], ["count", "double"]),
        (["double"], ["count", "double"]),
        (["data/double.txt"], ["count", "double"]),
        (["./data/double.txt", "squaring"], ["count", "double", "square"]),
        (["--until", "squaring"], ["count", "double", "square"]),
        (["run", "--only", "reading"], ["count"]),
    ],
)
def test_a_first_run_of_a_part_runs_what_it_needs(toy: Toy, arguments: list[str], ran: list[str]) -> None:
    assert toy.doit(*arguments).ran == ran


@pytest.mark.usefixtures("after_a_run")
def test_force_runs_what_is_named_and_not_what_it_needs(toy: Toy) -> None:
    assert toy.doit("squaring", "--force").ran == ["square"]
    assert toy.doit("run", "--force", "--from", "squaring").ran == ["square", "total"]
    assert toy.doit("--force").ran == ["count", "double", "square", "total"]


@pytest.mark.usefixtures("after_a_run")
def test_only_keeps_the_order_among_the_chosen_with_two_at_a_time(toy: Toy) -> None:
    toy.trouble("double", "time.sleep(0.3)")
    ran = toy.doit("run", "--only", "--force", "adding", "doubling", "-n", "2").ran
    assert ran == ["double", "total"]


@pytest.mark.usefixtures("after_a_run")
def test_only_keeps_the_order_though_what_lies_between_is_left_out(toy: Toy) -> None:
    toy.trouble("count", "time.sleep(0.3); Path('runs.txt').open('a').write('counted ')")
    arguments = ["--only", "--force", "adding", "reading", "-n", "2"]
    assert toy.plan(*arguments) == {"reading:count": ["forced"], "adding:total": ["forced"]}
    assert toy.doit("run", *arguments).ran == ["count", "counted", "total"]


@pytest.mark.parametrize("arguments", [["list", "--sort", "nope"], ["run", "--", "--from"]])
def test_an_option_that_doit_itself_takes_no_liking_to_is_an_error_of_the_command(
    toy: Toy, arguments: list[str]
) -> None:
    result = toy.doit(*arguments)
    assert result.code == 3
    assert result.err.startswith("error: ")
    assert "fault" not in result.err


def test_options_and_settings_stand_before_or_after_the_names(toy: Toy) -> None:
    toy.doit("doubling", "-n", "2", "marathon_over=3", "--quiet")
    assert toy.doit("marathon_over=3", "-n", "2", "doubling").ran == []


def test_left_out_stages_must_have_succeeded_and_all_that_have_not_are_named(toy: Toy) -> None:
    result = toy.doit("--from", "adding")
    assert result.code == 2
    assert result.err.splitlines() == [
        "error: reading:count has no complete outputs (data/count.txt missing). Run `doit reading`",
        "doubling:double has no complete outputs (data/double.txt missing). Run `doit doubling`",
        "squaring:square has no complete outputs (data/square.txt missing). Run `doit squaring`",
    ]
    assert not (toy.root / "data").exists()


@pytest.mark.usefixtures("after_a_run")
def test_a_left_out_stage_that_is_stale_by_transcripts_is_used_with_a_warning(toy: Toy) -> None:
    toy.add_transcript("c.jsonl")
    said = "reading:count is out of date (transcripts changed: 1 new); its outputs are used as they are"
    assert toy.plan("--from", "doubling") == {"adding:total": ["the warnings of the run changed"]}
    result = toy.doit("--from", "doubling")
    assert (result.code, result.ran) == (0, ["total"])
    assert f"! {said}\n" in result.err
    assert toy.output("total") == f"8 {said}"
    assert toy.doit("--from", "doubling").ran == []
    assert toy.plan()["adding:total"][0] == "the warnings of the run changed"
    assert toy.doit().ran == ["count", "double", "square", "total"]
    assert toy.output("total") == "15"


@pytest.mark.usefixtures("after_a_run")
def test_a_left_out_stage_with_other_sessions_chosen_is_refused(toy: Toy) -> None:
    result = toy.doit("--from", "doubling", "project=api")
    assert result.code == 2
    said = "reading:count was last run on other sessions (settings changed: project none → api)"
    assert result.err == f"error: {said}. Run `doit reading project=api`\n"
    assert (
        "Run `doit reading 'project=two words' timezone=Asia/Tokyo`"
        in toy.doit("--from", "doubling", "project=two words", "timezone=Asia/Tokyo").err
    )


def test_an_empty_span_is_refused(toy: Toy) -> None:
    result = toy.doit("--from", "adding", "--until", "reading")
    assert result.code == 3
    assert result.err.startswith("error: nothing to run from adding until reading; the order of the stages is reading,")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["doublng"], "doublng: no such stage, script or output; did you mean doubling?"),
        (["data/nope.txt"], "data/nope.txt: no such stage, script or output; `doit list --all` shows all names"),
        (["--bogus"], "option --bogus not recognized; `doit help run` lists the options"),
        (["run", "--only"], "--only: expected names of stages or scripts, got none. Example: doit run --only analysis"),
        (["--from", "x"], "x: no such stage, script or output; `doit list --all` shows all names"),
        (["-n", "two"], "two: expected a whole number"),
        (["bogus=1"], "unknown key bogus; keys are data, projects, agents, project,"),
        (["since=yesterday"], "since = yesterday: a day is needed, like 2026-03-14 (command line)"),
        (["since=2026-02-01", "until=2026-01-01"], "since 2026-02-01 is after until 2026-01-01"),
        (["ignore", "doubling"], "this command is not available: use `doit plan`"),
        *(([name], "this command is not available") for name in ("reset-dep", "dumpdb", "info", "strace")),
        (["graph", "--format", "bmp"], "--format: expected dot, mermaid, svg or png, got bmp"),
    ],
)
def test_a_wrong_command_ends_with_3_and_one_line(toy: Toy, arguments: list[str], message: str) -> None:
    result = toy.doit(*arguments)
    assert result.code == 3
    assert result.err.startswith(f"error: {message}")
    assert result.err.count("\n") == 1
    assert result.ran == []


@pytest.mark.parametrize("arguments", [[""], ["list", ""], ["run", "--only", "", "doubling"], ["-n", "2", ""]])
def test_an_empty_name_is_wrong_as_any_other_that_is_not_known(toy: Toy, arguments: list[str]) -> None:
    shutil.copy(Path(__file__).parents[3] / "pyproject.toml", toy.root)
    result = toy.doit(*arguments)
    assert (result.code, result.ran) == (3, [])
    assert result.err == "error: expected a name, got an empty one. `doit list --all` shows all names\n"


def test_no_projects_folder_is_said_with_where_it_came_from_and_the_sample_to_try(toy: Toy) -> None:
    result = toy.doit(CLAUDE_CONFIG_DIR="")
    assert result.code == 2
    assert result.err == (
        "error: no transcripts: ~/.claude/projects does not exist (the default; set `projects=` or CLAUDE_CONFIG_DIR)\n"
        "       to try the program on the bundled sample: doit projects=data/sample\n"
    )
    assert not (toy.root / "data").exists()
    from_variable = toy.doit(CLAUDE_CONFIG_DIR="/nowhere/at/all")
    assert "/nowhere/at/all/projects does not exist (from CLAUDE_CONFIG_DIR;" in from_variable.err
    assert "/nowhere does not exist (from the command line;" in toy.doit("projects=/nowhere").err


def test_an_empty_projects_folder_is_a_run_that_ends_well(toy: Toy) -> None:
    (toy.root / "nothing").mkdir()
    assert toy.doit("projects=nothing").code == 0
    assert toy.output("total") == "0"


def test_an_input_that_is_no_regular_file_is_refused_before_anything_hangs_on_it(toy: Toy) -> None:
    dodo = toy.root / "dodo.py"
    row, changed = 'reads={"number": COUNT}, writes={"report": DOUBLE}', 'reads={"number": DATA / "pipe"}'
    dodo.write_text(dodo.read_text().replace(row, f'{changed}, writes={{"report": DOUBLE}}'))
    (toy.root / "data").mkdir()
    os.mkfifo(toy.root / "data" / "pipe")
    result = toy.doit()
    assert result.code == 2
    assert result.err == "error: data/pipe is not a regular file: doubling:double reads it, and no script makes it\n"
    assert result.ran == []

"""Selection of scripts, and the checks before any work."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from common.errors import CommandError, InputError
from common.pipeline.selection import Steps, check, choose_steps, in_order
from common.settings import Settings
from tests.builders.steps import Bench, step

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return four steps in a working directory of their own."""
    monkeypatch.chdir(tmp_path)
    return Bench()


@pytest.mark.parametrize(
    ("names", "how", "chosen"),
    [
        ([], {}, ["count", "double", "square", "total"]),
        (["doubling"], {}, ["count", "double"]),
        (["doubling:double"], {}, ["count", "double"]),
        (["double"], {}, ["count", "double"]),
        (["data/double.txt"], {}, ["count", "double"]),
        (["./data/double.txt", "squaring"], {}, ["count", "double", "square"]),
        ([], {"last": "squaring"}, ["count", "double", "square"]),
        ([], {"first": "squaring"}, ["square", "total"]),
        (["squaring"], {"first": "doubling"}, ["square"]),
        ([], {"first": "doubling", "last": "squaring"}, ["double", "square"]),
        (["reading"], {"only": True}, ["count"]),
        (["adding", "doubling"], {"only": True}, ["double", "total"]),
    ],
)
def test_a_part_is_chosen_with_what_it_needs(
    bench: Bench, names: list[str], how: dict[str, Any], chosen: list[str]
) -> None:
    assert [step.script for step in bench.choose(*names, **how).steps] == chosen


def test_the_chosen_keep_their_order_though_what_lies_between_is_left_out(bench: Bench) -> None:
    choice = bench.choose("adding", "reading", only=True)
    assert [(step.script, step.after) for step in choice.steps] == [("count", []), ("total", ["reading:count"])]
    assert [step.script for step in choice.left_out] == ["double", "square"]
    assert bench.choose("doubling").left_out == []


def test_force_is_for_what_is_named_and_not_for_what_it_needs(bench: Bench) -> None:
    bench.run()
    assert bench.run("squaring", force=True) == ["square"]
    assert bench.run(first="squaring", force=True) == ["square", "total"]
    assert bench.run(force=True) == ["count", "double", "square", "total"]


@pytest.mark.parametrize(
    ("names", "how", "message"),
    [
        (["doublng"], {}, "doublng: no such stage, script or output; did you mean doubling?"),
        (["data/nope.txt"], {}, "data/nope.txt: no such stage, script or output; `doit list --all` shows all names"),
        ([], {"first": "x"}, "x: no such stage, script or output; `doit list --all` shows all names"),
        ([], {"only": True}, "--only: expected names of stages or scripts, got none. Example: doit run --only"),
        (
            [],
            {"first": "adding", "last": "reading"},
            "nothing to run from adding until reading; the order of the stages is reading, doubling, squaring, adding",
        ),
    ],
)
def test_a_wrong_name_or_an_empty_span_is_an_error_of_the_command(
    bench: Bench, names: list[str], how: dict[str, Any], message: str
) -> None:
    with pytest.raises(CommandError) as caught:
        bench.choose(*names, **how)
    assert str(caught.value).startswith(message)


def named_steps(*rows: tuple[str, str, str]) -> Steps:
    """Return steps from rows of a name, the files read and the files written, both in one text."""
    return {name: step(name, reads=reads.split(), writes=writes.split()) for name, reads, writes in rows}


def test_steps_run_after_their_makers_and_else_in_the_order_of_the_table() -> None:
    steps = named_steps(
        ("s:late", "c", ""), ("s:other", "", "o"), ("s:third", "b", "c"), ("s:second", "a", "b"), ("s:first", "", "a")
    )
    ordered = in_order(steps)
    assert [*ordered] == ["s:first", "s:second", "s:third", "s:late", "s:other"]
    assert ordered["s:late"].after == ["s:third"]
    assert [step.script for step in choose_steps(ordered, ["third"]).steps] == ["first", "second", "third"]


def test_from_and_until_include_all_scripts_of_their_stage() -> None:
    steps = in_order(named_steps(("a:one", "", "1"), ("b:two", "1", "2"), ("b:three", "2", "3"), ("c:four", "3", "")))
    assert [step.script for step in choose_steps(steps, first="b").steps] == ["two", "three", "four"]
    assert [step.script for step in choose_steps(steps, last="b").steps] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [("s:one", "b", "a"), ("s:two", "a", "b")],
            "s:two reads what s:one writes, which depends on s:two itself",
        ),
        ([("s:one", "a", "a")], "s:one reads what s:one writes, which depends on s:one itself"),
        ([("s:one", "", "a"), ("s:two", "", "a")], "a: both s:one and s:two write it"),
        ([("s:one", "", "x"), ("s:two", "c", "b"), ("s:three", "x b", "c")], "which depends on s:"),
    ],
)
def test_files_in_a_circle_or_with_two_makers_are_refused(rows: list[tuple[str, str, str]], message: str) -> None:
    with pytest.raises(InputError) as caught:
        in_order(named_steps(*rows))
    assert message in str(caught.value)


def test_left_out_steps_are_checked_each_with_what_to_run(bench: Bench) -> None:
    settings = Settings(projects=(Path("sessions"),))
    with pytest.raises(InputError) as caught:
        check(bench.choose(first="adding"), settings, {"timezone": "UTC"}, bench.record)
    assert str(caught.value).splitlines() == [
        "reading:count has no complete outputs (data/count.txt missing). Run `doit reading timezone=UTC`",
        "doubling:double has no complete outputs (data/double.txt missing). Run `doit doubling timezone=UTC`",
        "squaring:square has no complete outputs (data/square.txt missing). Run `doit squaring timezone=UTC`",
    ]
    bench.run()
    assert check(bench.choose(first="adding"), settings, {}, bench.record) == []
    bench.transcript("c")
    assert check(bench.choose(first="adding"), settings, {}, bench.record) == [
        "reading:count is out of date (transcripts changed: 1 new); its outputs are used as they are"
    ]
    with pytest.raises(InputError, match=r"was last run on other sessions .settings changed: project none → two words"):
        check(bench.choose(first="adding", settings={"project": "two words"}), settings, {}, bench.record)
    bench.forget("squaring")
    with pytest.raises(InputError, match=r"squaring:square has outputs of an unknown run. Run `doit squaring`"):
        check(bench.choose(first="adding"), settings, {}, bench.record)


@pytest.mark.usefixtures("after_a_run")
def test_only_keeps_the_order_though_what_lies_between_is_left_out(toy: Toy) -> None:
    toy.trouble("count", "time.sleep(0.3); Path('runs.txt').open('a').write('counted ')")
    arguments = ["--only", "--force", "adding", "reading", "-n", "2"]
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


@pytest.mark.usefixtures("after_a_run")
def test_a_left_out_stage_that_is_stale_by_transcripts_is_used_with_a_warning(toy: Toy) -> None:
    toy.add_transcript("c.jsonl")
    said = "reading:count is out of date (transcripts changed: 1 new); its outputs are used as they are"
    assert toy.plan("--from", "doubling") == {"adding:total": ["the warnings of the run changed"]}
    result = toy.doit("--from", "doubling")
    assert (result.code, result.ran) == (0, ["total"])
    assert f"! {said}\n" in result.err
    assert toy.output("total") == f"8 {said}"
    assert toy.plan("--from", "doubling") == {}
    assert toy.plan()["adding:total"][0] == "the warnings of the run changed"


@pytest.mark.usefixtures("after_a_run")
def test_a_left_out_stage_with_other_sessions_chosen_is_refused(toy: Toy) -> None:
    result = toy.doit("--from", "doubling", "project=api")
    assert result.code == 2
    said = "reading:count was last run on other sessions (settings changed: project none → api)"
    assert result.err == f"error: {said}. Run `doit reading project=api`\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["doublng"], "doublng: no such stage, script or output; did you mean doubling?"),
        (["--bogus"], "option --bogus not recognized; `doit help run` lists the options"),
        (["-n", "two"], "two: expected a whole number"),
        (["bogus=1"], "unknown key bogus; "),
        (["ignore", "doubling"], "this command is not available: use `doit plan`"),
        (["graph", "--format", "bmp"], "--format: expected dot, mermaid, svg or png, got bmp"),
    ],
)
def test_a_wrong_command_ends_with_3_and_one_line(toy: Toy, arguments: list[str], message: str) -> None:
    result = toy.doit(*arguments)
    assert result.code == 3
    assert result.err.startswith(f"error: {message}")
    assert result.err.count("\n") == 1
    assert result.ran == []


def test_every_command_of_doit_that_is_refused_is_ours() -> None:
    installed = importlib.metadata.entry_points(group="doit.COMMAND")
    refused = {command.name for command in installed if command.value.endswith(":RefusedCommand")}
    assert refused == {"dumpdb", "ignore", "info", "reset-dep", "strace"}


@pytest.mark.parametrize("arguments", [[""], ["run", "--only", "", "doubling"]])
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

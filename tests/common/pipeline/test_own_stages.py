"""Stages and scripts of the user's own, from stages.yaml."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from common.errors import InputError
from common.pipeline.own_stages import StagesFile, read_stages
from tests.tools.waiting import ENDLESS

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy

SCRIPT = "stages:\n  - name: a\n    scripts:\n      - name: b\n        "

STAGES = """\
stages:
  - name: doubling
    scripts:
      - name: shout
        description: Shout the number.
        run: ["{python}", own.py, "{data}/double.txt", "{data}/shout.txt"]
        reads: ["{data}/double.txt"]
        writes: ["{data}/shout.txt"]
      - {name: double, timeout: 60}
  - name: publishing
    description: Put it where all can see it.
    scripts:
      - name: publish
        run: [cp, "{data}/shout.txt", "{data}/public.txt"]
        reads: ["{data}/shout.txt"]
        writes: ["{data}/public.txt"]
        needs: [adding:total]
"""


@pytest.fixture
def own(toy: Toy) -> Toy:
    (toy.root / "own.py").write_text("import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read().strip() + '!')")
    (toy.root / "data").mkdir()
    (toy.root / "data" / "stages.yaml").write_text(STAGES)
    return toy


def test_own_scripts_are_tasks_like_any_other(own: Toy) -> None:
    listed = own.doit("list", "--all").out
    assert re.search(r"^publishing  +Put it where all can see it\.$", listed, re.MULTILINE)
    assert "doubling:shout       Shout the number." in listed
    assert own.doit().code == 0
    assert own.output("public") == "4!"
    assert own.plan() == {}
    assert '-> "publishing:publish" [label="shout.txt"]' in own.doit("graph").out
    logged = (own.root / "data" / "pipeline_execution_log.json").read_text().splitlines()
    assert [json.loads(line)["stage"] for line in logged][-1] == "publishing"


def test_a_change_of_an_own_script_runs_it_again(own: Toy) -> None:
    own.doit("doubling")
    path = own.root / "own.py"
    path.write_text(path.read_text().replace("'!'", "'?!'"))
    assert own.plan()["doubling:shout"] == ["code changed: own.py"]
    assert own.doit("shout").code == 0
    assert own.output("shout") == "4?!"


def test_a_time_limit_of_a_script_of_the_table_can_be_set(own: Toy) -> None:
    path = own.root / "data" / "stages.yaml"
    path.write_text(path.read_text().replace("timeout: 60", "timeout: 0.5"))
    own.trouble("double", ENDLESS)
    assert "stopped after its time limit of 0.5 s" in own.doit().err


def test_an_own_program_that_fails_is_reported_as_any_script(own: Toy) -> None:
    (own.root / "own.py").write_text("raise SystemExit('not today')")
    result = own.doit("shout")
    assert result.code == 1
    assert "shout failed after" in result.err
    assert "not today" in result.err


def test_a_program_that_is_not_there_is_said(own: Toy) -> None:
    path = own.root / "data" / "stages.yaml"
    path.write_text(path.read_text().replace("[cp,", "[no-such-program,"))
    assert "no-such-program: No such file or directory" in own.doit("publish").err


def test_stages_can_lie_elsewhere(own: Toy) -> None:
    (own.root / "data" / "stages.yaml").rename(own.root / "mine.yaml")
    assert "publishing" not in own.doit("list").out
    assert "publishing" in own.doit("list", "stages=mine.yaml").out
    result = own.doit("list", "stages=nowhere.yaml")
    assert (result.code, result.err) == (2, "error: nowhere.yaml: does not exist (setting stages)\n")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("{name: double, run: [x]}", "double is a script already. Choose another name"),
        ("{name: nothing, timeout: 3}", "nothing is not a script yet. Add `run`"),
        ("{name: more, run: [x], needs: [later]}", "more needs later, which is not a script before it"),
        (
            "{name: double, timeout: 3, needs: [count]}",
            "double is a script of dodo.py: only its `timeout` can change",
        ),
    ],
)
def test_a_script_that_does_not_fit_the_table_is_refused(toy: Toy, script: str, message: str) -> None:
    (toy.root / "data").mkdir()
    (toy.root / "data" / "stages.yaml").write_text(f"stages:\n  - name: doubling\n    scripts: [{script}]\n")
    result = toy.doit("list")
    assert (result.code, result.err) == (2, f"error: data/stages.yaml: {message}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{SCRIPT}rune: [x]\n", "5:9: unknown key rune; did you mean run?"),
        ("stagez: []\n", "1:1: unknown key stagez; did you mean stages?"),
        ("stages:\n  - zzz: 1\n    scripts: []\n", "2:5: unknown key zzz; keys are name, scripts, description"),
        (f"{SCRIPT}run: cp x y\n", "5:14: run: Expected `array`, got `str`"),
        ("stages:\n  - name: A b\n    scripts: []\n", "2:11: name: Expected `str` matching regex"),
        ("stages: []\nstages: []\n", "2:1: found duplicate key"),
        ("stages: [\n", "2:1: expected the node content"),
        ("stages: [{name: a, scripts: [&s {name: b, run: [x]}]}, {<<: *s, scripts: []}]", "1:56: unknown key run;"),
        ("stages:\n  - {name: a, scripts: [], 1: x}\n", "2:5: Expected `str`"),
        ("- 1\n", "1:1: Expected `object`, got `array`"),
        ("stages:\n  - scripts: []\n", "2:5: Object missing required field `name`"),
    ],
)  # fmt: skip
def test_an_error_says_file_line_column_the_key_and_the_nearest_known_one(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "stages.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_stages(path)
    assert str(caught.value).startswith(f"{path}:{message}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: \0", "unacceptable character #x0000"),
        (b"a: \xff", "unacceptable character #x00ff"),
        (b"[" * 1500, "maximum recursion depth exceeded"),
    ],
)
def test_a_file_that_no_place_can_be_told_of_is_refused_by_its_name(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "stages.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_stages(path)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize("text", ["[]", "0", "false", "''"])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stages.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=":1:1: Expected `object`"):
        read_stages(path)


def test_files_that_go_in_a_circle_are_refused_before_any_work(toy: Toy) -> None:
    (toy.root / "data").mkdir()
    scripts = "{name: one, run: [x], reads: [b], writes: [a]}, {name: two, run: [x], reads: [a], writes: [b]}"
    (toy.root / "data" / "stages.yaml").write_text(f"stages: [{{name: more, scripts: [{scripts}]}}]")
    for command in (["list", "--status"], ["run", "--only", "more:one"]):
        result = toy.doit(*command)
        assert (result.code, result.ran) == (2, [])
        assert result.err.startswith("error: more:two reads what more:one writes, which depends on more:two itself")


def test_a_new_stage_may_stand_in_several_blocks_and_a_program_in_its_arguments(toy: Toy) -> None:
    program = f"open('data/one.txt', 'w').write('1')  # {'long ' * 99}"
    script = "{{name: {name}, run: ['{{python}}', -c, {program}], writes: ['{{data}}/{name}.txt']}}"
    block = f"- {{{{name: more, scripts: [{script}]}}}}"
    blocks = [block.format(name=name, program=json.dumps(program.replace("one", name))) for name in ("one", "two")]
    (toy.root / "data").mkdir()
    (toy.root / "data" / "stages.yaml").write_text("\n".join(["stages:", *blocks]))
    assert toy.doit("more").code == 0
    assert (toy.output("one"), toy.output("two")) == ("1", "1")


def test_an_empty_file_adds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "stages.yaml"
    path.touch()
    assert read_stages(path) == ()


def test_the_schema_for_editors_is_that_of_the_reader() -> None:
    path = Path(__file__).parents[3] / "docs" / "own-stages" / "stages.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(msgspec.json.schema(StagesFile)))

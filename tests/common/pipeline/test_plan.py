"""A plan says what a run then does: compared over many states of a project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from common.pipeline.selection import choose_steps, in_order, plan
from tests.builders.steps import Bench, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.common.pipeline.conftest import Toy

MAY_CHANGE = "outputs may change"


def edit(name: str, text: str = "9\n") -> Callable[[Bench], object]:
    return lambda _: Path(f"data/{name}.txt").write_text(text)


def remove(*names: str) -> Callable[[Bench], object]:
    def prepare(_: Bench) -> None:
        for name in names:
            Path(f"data/{name}.txt").unlink()

    return prepare


def fail(script: str) -> Callable[[Bench], object]:
    return lambda bench: bench.run(script, only=True, force=True, failing=script)


def transcript(name: str, text: str = "{}\n") -> Callable[[Bench], object]:
    return lambda bench: bench.transcript(name, text)


def change_code(file: str) -> Callable[[Bench], object]:
    def prepare(_: Bench) -> None:
        path = Path("code", file)
        path.write_text(path.read_text() + "\n# changed\n")

    return prepare


SCRIPTS = ("count", "double", "square", "total")
Prepare = tuple["Callable[[Bench], object]", ...]
STATES: dict[str, tuple[Prepare, tuple[str, ...], dict[str, Any]]] = {
    "never run": ((lambda bench: bench.recorded.clear(), remove(*SCRIPTS)), (), {}),
    "up to date": ((), (), {}),
    "forgotten stage": ((lambda bench: bench.forget("doubling"),), (), {}),
    "forgotten all": ((lambda bench: bench.forget(),), (), {}),
    "failed first": ((fail("count"),), (), {}),
    "failed middle": ((fail("double"),), (), {}),
    "failed last": ((fail("total"),), (), {}),
    "new transcript": ((transcript("c"),), (), {}),
    "grown transcript": ((transcript("a", "longer than it was before\n"),), (), {}),
    "gone transcript": ((lambda _: Path("sessions/p/a.jsonl").unlink(),), (), {}),
    "script changed": ((change_code("double.py"),), (), {}),
    "helper changed": ((change_code("helper.py"),), (), {}),
    "helper and transcript": ((change_code("helper.py"), transcript("c")), (), {}),
    "unused module changed": ((lambda _: Path("code/unused.py").write_text("x = 1\n"),), (), {}),
    "setting of the second": ((), (), {"settings": {"marathon_over": 7}}),
    "setting of the last": ((), (), {"settings": {"timezone": "Asia/Tokyo"}}),
    "setting of the first": ((), (), {"settings": {"project": "api"}}),
    "setting of none": ((), (), {"settings": {"workers": 3}}),
    "settings of two": ((), (), {"settings": {"timezone": "Asia/Tokyo", "marathon_over": 7}}),
    "first output gone": ((remove("count"),), (), {}),
    "last output gone": ((remove("total"),), (), {}),
    "middle output edited": ((edit("square"),), (), {}),
    "first output edited": ((edit("count"),), (), {}),
    "output cut short": ((edit("double", ""),), (), {}),
    "all outputs gone": ((remove(*SCRIPTS),), (), {}),
    "state gone": ((lambda bench: bench.recorded.clear(),), (), {}),
    "one stage alone": ((transcript("c"),), ("squaring",), {}),
    "until": ((change_code("helper.py"),), (), {"last": "doubling"}),
    "from": ((change_code("helper.py"),), (), {"first": "squaring"}),
    "only": ((edit("square"), edit("double")), ("doubling", "adding"), {"only": True}),
    "forced": ((), (), {"force": True}),
    "forced one": ((), ("doubling",), {"force": True}),
    "forced from": ((), (), {"force": True, "first": "squaring"}),
    "adopted": ((lambda bench: bench.recorded.clear(), lambda bench: bench.adopt()), (), {}),
    "agents appear": ((lambda _: Path("agents/a.md").write_text("a"),), (), {}),
}


@pytest.mark.parametrize("state", STATES)
def test_a_plan_agrees_with_what_run_then_does(state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bench = Bench()
    assert bench.run() == [*SCRIPTS]
    prepare, names, how = STATES[state]
    for change in prepare:
        change(bench)
    planned = bench.plan(*names, **how)
    certain = {script for script, reasons in planned.items() if not all(MAY_CHANGE in reason for reason in reasons)}
    ran = bench.run(*names, **how)
    assert certain <= {*ran} <= planned.keys()
    assert bench.run(*names, **{**how, "force": False}) == []


def test_a_plan_names_the_last_makers_of_what_is_read_and_says_what_was_adopted() -> None:
    steps = in_order(
        {
            "a:first": step("a:first", writes=["1"]),
            "b:second": step("b:second", reads=["1"], writes=["2"]),
            "c:third": step("c:third", reads=["1", "2"], writes=["3"]),
        }
    )
    rows = plan(choose_steps(steps), lambda _: {})
    assert rows[-1].reasons == ["never run", "second will run; its outputs may change"]
    adopted = {"adopted": True, "targets": {}, **steps["a:first"].dependencies.fingerprints()}
    steps["a:first"].writes = ()
    (row,) = plan(choose_steps(steps, ["first"], only=True), lambda _: adopted)
    assert row == ("a:first", "skip", ["adopted, inputs not compared"])


@pytest.mark.usefixtures("after_a_run")
def test_a_run_of_doit_does_what_its_plan_says(toy: Toy) -> None:
    toy.add_transcript("c.jsonl")
    (toy.root / "data" / "square.txt").write_text("9\n")
    planned = toy.plan("-n", "2", "--until", "squaring")
    assert planned["squaring:square"] == [
        "output edited: data/square.txt",
        "count will run; its outputs may change",
    ]
    assert sorted(toy.doit("-n", "2", "--until", "squaring").ran) == ["count", "double", "square"]
    assert toy.plan() == {"adding:total": ["input changed: data/double.txt", "input changed: data/square.txt"]}


def test_a_plan_as_json_has_each_script_in_order_with_action_and_reasons(toy: Toy) -> None:
    rows = json.loads(toy.doit("run", "--dry-run", "--json").out)
    reasons = ["never run", "count will run; its outputs may change"]
    assert rows == [
        {"task": "reading:count", "action": "run", "reasons": ["never run"]},
        {"task": "doubling:double", "action": "run", "reasons": reasons},
        {"task": "squaring:square", "action": "run", "reasons": reasons},
        {
            "task": "adding:total",
            "action": "run",
            "reasons": ["never run", "double, square will run; their outputs may change"],
        },
    ]


@pytest.mark.usefixtures("after_a_run")
def test_a_plan_in_words_ends_with_how_many_would_run(toy: Toy) -> None:
    assert toy.doit("plan").out.splitlines() == [
        "  reading   count   skip  up to date",
        "  doubling  double  skip  up to date",
        "  squaring  square  skip  up to date",
        "  adding    total   skip  up to date",
        "Nothing would run. Nothing was changed.",
    ]
    toy.doit("forget", "adding")
    log = toy.root / "data" / "pipeline_execution_log.json"
    log.write_text(re.sub(r'("duration_seconds": ?)[\d.]+', r"\g<1>7.2", log.read_text()))
    assert toy.doit("--dry-run").out.splitlines()[-2:] == [
        "  adding    total   run   forgotten",
        "1 script would run (about 7 s, judging by the last runs). Nothing was changed.",
    ]


@pytest.mark.usefixtures("after_a_run")
def test_a_plan_changes_no_file(toy: Toy) -> None:
    toy.add_transcript("c.jsonl")
    before = {path: path.stat().st_mtime_ns for path in (toy.root / "data").rglob("*")}
    for command in ("plan", "list", "graph", "history", "verify"):
        toy.doit(command)
    assert {path: path.stat().st_mtime_ns for path in (toy.root / "data").rglob("*")} == before


@pytest.mark.usefixtures("after_a_run")
def test_adopted_outputs_are_up_to_date(toy: Toy) -> None:
    (toy.root / "data" / ".doit.db").unlink()
    adopted = toy.doit("adopt")
    assert adopted.out.split()[1::2] == ["reading:count", "doubling:double", "squaring:square", "adding:total"]
    assert "adding    total   skip  adopted, inputs not compared" in toy.doit("plan").out
    assert toy.doit().ran == []


@pytest.mark.usefixtures("after_a_run")
def test_adopt_refuses_outputs_that_are_missing_and_records_nothing(toy: Toy) -> None:
    (toy.root / "data" / ".doit.db").unlink()
    (toy.root / "data" / "square.txt").unlink()
    result = toy.doit("adopt")
    assert result.code == 2
    assert "data/square.txt: missing, an output of squaring:square" in result.err
    assert not (toy.root / "data" / ".doit.db").exists()


@pytest.mark.usefixtures("after_a_run")
def test_verify_hashes_every_output_again(toy: Toy) -> None:
    assert toy.doit("verify").out.splitlines()[-1] == "4 outputs are as their scripts wrote them"
    (toy.root / "data" / "double.txt").write_text("5\n")
    result = toy.doit("verify")
    assert result.code == 2
    assert "data/double.txt: not as made" in result.out
    assert result.err == "error: 1 of 4 outputs are not as their scripts wrote them. Run `doit`\n"


@pytest.mark.usefixtures("after_a_run")
def test_clean_removes_outputs_and_with_all_what_helped_to_make_them(toy: Toy) -> None:
    assert toy.doit("clean", "doubling").out == "removed: data/double.txt\n"
    assert toy.doit().ran == ["double"]
    toy.doit("clean", "--all")
    left = sorted(path.name for path in (toy.root / "data").iterdir())
    assert left == [".doit.db", ".lock", "pipeline_execution_log.json"]


@pytest.mark.usefixtures("after_a_run")
def test_verify_says_of_which_scripts_nothing_is_known(toy: Toy) -> None:
    toy.doit("forget", "doubling")
    assert toy.doit("verify").out.splitlines()[-2:] == [
        "doubling:double: no outputs are known",
        "3 outputs are as their scripts wrote them",
    ]


def test_clean_takes_no_folder_but_its_own_and_follows_no_link(toy: Toy) -> None:
    (toy.root / "data" / "folder").mkdir(parents=True)
    (toy.root / "data" / "folder" / "kept.txt").touch()
    (toy.root / "elsewhere").mkdir()
    (toy.root / "elsewhere" / "kept.txt").touch()
    (toy.root / "data" / "cache").symlink_to(toy.root / "elsewhere")
    script = "{name: one, run: [x], writes: ['{data}/folder', '.']}"
    (toy.root / "data" / "stages.yaml").write_text(f"stages: [{{name: more, scripts: [{script}]}}]")
    assert toy.doit("clean", "-n", "--all").out == "would remove: data/cache\n"
    assert toy.doit("clean", "--all").out == "removed: data/cache\n"
    assert (toy.root / "data" / "folder" / "kept.txt").exists()
    assert (toy.root / "elsewhere" / "kept.txt").exists()


def test_a_dry_run_of_clean_makes_no_folder(toy: Toy) -> None:
    assert toy.doit("clean", "-n", "data=typo").code == 0
    assert not (toy.root / "typo").exists()


@pytest.mark.usefixtures("after_a_run")
def test_forget_makes_a_stage_run_again_and_later_ones_only_if_bytes_changed(toy: Toy) -> None:
    assert toy.doit("forget", "squaring").out == "forgotten: squaring:square\n"
    assert toy.doit().ran == ["square"]

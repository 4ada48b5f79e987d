"""What makes a step stale, and what does not: the real doit on a small project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy

ALL = ["count", "double", "square", "total"]


def test_the_second_run_does_nothing_and_says_so_in_one_line_per_stage(toy: Toy) -> None:
    assert toy.doit().ran == ALL
    assert toy.output("total") == "8"  # 2 transcripts: 2 * 2 + 2 ** 2
    second = toy.doit()
    assert (second.code, second.ran) == (0, [])
    assert second.out.splitlines()[-1] == "✓ nothing to do: 4 scripts up to date"
    lines = [line.split() for line in second.out.splitlines() if line.startswith("–")]
    assert lines == [["–", stage, "up", "to", "date"] for stage in ("reading", "doubling", "squaring", "adding")]


@pytest.mark.usefixtures("after_a_run")
def test_a_setting_makes_stale_what_takes_it_and_workers_and_timeout_nothing(toy: Toy) -> None:
    assert toy.plan("marathon_over=3")["doubling:double"] == ["settings changed: marathon_over 20 → 3"]
    assert toy.plan("workers=9", "timeout=100") == {}
    assert toy.doit("marathon_over=3").ran == ["double"]


@pytest.mark.usefixtures("after_a_run")
def test_a_file_that_a_setting_names_is_an_input(toy: Toy) -> None:
    missing = toy.doit("rules=mine.toml")
    assert missing.code == 2
    assert "mine.toml does not exist: squaring:square reads it, and no script makes it" in missing.err
    (toy.root / "mine.toml").write_text("")
    assert toy.doit("rules=mine.toml").ran == ["square"]
    (toy.root / "mine.toml").write_text("x = 1\n")
    assert toy.plan("rules=mine.toml")["squaring:square"] == ["input changed: mine.toml"]


@pytest.mark.usefixtures("after_a_run")
def test_the_code_of_a_strategy_of_ones_own_is_code_of_the_step(toy: Toy) -> None:
    (toy.root / "mine.py").write_text("import theirs\n")
    (toy.root / "theirs.py").write_text("")
    assert toy.doit("strategies=mine:STRATEGY").ran == ["square"]
    (toy.root / "theirs.py").write_text("x = 1\n")
    assert toy.plan("strategies=mine:STRATEGY")["squaring:square"] == ["code changed: theirs.py"]


def test_data_moves_everything(toy: Toy) -> None:
    toy.doit("data=./elsewhere/deep")
    assert sorted(path.name for path in (toy.root / "elsewhere" / "deep").iterdir()) == [
        ".doit.db",
        ".lock",
        "count.txt",
        "double.txt",
        "logs",
        "pipeline_execution_log.json",
        "square.txt",
        "total.txt",
    ]
    assert not (toy.root / "data").exists()
    assert toy.doit("data=elsewhere/deep").ran == []


def test_a_transcript_with_a_name_that_is_no_text_is_no_trouble(toy: Toy) -> None:
    folder = toy.root / "sessions" / "projects" / "p"
    with open(os.fsencode(folder) + b"/\xff\xfe.jsonl", "wb") as stream:  # noqa: PTH123 - a name of bytes
        stream.write(b"x")
    assert toy.doit("reading").ran == ["count"]
    assert toy.doit("reading").ran == []


@pytest.mark.usefixtures("after_a_run")
def test_doit_works_from_a_folder_below(toy: Toy) -> None:
    below = toy.root / "analysis"
    result = toy.doit(cwd=below)
    assert (result.code, result.ran) == (0, [])
    assert toy.doit("list", cwd=below).out.startswith("reading")
    assert not (below / ".doit.db").exists()

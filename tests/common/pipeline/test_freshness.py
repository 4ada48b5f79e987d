"""What makes a step stale, and what does not: the real doit on a small project."""

from __future__ import annotations

import os
import subprocess
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
def test_a_new_transcript_runs_what_reads_it_and_what_comes_of_it(toy: Toy) -> None:
    toy.add_transcript("c.jsonl")
    assert toy.plan()["reading:count"] == ["transcripts changed: 1 new"]
    assert toy.doit().ran == ALL
    assert toy.output("total") == "15"


def test_a_transcript_rewritten_with_its_times_restored_is_noticed(toy: Toy) -> None:
    path = toy.add_transcript("a.jsonl")
    toy.doit()
    before = path.stat()
    path.write_text('{"type": "USER"}\n')
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert toy.plan()["reading:count"] == ["transcripts changed: rewritten at the same size"]


@pytest.mark.usefixtures("after_a_run")
def test_equal_bytes_do_not_wake_later_stages(toy: Toy) -> None:
    toy.add_transcript("b.jsonl").write_text("other words\n")
    result = toy.doit()
    assert result.ran == ["count"]


def test_a_transcript_that_grows_while_it_is_read_is_read_again_next_time(toy: Toy) -> None:
    counted = "report.parent.mkdir(exist_ok=True); report.write_text('2\\n')"
    toy.trouble("count", f"{counted}; Path('sessions/projects/p/late.jsonl').write_text('x'); raise SystemExit(0)")
    toy.doit()
    assert toy.output("count") == "2"
    toy.trouble("count", "")
    assert toy.doit().ran[0] == "count"
    assert toy.output("count") == "3"


@pytest.mark.usefixtures("after_a_run")
def test_a_changed_setting_makes_stale_exactly_what_takes_it(toy: Toy) -> None:
    assert toy.plan("marathon_over=3")["doubling:double"] == ["settings changed: marathon_over 20 → 3"]
    assert toy.doit("marathon_over=3").ran == ["double"]
    assert toy.doit("marathon_over=3").ran == []
    assert toy.doit("timezone=Europe/Berlin").ran == ["double", "total"]


@pytest.mark.usefixtures("after_a_run")
def test_a_long_value_of_a_setting_is_shown_by_its_beginning(toy: Toy) -> None:
    reason = toy.plan(f"strategies={'my_' * 40}strategies:ONE")["squaring:square"][0]
    assert reason == f"settings changed: strategies none → {'my_' * 19}my…"


def test_workers_and_timeout_make_nothing_stale(toy: Toy) -> None:
    toy.doit("workers=1")
    assert toy.doit("workers=2", "timeout=100").ran == []


@pytest.mark.usefixtures("after_a_run")
def test_code_that_is_imported_is_part_of_a_step(toy: Toy) -> None:
    (toy.root / "analysis" / "helper.py").write_text("MORE = 0 + 1\n")
    assert toy.plan()["squaring:square"][0] == "code changed: analysis/helper.py"
    assert toy.doit().ran == ALL
    assert toy.output("total") == "15"


@pytest.mark.usefixtures("after_a_run")
def test_code_that_is_only_touched_makes_nothing_stale(toy: Toy) -> None:
    os.utime(toy.root / "analysis" / "helper.py", (1, 1))
    assert toy.doit().ran == []


@pytest.mark.usefixtures("after_a_run")
def test_an_output_that_is_gone_emptied_edited_or_a_folder_is_made_again(toy: Toy) -> None:
    path = toy.root / "data" / "double.txt"
    stat = path.stat()
    path.unlink()
    assert toy.doit().ran == ["double"]
    path.write_text("")
    assert toy.plan()["doubling:double"] == ["output edited: data/double.txt"]
    assert toy.doit().ran == ["double"]
    path.write_text("9\n")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert toy.doit().ran == ["double"]
    path.unlink()
    path.mkdir()
    assert toy.doit().ran == ["double"]
    assert toy.output("double") == "4"


def test_the_sample_first_and_ones_own_after_it_leaves_nothing_of_the_first(toy: Toy) -> None:
    sample = toy.root / "sample" / "projects" / "q"
    sample.mkdir(parents=True)
    (sample / "x.jsonl").write_text("x\n")
    toy.doit("projects=sample")
    assert toy.output("total") == "3"
    assert toy.doit().ran == ALL
    assert toy.output("total") == "8"


def test_agents_are_an_input_with_their_definitions_and_their_history(toy: Toy) -> None:
    agents = toy.root / "sessions" / "agents"
    agents.mkdir()
    (agents / "architect.md").write_text("---\nname: architect\n---\n")
    toy.doit()
    (agents / "architect.md").write_text("---\nname: builder\n---\n")
    assert toy.plan() == {"squaring:square": ["agent definitions or their history changed"]} | {
        "adding:total": ["square will run; its outputs may change"]
    }
    assert toy.doit().ran == ["square"]
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "init", "-q", str(agents)], check=True)
    subprocess.run(["git", "-C", str(agents), "add", "."], check=True)
    subprocess.run(["git", "-C", str(agents), *identity, "commit", "-qm", "first"], check=True)
    assert toy.doit().ran == ["square"]
    subprocess.run(["git", "-C", str(agents), *identity, "commit", "-qm", "second", "--allow-empty"], check=True)
    assert toy.doit().ran == []


def test_a_file_that_a_setting_names_is_an_input(toy: Toy) -> None:
    missing = toy.doit("rules=mine.toml")
    assert missing.code == 2
    assert "mine.toml does not exist: squaring:square reads it, and no script makes it" in missing.err
    (toy.root / "mine.toml").write_text("")
    toy.doit("rules=mine.toml")
    (toy.root / "mine.toml").write_text("x = 1\n")
    assert toy.plan("rules=mine.toml")["squaring:square"] == ["input changed: mine.toml"]
    assert toy.doit("rules=mine.toml").ran == ["square"]


def test_the_code_of_a_strategy_of_ones_own_is_code_of_the_step(toy: Toy) -> None:
    (toy.root / "mine.py").write_text("import theirs\n")
    (toy.root / "theirs.py").write_text("")
    toy.doit("strategies=mine:STRATEGY")
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
    assert toy.doit().code == 0
    assert toy.doit().ran == []


@pytest.mark.usefixtures("after_a_run")
def test_doit_works_from_a_folder_below(toy: Toy) -> None:
    below = toy.root / "analysis"
    result = toy.doit(cwd=below)
    assert (result.code, result.ran) == (0, [])
    assert toy.doit("list", cwd=below).out.startswith("reading")
    assert not (below / ".doit.db").exists()

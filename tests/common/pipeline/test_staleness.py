"""The parts that tell what changed: the code of a script, the states of files and transcripts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from common.pipeline.project import first_line
from common.pipeline.staleness import Dependencies, code_files, file_fingerprint, is_unchanged, transcripts_fingerprint
from tests.builders.steps import Bench

ALL = ["count", "double", "square", "total"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**texts: str) -> None:
    for name, text in texts.items():
        path = Path(name.replace("__", "/") + ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def shown(paths: list[Path]) -> list[str]:
    return [str(path) for path in paths]


@pytest.mark.usefixtures("project")
def test_code_is_a_module_and_every_module_of_ours_that_it_imports() -> None:
    write(
        top__script="import json\nfrom top import one, two as other\nimport top.three\n",
        top__one="def later():\n    from top.deep import x\n",
        top__two="",
        top__three="from . import one\n",
        top__deep="x = 1\n",
        top__unused="",
    )
    Path("top/__init__.py").touch()
    Path("top/two.toml").touch()
    assert shown(code_files([Path("top/script.py")])) == [
        "top/__init__.py",
        "top/deep.py",
        "top/one.py",
        "top/script.py",
        "top/three.py",
        "top/two.py",
        "top/two.toml",
    ]


@pytest.mark.usefixtures("project")
def test_modules_that_import_each_other_and_modules_that_cannot_be_read_are_no_trouble() -> None:
    write(top__a="import top.b\n", top__b="import top.a, top.broken\n", top__broken="def (\n")
    assert shown(code_files([Path("top/a.py")])) == ["top/a.py", "top/b.py", "top/broken.py"]
    assert shown(code_files([Path("top/missing.py")])) == ["top/missing.py"]


@pytest.mark.usefixtures("project")
def test_a_folder_stands_for_the_files_in_it() -> None:
    Path("templates/deep").mkdir(parents=True)
    Path("templates/deep/page.j2").touch()
    Path("templates/__pycache__").mkdir()
    Path("templates/__pycache__/x.pyc").touch()
    assert shown(code_files([Path("templates")])) == ["templates/deep/page.j2"]


def test_a_file_is_changed_by_its_bytes_not_by_its_times(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    stat = path.stat()
    state = file_fingerprint(str(path))
    assert is_unchanged(str(path), state)
    os.utime(path, (1, 1))
    assert is_unchanged(str(path), state)
    for other in (b"two", b"three"):
        path.write_bytes(other)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert not is_unchanged(str(path), state)
    path.unlink()
    assert not is_unchanged(str(path), state)
    assert is_unchanged(str(path), file_fingerprint(str(path)))  # gone, as it was when it was looked at


def test_links_and_what_is_no_transcript_are_not_followed_and_not_counted(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for name in ("a.jsonl", "a.meta.json", "notes.txt"):
        (tmp_path / "p" / name).write_text("x")
    (tmp_path / "p" / "loop").symlink_to(tmp_path)
    (tmp_path / "p" / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "p" / "pipe.jsonl")
    found = sorted(Path(name).name for name in transcripts_fingerprint([tmp_path, tmp_path / "missing"]))
    assert found == ["a.jsonl", "a.meta.json", "gone.jsonl", "pipe.jsonl"]
    before = transcripts_fingerprint([tmp_path])
    (tmp_path / "p" / "notes.txt").write_text("more")
    assert transcripts_fingerprint([tmp_path]) == before
    (tmp_path / "p" / "a.jsonl").rename(tmp_path / "p" / "b.jsonl")
    assert transcripts_fingerprint([tmp_path]) != before


@pytest.mark.usefixtures("project")
def test_the_first_line_of_a_module_says_what_it_is_for() -> None:
    write(one='"""Do one thing."""\n', two='"""Do two things.\n\nMore."""\n')
    assert [first_line(Path(f"{name}.py")) for name in ("one", "two", "gone")] == [
        "Do one thing.",
        "Do two things.",
        "",
    ]


@pytest.mark.usefixtures("project")
def test_evidence_tells_what_it_was_recorded_without_and_long_values_by_their_beginning() -> None:
    dependencies = Dependencies(settings={"names": ["x" * 90], "warnings": []})
    kept = {**dependencies.fingerprints(), "targets": {}}
    assert list(dependencies.changes(kept, [])) == []
    assert list(dependencies.changes({}, [])) == [
        "recorded by another version of this program, without agents, code, reads, settings, targets, transcripts"
    ]
    dependencies.settings = {"names": None, "warnings": ["odd"]}
    shown = f"settings changed: names {'x' * 59}… → none"
    assert list(dependencies.changes(kept, [])) == [shown, "the warnings of the run changed"]


@pytest.fixture
def bench(project: Path) -> Bench:
    """Return four steps that have run in the working directory."""
    assert project == Path.cwd()
    bench = Bench()
    assert bench.run() == ALL
    assert bench.run() == []
    return bench


def test_a_new_transcript_runs_what_reads_it_and_what_comes_of_it(bench: Bench) -> None:
    bench.transcript("c")
    assert bench.plan() == {
        "count": ["transcripts changed: 1 new"],
        "double": ["count will run; its outputs may change"],
        "square": ["count will run; its outputs may change"],
        "total": ["double, square will run; their outputs may change"],
    }
    assert bench.run() == ALL
    assert Path("data/total.txt").read_text() == "15\n"  # 3 transcripts: 2 * 3 + 3 ** 2


def test_transcripts_are_counted_by_what_happened_to_them(bench: Bench) -> None:
    bench.transcript("a", "longer\n")
    Path("sessions/p/b.jsonl").unlink()
    bench.transcript("c")
    assert bench.plan()["count"] == ["transcripts changed: 1 new, 1 grown, 1 gone"]
    bench.run()
    bench.transcript("a", "\n")
    assert bench.plan()["count"] == ["transcripts changed: 1 shorter"]


def test_a_transcript_rewritten_with_its_times_restored_is_noticed(bench: Bench) -> None:
    path = Path("sessions/p/a.jsonl")
    before = path.stat()
    path.write_text("[]\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert bench.plan()["count"] == ["transcripts changed: rewritten at the same size"]


def test_equal_bytes_do_not_wake_later_steps(bench: Bench) -> None:
    bench.transcript("b", "other words\n")
    assert bench.run() == ["count"]


def test_a_changed_setting_makes_stale_exactly_what_takes_it(bench: Bench) -> None:
    assert bench.plan(settings={"marathon_over": 3})["double"] == ["settings changed: marathon_over 20 → 3"]
    assert bench.run(settings={"marathon_over": 3}) == ["double"]
    assert bench.run(settings={"marathon_over": 3}) == []
    assert bench.run(settings={"timezone": "Europe/Berlin"}) == ["double", "total"]
    reason = bench.plan(settings={"strategies": ["my_" * 40]})["square"][0]
    assert reason == f"settings changed: strategies none → {'my_' * 19}my…"


def test_code_that_is_imported_is_code_of_a_step(bench: Bench) -> None:
    Path("code/helper.py").write_text("MORE = 1\n")
    assert {script: reasons[0] for script, reasons in bench.plan().items()} == dict.fromkeys(
        ALL, "code changed: code/helper.py"
    )
    assert bench.run() == ALL
    assert Path("data/total.txt").read_text() == "15\n"
    os.utime("code/helper.py", (1, 1))
    assert bench.run() == []


def test_an_output_that_is_gone_emptied_edited_or_a_folder_is_made_again(bench: Bench) -> None:
    path = Path("data/double.txt")
    stat = path.stat()
    path.unlink()
    assert bench.plan() == {
        "double": ["output missing: data/double.txt"],
        "total": ["double will run; its outputs may change"],
    }
    assert bench.run() == ["double"]
    path.write_text("")
    assert bench.plan()["double"] == ["output edited: data/double.txt"]
    assert bench.run() == ["double"]
    path.write_text("9\n")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert bench.run() == ["double"]
    path.unlink()
    path.mkdir()
    assert bench.run() == ["double"]
    assert path.read_text() == "4\n"


def test_an_input_that_changed_although_its_maker_did_not_run_is_a_reason(bench: Bench) -> None:
    Path("data/count.txt").write_text("9\n")
    assert bench.plan("doubling", only=True) == {"double": ["input changed: data/count.txt"]}


def test_agents_are_an_input_with_their_definitions_and_their_history(bench: Bench) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", "-C", "agents", *identity, *arguments], check=True, capture_output=True)

    Path("agents/architect.md").write_text("---\nname: architect\n---\n")
    assert bench.run() == ["square"]
    Path("agents/architect.md").write_text("---\nname: builder\n---\n")
    assert bench.plan()["square"] == ["agent definitions or their history changed"]
    assert bench.run() == ["square"]
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    assert bench.run() == ["square"]
    git("commit", "-qm", "second", "--allow-empty")
    assert bench.run() == []


def test_an_output_of_another_place_is_not_recorded(bench: Bench) -> None:
    (double,) = (step for step in bench.steps().values() if step.script == "double")
    Path("moved.txt").write_text("4\n")
    double.writes = ("moved.txt",)
    assert list(double.reasons(bench.record("doubling:double"))) == ["output not recorded: moved.txt"]

"""The parts that tell what changed: the code of a script, the states of files and transcripts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from common.pipeline.project import first_line
from common.pipeline.staleness import Dependencies, code_files, file_fingerprint, is_unchanged, transcripts_fingerprint


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

"""The parts that tell what changed: the code of a script, a file's state, the state of the pipeline."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from doit.dependency import JSONCodec

from common.pipeline.database import Database
from common.pipeline.freshness import closure, is_as_it_was, state_of, transcripts_state


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
    assert shown(closure([Path("top/script.py")])) == [
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
    assert shown(closure([Path("top/a.py")])) == ["top/a.py", "top/b.py", "top/broken.py"]
    assert shown(closure([Path("top/missing.py")])) == ["top/missing.py"]


@pytest.mark.usefixtures("project")
def test_a_folder_stands_for_the_files_in_it() -> None:
    Path("templates/deep").mkdir(parents=True)
    Path("templates/deep/page.j2").touch()
    Path("templates/__pycache__").mkdir()
    Path("templates/__pycache__/x.pyc").touch()
    assert shown(closure([Path("templates")])) == ["templates/deep/page.j2"]


def test_a_file_is_changed_by_its_bytes_not_by_its_times(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    stat = path.stat()
    state = state_of(str(path))
    assert is_as_it_was(str(path), state)
    os.utime(path, (1, 1))
    assert is_as_it_was(str(path), state)
    for other in (b"two", b"three"):
        path.write_bytes(other)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert not is_as_it_was(str(path), state)
    path.unlink()
    assert not is_as_it_was(str(path), state)
    assert is_as_it_was(str(path), state_of(str(path)))  # gone, as it was when it was looked at


def test_links_and_what_is_no_transcript_are_not_followed_and_not_counted(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for name in ("a.jsonl", "a.meta.json", "notes.txt"):
        (tmp_path / "p" / name).write_text("x")
    (tmp_path / "p" / "loop").symlink_to(tmp_path)
    (tmp_path / "p" / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "p" / "pipe.jsonl")
    found = sorted(Path(name).name for name in transcripts_state([tmp_path, tmp_path / "missing"]))
    assert found == ["a.jsonl", "a.meta.json", "gone.jsonl", "pipe.jsonl"]
    before = transcripts_state([tmp_path])
    (tmp_path / "p" / "notes.txt").write_text("more")
    assert transcripts_state([tmp_path]) == before
    (tmp_path / "p" / "a.jsonl").rename(tmp_path / "p" / "b.jsonl")
    assert transcripts_state([tmp_path]) != before


def database(path: Path) -> Database:
    return Database(str(path), JSONCodec())


def test_what_was_saved_is_there_again_and_what_was_not_is_not(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    one = database(path)
    assert not one.in_("task")
    assert one.get("task", "key") is None
    assert not one.in_("task")  # asking is not telling
    one.set("task", "key", {"a": [1, None, "é\udc80"]})
    one.dump()
    one.set("task", "key", "later")
    again = database(path)
    assert again.in_("task")
    assert again.get("task", "key") == {"a": [1, None, "é\udc80"]}
    again.remove("task")
    again.dump()
    assert not database(path).in_("task")


def test_a_look_makes_no_file_and_a_save_of_nothing_none_either(tmp_path: Path) -> None:
    looked = database(tmp_path / "deep" / "state.db")
    looked.get("task", "key")
    looked.remove("task")
    looked.remove_all()
    looked.dump()
    assert list(tmp_path.iterdir()) == []


def test_the_file_cut_at_any_length_is_set_aside_and_never_believed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "state.db"
    full = database(path)
    full.set("task", "key", "value " * 100)
    full.dump()
    raw = path.read_bytes()
    for length in range(0, len(raw), 97):
        path.write_bytes(raw[:length])
        read, said = database(path).get("task", "key"), capsys.readouterr().err
        assert (read, said) == ("value " * 100, "") or (read is None and "state.db cannot be read (" in said)


def test_threads_may_save_while_others_look(tmp_path: Path) -> None:
    shared = database(tmp_path / "state.db")

    def work(number: int) -> None:
        for step in range(20):
            shared.set(f"task {number} {step}", "key", step)
            shared.dump()
            shared.get(f"other {number} {step}", "key")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = database(tmp_path / "state.db")
    assert all(again.get(f"task {number} {step}", "key") == step for number in range(4) for step in range(20))

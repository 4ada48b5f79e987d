"""The state file: whole or not believed; and the backend of doit over it."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from doit.dependency import JSONCodec

from common.pipeline.script_step import MARK
from common.pipeline.state import StateDatabase, StateFile

TEXTS = {"one": "value " * 100, "two": "é\u2028"}


def test_what_was_written_is_read_and_a_file_that_is_not_there_is_empty_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    assert StateFile(path).read() == {}
    assert not path.exists()
    StateFile(path).update({}, kept=["none"])
    assert not path.exists()
    StateFile(path).update(TEXTS, kept=TEXTS)
    file = StateFile(path)
    assert file.read() == TEXTS
    file.update({"two": "2"}, kept=["two"])
    assert StateFile(path).read() == {"two": "2"}
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    file.update({"two": "2"}, kept=["two"])
    assert not path.exists()  # nothing changed


def test_it_is_a_file_of_sqlite3(tmp_path: Path) -> None:
    StateFile(tmp_path / "state.db").update({"one": "1"}, kept=["one"])
    connection = sqlite3.connect(tmp_path / "state.db")
    assert connection.execute("select task_id, task_data from doit").fetchall() == [("one", "1")]
    connection.close()


def test_the_file_cut_at_any_length_is_set_aside_and_never_believed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, aside = tmp_path / "state.db", tmp_path / "state.db.unreadable"
    StateFile(path).update(TEXTS, kept=TEXTS)
    raw = path.read_bytes()
    for length in range(0, len(raw), 397):
        path.write_bytes(raw[:length])
        file = StateFile(path)
        read, again, said = file.read(), file.read(), capsys.readouterr().err
        assert read == again
        if read != TEXTS:
            assert read == {}
            assert said.startswith(f"! {path}: cannot be read (")
            assert said.count("\n") == 1
            file.update({"new": "1"}, kept=["new"])
            assert aside.read_bytes() == raw[:length]
            assert StateFile(path).read() == {"new": "1"}


@pytest.mark.parametrize("raw", [b"", b"garbage", b"SQLite format 3\0" + b"\0" * 200])
def test_bytes_of_another_kind_are_no_state(tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: bytes) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(raw)
    assert StateFile(path).read() == {}
    assert capsys.readouterr().err.endswith("The next run renames it to state.db.unreadable and runs every script.\n")
    assert path.read_bytes() == raw


def test_a_flipped_bit_is_never_believed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "state.db"
    StateFile(path).update(TEXTS, kept=TEXTS)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"value") + 2] ^= 1
    path.write_bytes(raw)
    assert StateFile(path).read() == {}
    assert "the record of one is damaged" in capsys.readouterr().err


def database(path: Path) -> StateDatabase:
    return StateDatabase(str(path), JSONCodec())


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


def test_a_mark_is_saved_at_once_with_what_is_known_beside(tmp_path: Path) -> None:
    one = database(tmp_path / "state.db")
    one.mark("task", "forgotten")
    assert database(tmp_path / "state.db").get("task", "_values_:") == {MARK: "forgotten"}
    one.mark("task", "did not finish last time", said="4 numbers")
    kept = database(tmp_path / "state.db").get("task", "_values_:")
    assert kept == {MARK: "did not finish last time", "said": "4 numbers"}


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

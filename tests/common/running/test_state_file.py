"""A file that is whole or not believed."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from common.running.state_file import StateFile

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

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
    for length in range(0, len(raw), 97):
        path.write_bytes(raw[:length])
        file = StateFile(path)
        read, again, said = file.read(), file.read(), capsys.readouterr().err
        assert read == again
        if read != TEXTS:
            assert read == {}
            assert said.startswith(f"! {path} cannot be read (")
            assert said.count("\n") == 1
            file.update({"new": "1"}, kept=["new"])
            assert aside.read_bytes() == raw[:length]
            assert StateFile(path).read() == {"new": "1"}


def test_a_flipped_bit_is_never_believed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "state.db"
    StateFile(path).update(TEXTS, kept=TEXTS)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"value") + 2] ^= 1
    path.write_bytes(raw)
    assert StateFile(path).read() == {}
    assert "the record of one is damaged" in capsys.readouterr().err

"""A transcript that changes while it is read: this run gives a state that there was, the next one what is there."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from common.transcripts.reading import file_reader
from common.transcripts.reading.lines import decode_line
from common.transcripts.reading.shapes import Line
from tests.common.transcripts.cache.test_cache import cold, targets
from tests.common.transcripts.written import Json, encoded, extract_folder, said, user, write_files

BEFORE: list[Json] = [user("One.", 1), said(2, "Two."), user("Three.", 3)]
NAME = "-w-app/s.jsonl"


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(encoded([user("Four.", 4)]))


def cut(path: Path) -> None:
    os.truncate(path, 20)


def rewrite(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"One.", b"Uno."))


def rewrite_with_the_old_times(path: Path) -> None:
    times = path.stat()
    rewrite(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def replace(path: Path) -> None:
    copy = path.with_suffix(".new")
    copy.write_bytes(path.read_bytes().replace(b"One.", b"Uno."))
    copy.replace(path)


def delete(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("change", [append, cut, rewrite, rewrite_with_the_old_times, replace, delete])
@pytest.mark.parametrize("at_line", [1, 3])
def test_the_next_run_gives_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], at_line: int
) -> None:
    root = tmp_path / "root"
    write_files(root, {NAME: BEFORE})
    lines = 0

    def decode_and_change(raw: bytes) -> Line:
        nonlocal lines
        lines += 1
        if lines == at_line:
            change(root / NAME)
        return decode_line(raw)

    with monkeypatch.context() as patched:
        patched.setattr(file_reader, "decode_line", decode_and_change)
        found = extract_folder(tmp_path, root)
    assert found.full.source.lines == 3
    assert found.session.message_count == 3
    assert targets(tmp_path, root) == cold(tmp_path, root)

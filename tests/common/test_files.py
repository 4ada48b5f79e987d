"""Files are written whole or not at all, and one run at a time holds a data directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from common.errors import HeldError, InputError, WriteError
from common.files import as_project_error, lock_data_directory, sweep_temporary_files, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_bytes_and_chunks_are_written_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "file"
    assert write_atomically(path, b"one")
    assert write_atomically(path, [b"t", b"", b"wo"])
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert names(path.parent) == ["file"]


def test_a_file_with_these_bytes_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"same")
    os.utime(path, ns=(5, 5))
    assert not write_atomically(path, b"same")
    assert path.stat().st_mtime_ns == 5
    assert write_atomically(path, b"Same")


def test_a_writer_that_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def chunks() -> object:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(path, chunks())  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_link_is_replaced_and_what_it_points_to_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_atomically(tmp_path / "link", b"mine")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"mine"


def test_an_empty_folder_gives_way_and_a_full_one_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert write_atomically(tmp_path / "empty", b"x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "inside").touch()
    with pytest.raises(InputError, match="full: Directory not empty"):
        write_atomically(tmp_path / "full", b"x")
    assert names(tmp_path) == ["empty", "full"]


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_a_full_disk_at_any_call_leaves_the_old_file_whole(tmp_path: Path, call: str) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    code = f"import pathlib, common.files as f; f.write_atomically(pathlib.Path({str(path)!r}), b'new' * 9)"
    calls = {"write": "write", "fsync": "fsync", "rename": "rename,renameat,renameat2"}[call]
    command = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-e", f"trace={calls}"]
    command += ["-e", f"inject={calls}:error=ENOSPC:when=1", sys.executable, "-c", code]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert "WriteError" in done.stderr
    assert "No space left on device; make room" in done.stderr
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file", "trace"]


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_end(tmp_path: Path) -> None:
    code = (
        f"import pathlib, common.files as f; f.write_atomically(pathlib.Path({str(tmp_path / 'file')!r}), b'new' * 9)"
    )
    command = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-e", "trace=write,fsync,rename", sys.executable]
    subprocess.run([*command, "-c", code], cwd=Path(__file__).parents[2], check=True)
    calls = [line.split(None, 1)[1].partition("(")[0] for line in (tmp_path / "trace").read_text().splitlines()]
    assert calls == ["write", "fsync", "rename", "fsync"]


WRITER = """
import pathlib, sys, time
from common.files import write_atomically

def chunks():
    yield b"half"
    print(flush=True)
    time.sleep(60)

write_atomically(pathlib.Path(sys.argv[1]), chunks())
"""


def test_leftovers_of_dead_writers_are_swept_whoever_bears_their_number_and_those_of_living_ones_kept(
    tmp_path: Path,
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / f".file.{os.getpid()}.tmp").touch()
    (tmp_path / ".mine.tmp").touch()
    command = [sys.executable, "-c", WRITER, str(tmp_path / "file")]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert sweep_temporary_files(tmp_path) == 1
        assert names(tmp_path) == [f".file.{writer.pid}.tmp", ".mine.tmp", "deep"]
        writer.kill()
        os.waitid(os.P_PID, writer.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody took note of it yet
        assert sweep_temporary_files(tmp_path) == 1
    assert names(tmp_path) == [".mine.tmp", "deep"]


def test_a_second_holder_is_told_who_holds_it(tmp_path: Path) -> None:
    said = "data is held by the first; wait for it to end, or add --wait"
    second = lock_data_directory(tmp_path / "data", "the second")
    with lock_data_directory(tmp_path / "data", "the first"), pytest.raises(HeldError, match=said), second:
        pass
    with lock_data_directory(tmp_path / "data", "the third"):
        assert (tmp_path / "data" / ".lock").read_text() == "the third\n"


def test_the_first_holder_closes_the_folder_to_others_and_later_ones_leave_its_rights_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for given, kept in ((0o755, 0o700), (0o750, 0o750)):
        data.chmod(given)
        with lock_data_directory(data, "holder"):
            assert data.stat().st_mode & 0o777 == kept


def test_who_waits_gets_it_when_the_first_is_done(tmp_path: Path) -> None:
    order = []

    def wait() -> None:
        with lock_data_directory(tmp_path, "waiting", wait=True):
            order.append("second")

    with lock_data_directory(tmp_path, "first"):
        thread = threading.Thread(target=wait)
        thread.start()
        order.append("first")
    thread.join(timeout=5)
    assert order == ["first", "second"]


def test_an_error_of_the_system_says_where_what_and_what_to_do() -> None:
    full = as_project_error(OSError(28, "No space left on device", "data/x"))
    assert isinstance(full, WriteError)
    assert str(full) == "data/x: No space left on device; make room, or choose another data=DIR, then run it again"
    assert as_project_error(OSError(13, "Permission denied"), Path("data")).exit_code == 77
    assert as_project_error(OSError(2, "No such file or directory"), Path("data")).exit_code == 2

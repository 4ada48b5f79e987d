"""Files are written whole or not at all, and one run at a time holds a data directory."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from common.errors import HeldError, InputError, PermissionDeniedError, WriteError
from common.files import CHUNK, as_project_error, lock_data_directory, open_own, sweep_temporary_files, write_atomically
from tests.tools.waiting import ENDLESS, PATIENCE


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
    assert "No space left on device" in done.stderr
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file", "trace"]


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_end(tmp_path: Path) -> None:
    code = (
        f"import pathlib, common.files as f; f.write_atomically(pathlib.Path({str(tmp_path / 'file')!r}), b'new' * 9)"
    )
    command = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-e", "trace=write,fsync,rename", sys.executable]
    alone = {"PATH": os.environ["PATH"]}  # coverage would write too, and Python its compiled modules
    subprocess.run([*command, "-B", "-c", code], cwd=Path(__file__).parents[2], check=True, env=alone)
    calls = [line.split(None, 1)[1].partition("(")[0] for line in (tmp_path / "trace").read_text().splitlines()]
    assert calls == ["write", "fsync", "rename", "fsync"]


WRITER = f"""
import pathlib, sys, time
from common.files import write_atomically

def chunks():
    yield b"half"
    print(flush=True)
    {ENDLESS}

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


def test_a_leftover_that_cannot_be_opened_or_bears_another_name_is_told_from_one_that_is_being_written(
    tmp_path: Path,
) -> None:
    for name in (".a.1.tmp", "b.1.tmp", ".c.x1.tmp", ".d.1.tmp.old"):
        (tmp_path / name).touch()
    (tmp_path / ".link.2.tmp").symlink_to(tmp_path / "nowhere")
    assert sweep_temporary_files(tmp_path) == 2
    assert names(tmp_path) == [".c.x1.tmp", ".d.1.tmp.old", "b.1.tmp"]


def test_a_second_holder_is_told_who_holds_it(tmp_path: Path) -> None:
    said = "data is held by the first. Wait for it to end, or add --wait"
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
    thread.join(timeout=PATIENCE)
    assert order == ["first", "second"]


def test_a_file_that_differs_in_its_last_bytes_alone_is_written(tmp_path: Path) -> None:
    path, long = tmp_path / "file", b"x" * CHUNK
    assert write_atomically(path, long + b"old")
    assert not write_atomically(path, [long, b"old"])
    assert write_atomically(path, [long, b"new"])
    assert path.read_bytes() == long + b"new"


def test_a_name_of_any_length_that_a_file_may_bear_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    assert write_atomically(path, b"x")
    assert path.read_bytes() == b"x"


def test_what_may_stand_in_the_place_of_a_temporary_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / f".file.{os.getpid()}.tmp").symlink_to(tmp_path / "target")
    assert write_atomically(tmp_path / "file", b"x")
    assert (tmp_path / "target").read_bytes() == b"mine"
    assert names(tmp_path) == ["file", "target"]


def test_a_folder_in_the_place_of_a_file_above_is_an_error_that_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as raised:
        write_atomically(tmp_path / "file" / "inner", b"x")
    assert str(raised.value) == f"{tmp_path}/file/inner: File exists. Correct this, then run it again"


def test_what_stands_in_the_place_of_an_own_file_gives_way_unless_it_is_full(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    for name in ("new", "link", "pipe", "empty"):
        path = tmp_path / name
        os.close(open_own(path, os.O_WRONLY))
        assert path.is_file()
        assert not path.is_symlink()
        assert path.stat().st_mode & 0o777 == 0o600
    (tmp_path / "full" / "inner").mkdir(parents=True)
    with pytest.raises(OSError, match="Directory not empty"):
        open_own(tmp_path / "full", os.O_WRONLY)
    assert (tmp_path / "target").read_bytes() == b"theirs"


def test_an_own_file_keeps_its_bytes_and_is_not_handed_to_what_is_started(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"old ")
    descriptor = open_own(tmp_path / "log", os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, b"new")
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)
    assert (tmp_path / "log").read_bytes() == b"old new"


def test_a_lock_says_its_holder_alone_and_is_for_its_owner(tmp_path: Path) -> None:
    lock = tmp_path / "data" / ".lock"
    for holder in ("a holder with a long name", "short"):
        with lock_data_directory(tmp_path / "data", holder):
            assert lock.read_text() == f"{holder}\n"
    assert lock.stat().st_mode & 0o777 == 0o600


def test_a_holder_that_says_nothing_is_another_run(tmp_path: Path) -> None:
    second = lock_data_directory(tmp_path, "the second")
    with lock_data_directory(tmp_path, "the first"):
        (tmp_path / ".lock").write_bytes(b"")
        with pytest.raises(HeldError) as raised, second:
            pass
    assert str(raised.value) == f"{tmp_path} is held by another run. Wait for it to end, or add --wait"


def test_a_holder_may_bear_any_name(tmp_path: Path) -> None:
    second = lock_data_directory(tmp_path, "the second")
    with lock_data_directory(tmp_path, "a\ud800b"):
        assert (tmp_path / ".lock").read_bytes() == b"a?b\n"
        (tmp_path / ".lock").write_bytes(b" \xff\n")
        with pytest.raises(HeldError, match="is held by \ufffd"), second:
            pass


def test_a_lock_that_cannot_be_made_says_where(tmp_path: Path) -> None:
    (tmp_path / ".lock").mkdir()
    with pytest.raises(InputError) as raised, lock_data_directory(tmp_path, "a run"):
        pass
    assert str(raised.value) == f"{tmp_path}/.lock: Is a directory. Correct this, then run it again"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT, errno.EFBIG, errno.ENXIO])
def test_an_error_of_writing_ends_with_74(number: int) -> None:
    told = as_project_error(OSError(number, "Told", "data/x"))
    assert (type(told), told.exit_code) == (WriteError, 74)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_right_that_is_missing_ends_with_77_and_says_which(number: int) -> None:
    told = as_project_error(OSError(number, "Permission denied"), Path("data"))
    assert (type(told), told.exit_code) == (PermissionDeniedError, 77)
    assert str(told) == "data: Permission denied. Give yourself permission, or choose another data=DIR"


def test_an_error_that_names_no_file_is_one_of_writing() -> None:
    assert str(as_project_error(OSError("lost"))) == "writing: lost. Correct this, then run it again"
    assert str(as_project_error(OSError(5, "Input/output error", 7))).startswith("writing: Input/output error. Free")


def test_an_error_of_the_system_says_where_what_and_what_to_do() -> None:
    full = as_project_error(OSError(28, "No space left on device", "data/x"))
    assert isinstance(full, WriteError)
    assert str(full) == "data/x: No space left on device. Free some space or choose another data=DIR, then run it again"
    assert as_project_error(OSError(13, "Permission denied"), Path("data")).exit_code == 77
    assert as_project_error(OSError(2, "No such file or directory"), Path("data")).exit_code == 2

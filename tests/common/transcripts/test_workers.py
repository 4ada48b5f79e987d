"""Several processes read what one would, and one that dies is named."""

import contextlib
import os
import signal
import threading
from pathlib import Path

import pytest

from common.errors import ScriptError
from common.transcripts import extraction, workers
from common.transcripts.cache.cache_file import open_database
from common.transcripts.cache.file_store import FileStore
from common.transcripts.find import find_transcripts
from tests.common.transcripts.cache.test_cache import TARGETS
from tests.common.transcripts.written import Json, call, extract_folder, said, user, write_files
from tests.tools.processes import has_open, processes

COUNT = 12


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root of files of very different sizes."""
    files: dict[str, list[Json]] = {}
    for number in range(COUNT):
        lines = [user("x" * 2000, n, sessionId=f"s{number}") for n in range(1 + number * 20)]
        spoken = said(1, call(f"c{number}"), key=f"m{number // 2}", sessionId=f"s{number}")
        files[f"-w-{number % 3}/s{number}.jsonl"] = [*lines, spoken]
    write_files(tmp_path / "root", files)
    return tmp_path / "root"


@pytest.fixture(autouse=True)
def every_byte_is_worth_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH_A_PROCESS", 1)


@pytest.mark.parametrize("count", [2, 3])
def test_several_processes_give_the_same_bytes_as_one(tmp_path: Path, root: Path, count: int) -> None:
    def targets(processes: int) -> dict[str, bytes]:
        folder = tmp_path / f"with{processes}"
        extract_folder(folder, root, workers=processes)
        return {name: (folder / name).read_bytes() for name in TARGETS}

    assert targets(count) == targets(1)


def test_work_is_divided_into_neighbours_of_like_size(root: Path) -> None:
    jobs: list[workers.Job] = [(file, None) for file in find_transcripts([str(root)]).files]
    size = sum(file.stamp.size for file, _ in jobs)
    for count in (1, 2, 3, 5, 40):
        chunks = workers._chunks(jobs, count, size)  # noqa: SLF001 - the division is what is tested
        assert [job for chunk in chunks for job in chunk] == jobs
        largest = max(file.stamp.size for file, _ in jobs)
        assert all(sum(file.stamp.size for file, _ in chunk) <= size / count + largest for chunk in chunks)


def test_empty_files_are_divided_too(tmp_path: Path) -> None:
    write_files(tmp_path / "root", {f"{n}.jsonl": b"" for n in range(5)})
    assert extract_folder(tmp_path, tmp_path / "root", workers=4).full.source.files == 5


def workers_running() -> set[int]:
    """Return the processes that this one has started and that run Python's workers."""
    found = set()
    for process in processes():
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            found |= {process.pid} if process.parent == os.getpid() and b"spawn_main" in command else set()
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the workers are found in /proc")
def test_a_process_that_dies_is_named_with_its_file_and_the_work_of_the_others_is_kept(
    tmp_path: Path, root: Path
) -> None:
    big = root / "-w-big" / "big.jsonl"
    write_files(root, {"-w-big/big.jsonl": b'{"type":"user","message":{"content":"' + b"x" * 1000 + b'"}}\n'})
    with big.open("ab") as file:
        for _ in range(40):
            file.write(b'{"type":"user","sessionId":"big","message":{"content":7}}\n' * 20_000)

    ended = threading.Event()

    def kill_the_one_that_reads_the_big_file() -> None:
        while not ended.wait(0.005):
            for pid in workers_running():
                if has_open(pid, big):
                    os.kill(pid, signal.SIGKILL)
                    return

    killer = threading.Thread(target=kill_the_one_that_reads_the_big_file)
    killer.start()
    try:
        with (
            open_database(tmp_path / "cache") as database,
            pytest.raises(ScriptError, match=r"-w-big/big.jsonl: the process that read this file died \(signal 9\)"),
        ):
            extraction.extract(FileStore(database), [str(root)], "UTC", 2, lambda *_: None)
    finally:
        ended.set()
        killer.join()
    assert workers_running() == set()
    with open_database(tmp_path / "cache") as database:
        assert "-w-big/big.jsonl" not in {row.name for row in FileStore(database).rows()}
    big.unlink()
    assert extract_folder(tmp_path, root).full.summary.delegations == COUNT

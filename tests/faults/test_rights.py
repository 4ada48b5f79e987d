"""What is written is for its owner alone, and a place that cannot be written is said with the documented code."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.common.transcripts.written import answer, call, encoded, said, user
from tests.faults.project import Project

WORD = "zanzibarian"  # stands in the prompt and the result, nowhere else
UNDER_UMASK_000 = ("bash", "-c", 'umask 000; exec "$@"', "open")
LOOKS = (("list",), ("plan",), ("history",), ("verify",))
mounts = pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="only root may mount")


def test_under_umask_000_no_word_of_a_prompt_can_be_read_by_others_or_stands_in_a_log(empty: Project) -> None:
    root = empty.root / "mine"
    (root / "-w").mkdir(parents=True)
    lines = [user("Go.", 1), said(2, call("toolu_1", f"The {WORD} work.")), answer("toolu_1", 9, f"A {WORD} end.")]
    (root / "-w/s.jsonl").write_bytes(encoded(lines) + b'{"cut": "' + WORD.encode() + b"\n")
    private = empty.root / "private"
    private.mkdir()
    private.chmod(0o777)
    done = empty.doit("-v", "data=private", f"projects={root}", before=UNDER_UMASK_000)
    assert (done.returncode, WORD in done.stdout + done.stderr) == (0, False)
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in (private, *private.rglob("*"))}
    assert {path: oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}
    holding = {path.name for path in private.rglob("*") if path.is_file() and WORD.encode() in path.read_bytes()}
    assert "enriched_sessions_data.json" in holding
    logs = {*(private / "logs").iterdir(), private / "pipeline_execution_log.json", private / ".doit.db"}
    assert len(logs) == 10
    assert holding.isdisjoint(path.name for path in logs)


def test_a_word_of_a_prompt_is_in_no_error_message(project: Project) -> None:
    """An output with a wrong value in it is what a script quotes from, if it quotes."""
    path = project.data / "enriched_sessions_data.json"
    path.write_bytes(path.read_bytes().replace(b'"prompt":"', b'"prompt":7,"was":"' + WORD.encode(), 1))
    done = subprocess.run(
        [*project.command()[:2], "analysis.classify_marathons", "--sessions", path, "--marathons", "out.json"],
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {path}")
    assert done.stderr.count("\n") == 1
    assert WORD not in done.stdout + done.stderr


@contextmanager
def mounted(*what: str, at: Path) -> Iterator[None]:
    done = subprocess.run(["mount", *what, str(at)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


@mounts
@pytest.mark.faults
def test_a_read_only_data_directory_is_one_message_and_can_still_be_looked_at(project: Project) -> None:
    before = project.hashes()
    with mounted("--bind", str(project.data), at=project.data):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(project.data)], check=True)
        for look in LOOKS:
            done = project.doit(*look)
            assert (done.returncode, done.stderr) == (0, ""), look
        done = project.doit("--force")
        assert (done.returncode, done.stderr.count("\n")) == (74, 1)
        assert "Read-only file system" in done.stderr
        assert "data" in done.stderr
        assert project.hashes() == before
    assert project.doit("--force").returncode == 0
    assert project.hashes() == before


@mounts
@pytest.mark.faults
@pytest.mark.parametrize("kilobytes", [32, 200, 1000, 3000, 4400, 5400, 7000])
def test_a_full_disk_is_said_and_with_room_the_next_run_ends_well(
    finished: Project, empty: Project, kilobytes: int
) -> None:
    place = empty.root / "small"
    place.mkdir()
    with mounted("-t", "tmpfs", "-o", f"size={kilobytes}k", "small", at=place):
        done = empty.doit("data=small/data", "projects=data/sample")
        assert done.returncode == 74
        assert "No space left on device" in done.stderr or "full" in done.stderr
        subprocess.run(["mount", "-o", "remount,size=40m", str(place)], check=True)
        again = empty.doit("data=small/data", "projects=data/sample")
        assert again.returncode == 0, again.stderr
        assert empty.hashes("small/data") == finished.hashes()
        assert list(place.rglob("*.tmp")) == []


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="only root can be somebody else")
@pytest.mark.faults
def test_the_data_directory_of_somebody_else_is_refused_with_77(project: Project) -> None:
    for folder in (project.root, *project.root.parents):
        if str(folder).startswith("/tmp/"):  # noqa: S108 - pytest's folders are for their owner alone
            folder.chmod(0o755)
    somebody = ("setpriv", "--reuid", "65534", "--clear-groups")
    before = project.hashes()
    open_to_all = project.root / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    for data in ("data", "open"):
        done = project.doit(f"data={data}", "projects=common", before=somebody)
        assert (done.returncode, done.stderr.count("\n")) == (77, 1)
        assert f"{data}/" in done.stderr
    assert project.hashes() == before
    assert list(open_to_all.iterdir()) == []

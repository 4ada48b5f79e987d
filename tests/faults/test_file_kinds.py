"""Whatever lies where transcripts lie: no run hangs on it, and what is passed over is listed with its reason."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.common.transcripts.written import extract_folder
from tests.faults.project import Project, delegating

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_NAME = "n" * 249 + ".jsonl"
ODD_NAMES = (
    b"two\nlines.jsonl",
    "from right \u202e to left.jsonl".encode(),
    b"no utf-8 \xff.jsonl",
    LONGEST_NAME.encode(),
)
RIGHT_TO_LEFT = "\u202e"


def folder_of_all_kinds(root: Path) -> None:
    """Make one of each kind of thing in a folder, among them a whole transcript."""
    folder = root / "-w"
    folder.mkdir(parents=True)
    (folder / "whole.jsonl").write_bytes(delegating())
    (folder / "empty.jsonl").touch()
    (folder / "folder.jsonl").mkdir()
    os.mkfifo(folder / "fifo.jsonl")
    os.mkfifo(folder / "whole.meta.json")
    (folder / "loop.jsonl").symlink_to("loop.jsonl")
    (folder / "circle").symlink_to("..")
    (folder / "dangling.jsonl").symlink_to("nowhere")
    (folder / "zeros.jsonl").symlink_to("/dev/zero")
    (root.parent / "outside.jsonl").write_bytes(delegating(sessionId="outside"))
    (folder / "out.jsonl").symlink_to(root.parent / "outside.jsonl")
    (folder / "away").symlink_to(root.parent)
    os.mknod(folder / "socket.jsonl", stat.S_IFSOCK | 0o600)


def test_of_all_kinds_of_files_the_regular_ones_are_read_and_each_other_has_its_reason(empty: Project) -> None:
    root = empty.root / "mine"
    folder_of_all_kinds(root)
    for name in ODD_NAMES:
        Path(os.fsdecode(os.fsencode(root / "-w") + b"/" + name)).write_bytes(b"[]\n")
    done = empty.doit(f"projects={root}")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in (empty.data / "extraction_diagnostics.jsonl").read_bytes().splitlines()]
    assert {record["file"]: record["reason"] for record in records if record["line"] is None} == {
        "-w/away": "link to a folder outside of the root",
        "-w/dangling.jsonl": "cannot be looked at: No such file or directory",
        "-w/fifo.jsonl": "no regular file",
        "-w/loop.jsonl": "cannot be looked at: Too many levels of symbolic links",
        "-w/out.jsonl": "link to a file outside of the root",
        "-w/socket.jsonl": "no regular file",
        "-w/zeros.jsonl": "no regular file",
    }
    odd = {record["file"].removeprefix("-w/") for record in records if record["line"]}
    assert odd == {name.decode("utf-8", "backslashreplace") for name in ODD_NAMES}
    summary = json.loads((empty.data / "full_sessions_data.json").read_bytes())["summary"]
    assert (summary["sessions"], summary["delegations"]) == (1, 1)
    shown = [done.stdout, done.stderr, *(path.read_text() for path in empty.data.glob("routing_report.*"))]
    assert [RIGHT_TO_LEFT in text for text in shown] == [False] * 4


def test_a_folder_without_transcripts_ends_well_and_says_so(empty: Project) -> None:
    (empty.root / "mine").mkdir()
    done = empty.doit(f"projects={empty.root / 'mine'}")
    assert done.returncode == 0
    assert "0 sessions" in done.stdout


def peak_megabytes(project: Project, root: Path, *, limit: int) -> float:
    """Run everything with a limit of address space, in megabytes; return the most that any process of it held."""
    command = ["bash", "-c", f'ulimit -v {limit * 1024}; exec "$@"', "limited"]
    command += project.command("workers=1", f"projects={root}")
    run = subprocess.Popen(command, cwd=project.root, env=project.environment(), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    return used.ru_maxrss / 1024


@pytest.mark.faults
def test_a_file_of_five_gigabytes_of_nothing_takes_no_memory(empty: Project) -> None:
    root = empty.root / "mine"
    (root / "-w").mkdir(parents=True)
    (root / "-w/whole.jsonl").write_bytes(delegating())
    with (root / "-w/sparse.jsonl").open("wb") as file:
        file.truncate(5 << 30)
    assert peak_megabytes(empty, root, limit=4096) < 512
    records = (empty.data / "extraction_diagnostics.jsonl").read_text().splitlines()
    assert ["sparse.jsonl" in record for record in records] == [True]


@pytest.mark.faults
def test_ten_thousand_files_are_read_within_the_memory(empty: Project) -> None:
    root = empty.root / "mine"
    for number in range(20):
        (root / f"-w-{number}").mkdir(parents=True)
    for number in range(10_000):
        path = root / f"-w-{number % 20}" / f"{number}.jsonl"
        path.write_bytes(delegating(sessionId=f"session-{number}").replace(b"toolu_1", f"toolu_{number}".encode()))
    assert peak_megabytes(empty, root, limit=4096) < 512
    summary = json.loads((empty.data / "full_sessions_data.json").read_bytes())["summary"]
    assert summary["sessions"] == 10_000


@pytest.fixture
def nobody(tmp_path: Path) -> Iterator[Path]:
    """Be somebody who owns a folder and may do nothing elsewhere, as root may everything."""
    is_root = os.geteuid() == 0
    if is_root:
        for folder in (tmp_path, *tmp_path.parents[:3]):
            folder.chmod(folder.stat().st_mode | 0o055)
        os.chown(tmp_path, 65534, 65534)
        os.seteuid(65534)
    yield tmp_path
    if is_root:
        os.seteuid(0)


def test_what_may_not_be_read_is_passed_over_with_its_reason(nobody: Path) -> None:
    root = nobody / "mine"
    (root / "-w").mkdir(parents=True)
    (root / "-w/whole.jsonl").write_bytes(delegating())
    (root / "-w/secret.jsonl").write_bytes(delegating(sessionId="secret"))
    (root / "-w/secret.jsonl").chmod(0)
    (root / "-closed").mkdir(mode=0)
    found = extract_folder(nobody, root, workers=1)
    (root / "-closed").chmod(0o700)
    assert found.full.summary.delegations == 1
    assert {record["file"]: record["reason"] for record in found.diagnostics} == {
        "-closed": "folder cannot be read: Permission denied",
        "-w/secret.jsonl": "cannot be opened: Permission denied",
    }

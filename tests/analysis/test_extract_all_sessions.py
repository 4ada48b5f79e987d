"""The script that reads every transcript, run as the pipeline runs it."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.tools.processes import outlasts
from tests.tools.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data/sample"
LINE = b'{"type":"user","sessionId":"s","timestamp":"2026-03-14T09:00:00.000Z","message":{"content":"Hi."}}\n'


def run(
    folder: Path,
    *more: str,
    projects: Path | None = None,
    before: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    command = [*before, *command_of(folder, *more, projects=projects)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def command_of(folder: Path, *more: str, projects: Path | None = None) -> list[str]:
    options = ["--projects", str(projects or folder / "root"), "--cache", str(folder / "data/cache")]
    options += ["--sessions", str(folder / "data/full.json"), "--diagnostics", str(folder / "data/diagnostics.jsonl")]
    options += ["--manifest", str(folder / "data/cache/manifest.json"), *more]
    return [sys.executable, "-W", "error", "-m", "analysis.extract_all_sessions", *options]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "root/-w").mkdir(parents=True)
    (tmp_path / "root/-w/s.jsonl").write_bytes(LINE)
    return tmp_path


def test_it_writes_its_files_for_their_owner_alone_and_says_what_it_found(folder: Path) -> None:
    done = run(folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 session, 0 delegations\n", "")
    data = folder / "data"
    assert sorted(str(path.relative_to(data)) for path in data.rglob("*")) == [
        "cache", "cache/manifest.json", "cache/transcripts.sqlite3", "diagnostics.jsonl", "full.json",
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o077 for path in data.rglob("*")} == {0}
    assert json.loads((data / "full.json").read_bytes())["summary"]["sessions"] == 1


def test_roots_without_a_transcript_are_no_error(folder: Path) -> None:
    (folder / "root/-w/s.jsonl").unlink()
    done = run(folder)
    assert (done.returncode, done.stdout) == (0, "0 sessions, 0 delegations\n")


def test_a_root_that_is_not_there_is_one_line_and_exit_2(folder: Path) -> None:
    done = run(folder, projects=folder / "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {folder}/nowhere: expected a folder with transcripts, got nothing")
    assert done.stderr.count("\n") == 1
    assert not (folder / "data/full.json").exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--timezone", "Nowhere/X", 'timezone: expected a time zone like Europe/Berlin, got "Nowhere/X"'),
        ("--timezone", "../../etc/passwd", 'timezone: expected a time zone like Europe/Berlin, got "../../etc/passwd"'),
        ("--since", "yesterday", 'since: expected a day like 2026-03-14, got "yesterday"'),
        ("--until", "2026-02-30", 'until: expected a day like 2026-03-14, got "2026-02-30"'),
        ("--until", "20260301", 'until: expected a day like 2026-03-14, got "20260301"'),
    ],
)
def test_a_filter_that_means_nothing_is_one_line_and_exit_3(
    folder: Path, option: str, value: str, message: str
) -> None:
    done = run(folder, option, value)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert done.stderr.startswith(f"error: {message}")


def test_it_tells_of_its_progress_by_bytes_where_somebody_reads_it(folder: Path) -> None:
    done = run(folder, environment={"PIPELINE_PROGRESS": "1"})
    lines = [json.loads(line[1:]) for line in done.stdout.split("\n") if line.startswith("\x1e")]
    assert lines[-1] == {"done": len(LINE), "total": len(LINE), "unit": "bytes"}


def test_a_second_run_leaves_equal_files_alone(folder: Path) -> None:
    run(folder)
    before = {path: path.stat().st_mtime_ns for path in (folder / "data").rglob("*.json*")}
    run(folder)
    assert {path: path.stat().st_mtime_ns for path in (folder / "data").rglob("*.json*")} == before


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "America/New_York"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONHASHSEED": "0"},
        {"PYTHONHASHSEED": "1"},
        {"PYTHONOPTIMIZE": "1"},
    ],
)
def test_the_environment_changes_no_byte(folder: Path, environment: dict[str, str]) -> None:
    names = ("full.json", "diagnostics.jsonl", "cache/manifest.json")
    assert run(folder, projects=SAMPLE).returncode == 0
    before = {name: (folder / "data" / name).read_bytes() for name in names}
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    assert run(elsewhere, projects=SAMPLE, environment=environment).returncode == 0
    assert {name: (elsewhere / "data" / name).read_bytes() for name in names} == before


def test_what_cannot_be_written_is_one_line_and_exit_74(folder: Path) -> None:
    """A limit on the size of files stands for a disk that is full."""
    (folder / "root/-w/s.jsonl").write_bytes(LINE * 3000)
    done = run(folder, before=["bash", "-c", 'ulimit -f 4; exec "$@"', "limited"])
    assert done.returncode == 74
    assert done.stderr.startswith(f"error: {folder}/data/cache/transcripts.sqlite3: cannot write")
    assert done.stderr.count("\n") == 1
    assert run(folder).returncode == 0


def test_targets_that_are_links_are_replaced_and_not_followed(folder: Path) -> None:
    run(folder)
    before, target = (folder / "data/full.json").read_bytes(), folder / "precious"
    target.write_bytes(b"keep")
    (folder / "data/full.json").unlink()
    (folder / "data/full.json").symlink_to(target)
    assert run(folder).returncode == 0
    assert ((folder / "data/full.json").read_bytes(), target.read_bytes()) == (before, b"keep")


def test_a_kill_at_any_moment_leaves_no_trace(folder: Path) -> None:
    names = ("full.json", "diagnostics.jsonl", "cache/manifest.json")
    shutil.copytree(SAMPLE / "projects", folder / "copy")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert run(elsewhere, projects=folder / "copy").returncode == 0
    needed = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    for eighth in range(1, 8):
        with subprocess.Popen(command_of(folder, projects=folder / "copy"), cwd=ROOT, stdout=subprocess.PIPE) as killed:
            outlasts(killed, needed * eighth / 8)
            killed.kill()
    assert run(folder, projects=folder / "copy").returncode == 0
    for name in names:
        assert (folder / "data" / name).read_bytes() == (elsewhere / "data" / name).read_bytes()

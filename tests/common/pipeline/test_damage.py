"""What is kept between runs: damaged, of another version, without room, without the right to it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from doit.dependency import JSONCodec

from common.pipeline import execution_log as log
from common.pipeline.state import StateDatabase
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from tests.common.pipeline.conftest import Toy


@pytest.mark.usefixtures("after_a_run")
def test_a_moved_data_directory_is_made_again_or_adopted(toy: Toy) -> None:
    (toy.root / "data").rename(toy.root / "other")
    assert toy.plan("data=other")["doubling:double"][0] == "output not recorded: other/double.txt"
    assert toy.doit("adopt", "data=other").code == 0
    assert toy.doit("data=other").ran == []


@pytest.mark.usefixtures("after_a_run")
def test_a_state_file_that_cannot_be_read_is_said_set_aside_and_made_again(toy: Toy) -> None:
    path = toy.root / "data" / ".doit.db"
    damage = b"SQLite format 3\0" + b"\0" * 200
    path.write_bytes(damage)
    looked = toy.doit("plan")
    assert "cannot be read" in looked.err
    assert path.read_bytes() == damage
    result = toy.doit()
    assert result.code == 0
    assert result.ran == ["count", "double", "square", "total"]
    assert (toy.root / "data" / ".doit.db.unreadable").read_bytes() == damage
    assert toy.doit().ran == []


@pytest.mark.usefixtures("after_a_run")
def test_a_record_of_another_version_is_a_reason_to_run(toy: Toy) -> None:
    database = StateDatabase(str(toy.root / "data" / ".doit.db"), JSONCodec())
    database.set("doubling:double", "_values_:", {"settings": {}, "code": {}, "targets": {}})
    database.dump()
    said = "recorded by another version of this program, without agents, reads, transcripts"
    assert toy.plan()["doubling:double"] == [said]


@pytest.mark.usefixtures("after_a_run")
def test_what_is_made_can_be_read_by_its_owner_alone(toy: Toy) -> None:
    data = toy.root / "data"
    modes = {str(path.relative_to(data)): oct(path.stat().st_mode & 0o777) for path in data.rglob("*")}
    assert set(modes.values()) == {"0o600", "0o700"}
    assert [name for name, mode in modes.items() if mode == "0o700"] == ["logs"]


def test_a_look_writes_nothing_on_a_data_directory_that_is_not_there(toy: Toy) -> None:
    for command in ("list", "plan", "history", "graph", "verify"):
        assert toy.doit(command).code == 0
        assert not (toy.root / "data").exists()


def test_a_data_directory_that_cannot_be_written_is_said(toy: Toy) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    (toy.root / "data").mkdir(mode=0o500)
    assert toy.doit().code == 77


REFUSING = """
import pathlib

def refuse(path, read=pathlib.Path.read_bytes):
    if path.name == {name!r}:
        raise PermissionError(13, "Permission denied", str(path))
    return read(path)

pathlib.Path.read_bytes = refuse
"""


@pytest.mark.parametrize("name", ["settings.toml", "stages.yaml"])
def test_a_file_of_the_user_without_the_right_to_read_it_ends_with_77_and_its_name(toy: Toy, name: str) -> None:
    (toy.root / "data").mkdir()
    (toy.root / "data" / name).touch()
    dodo = toy.root / "dodo.py"
    dodo.write_text(REFUSING.format(name=name) + dodo.read_text())
    result = toy.doit("list")
    assert result.code == 77
    assert f"data/{name}: Permission denied" in result.err


def test_a_full_disk_ends_with_74_and_names_the_file(toy: Toy) -> None:
    toy.trouble("count", "import errno; raise OSError(errno.ENOSPC, 'No space left on device', str(report))")
    result = toy.doit()
    assert result.code == 74
    assert "data/count.txt: No space left on device" in result.err


def without_room(toy: Toy) -> subprocess.CompletedProcess[str]:
    """Run doit where no file may grow beyond 64 kB, which stands for a disk that is full."""
    command = ["bash", "-c", 'ulimit -f 64; exec "$@"', "limited", *toy.command()]
    done = subprocess.run(
        command, cwd=toy.root, env=toy.environment(), capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert (done.returncode, "Traceback" in done.stderr) == (74, False), done.stderr
    return done


def test_a_log_without_room_is_one_message_and_its_script_is_heard_to_the_end(toy: Toy) -> None:
    toy.trouble("count", "for _ in range(2000): print('x' * 99)")
    assert "data/logs/count.log: File too large" in without_room(toy).stderr
    assert toy.output("count") == "2"


@pytest.mark.usefixtures("after_a_run")
def test_an_execution_log_without_room_is_one_message(toy: Toy) -> None:
    (toy.root / "data" / log.LOG_NAME).write_text("x" * 99999)
    toy.add_transcript("c.jsonl")
    done = without_room(toy)
    assert done.stderr.startswith("error: data/pipeline_execution_log.json: File too large")
    assert "✓" not in done.stdout


@pytest.mark.usefixtures("after_a_run")
def test_a_last_stage_that_cannot_be_logged_is_not_said_to_be_done(toy: Toy) -> None:
    (toy.root / "data" / log.LOG_NAME).unlink()
    (toy.root / "data" / log.LOG_NAME / "folder").mkdir(parents=True)
    result = toy.doit("run", "--only", "--force", "adding")
    assert (result.code, result.ran) == (2, ["total"])
    assert "✓" not in result.out
    assert result.err.count(log.LOG_NAME) == 1


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("call", ["fsync", "rename", "unlink", "clone,clone3"])
@pytest.mark.usefixtures("after_a_run")
def test_an_error_of_the_system_at_any_call_is_one_message_and_the_next_run_mends_it(toy: Toy, call: str) -> None:
    for when in (1, 3, 8):  # tests/faults strikes at every call
        shutil.rmtree(toy.root / "data")
        inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
        inject += ["-e", f"inject={call}:error={'EAGAIN' if 'clone' in call else 'ENOSPC'}:when={when}"]
        command = [*inject, *toy.command("-n", "2")]
        done = subprocess.run(
            command, cwd=toy.root, env=toy.environment(), capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode in (0, 1, 74), done.stderr
        assert "Traceback" not in done.stderr
        assert "Fatal Python error" not in done.stderr
        assert toy.doit().code == 0
        assert toy.output("total") == "8"

"""Whatever happens to a file that a run left: the next run notices it, says so, and makes the same bytes again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from common.pipeline import execution_log as log
from tests.faults.project import Project

Damage = Callable[[Path], None]


def deleted(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


def flipped(path: Path) -> None:
    """Flip one bit; the size stays as it was."""
    raw = bytearray(path.read_bytes())
    raw[random.Random(path.name).randrange(len(raw))] ^= 1
    path.write_bytes(raw)


def flipped_in_front(path: Path) -> None:
    """Flip a bit of the first byte, which every reader looks at; one further on may be overwritten unread."""
    raw = bytearray(path.read_bytes())
    raw[0] ^= 1
    path.write_bytes(raw)


def edited(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replaced_by_a_link(path: Path) -> None:
    precious(path).write_bytes(b"keep\n")
    path.unlink()
    path.symlink_to(precious(path))


def replaced_by_a_link_to_its_own_bytes(path: Path) -> None:
    path.rename(precious(path))
    path.symlink_to(precious(path))


def replaced_by_a_link_to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(precious(path))


def precious(path: Path) -> Path:
    """Return the file that the link in a file's place leads to."""
    return path.with_name(f"{path.name}.precious")


DAMAGES: tuple[Damage, ...] = (
    deleted, emptied, cut, flipped, edited, replaced_by_a_folder, replaced_by_a_link,
    replaced_by_a_link_to_its_own_bytes, replaced_by_a_link_to_nowhere,
)  # fmt: skip
CACHE, STATE, LOG, SCRIPT_LOG = (
    "cache/transcripts.sqlite3",
    ".doit.db",
    "pipeline_execution_log.json",
    "logs/segment_data.log",
)
NOTICES = {CACHE: "transcripts.sqlite3", STATE: ".doit.db"}


def do_damage(project: Project, damaged: dict[str, Damage]) -> dict[Path, bytes]:
    """Damage files; return each with what the file holds that a link in its place leads to."""
    for name, damage in damaged.items():
        damage(project.data / name)
    return {path: behind(path) for path in map(project.data.joinpath, damaged)}


def behind(path: Path) -> bytes:
    return precious(path).read_bytes() if precious(path).exists() else b""


def held_to_the_bytes_before(project: Project, before: dict[str, str], damaged: dict[Path, bytes]) -> None:
    """Hold a run after damage to the same outputs, to nothing being left, and to nothing written through a link."""
    done = project.doit()
    assert done.returncode == 0, done.stderr
    for path, held in damaged.items():
        assert not path.is_symlink(), path
        assert behind(path) == held, path
        precious(path).unlink(missing_ok=True)
    assert project.hashes() == before
    assert "8 scripts up to date" in project.doit().stdout


def held_to_notice(project: Project, damage_of: Callable[[int], Damage]) -> None:
    """Damage every output, the n-th by `damage_of(n)`; hold the plan to naming each and the run to making it again."""
    before = project.hashes()
    damaged = {name: damage_of(number) for number, name in enumerate(before)}
    links = do_damage(project, damaged)
    plan = json.loads(project.doit("plan", "--json").stdout)
    reasons = "\n".join(reason for row in plan for reason in row["reasons"])
    assert [name for name in damaged if f"data/{name}" not in reasons] == []
    held_to_the_bytes_before(project, before, links)


def test_outputs_damaged_in_every_way_are_named_and_made_again(project: Project) -> None:
    assert len(project.hashes()) >= len(DAMAGES)
    held_to_notice(project, lambda number: DAMAGES[number % len(DAMAGES)])


@pytest.mark.faults
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_output_is_made_again_after_every_damage(project: Project, damage: Damage) -> None:
    held_to_notice(project, lambda _: damage)


def held_to_recover(project: Project, damaged: dict[str, Damage]) -> str:
    """Damage what a run keeps for the next one, make every script run; return what was said."""
    before = project.hashes()
    links = do_damage(project, damaged)
    done = project.doit("--force")
    assert done.returncode == 0, done.stderr
    held_to_the_bytes_before(project, before, links)
    assert "extraction" in project.doit("history").stdout
    return done.stderr


def test_a_cache_a_state_and_logs_that_are_damaged_at_once_are_said_and_made_anew(project: Project) -> None:
    damaged: dict[str, Damage] = {CACHE: cut, STATE: flipped_in_front}
    damaged |= {LOG: replaced_by_a_link, SCRIPT_LOG: replaced_by_a_link}
    said = held_to_recover(project, damaged)
    assert [name for name in NOTICES.values() if name not in said] == []


@pytest.mark.faults
@pytest.mark.parametrize("name", [CACHE, STATE, LOG, SCRIPT_LOG])
@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_a_run_keeps_is_made_anew_after_every_damage(project: Project, name: str, damage: Damage) -> None:
    held_to_recover(project, {name: damage})


def test_the_log_cut_at_any_length_keeps_every_whole_record_and_takes_the_next(tmp_path: Path) -> None:
    path = tmp_path / log.LOG_NAME
    run = {"timestamp": "2026-01-01T00:00:00Z", "duration_seconds": 1, "success": True, "scripts": []}
    for stage in ("first", "sécond"):
        log.append_record(tmp_path, {"stage": stage, **run})
    raw = path.read_bytes()
    ends = (raw.index(b"\n"), len(raw) - 1)
    for length in range(len(raw) + 1):
        path.write_bytes(raw[:length])
        log.append_record(tmp_path, {"stage": "next", **run})
        kept = sum(length >= end for end in ends)
        stages = [record["stage"] for record in log.read_records(tmp_path)]
        assert stages == [*("first", "sécond")[:kept], "next"], length

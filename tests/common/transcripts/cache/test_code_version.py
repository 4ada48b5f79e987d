"""A cache is of the code that made it."""

from pathlib import Path

import pytest

from analysis import extract_all_sessions
from common.pipeline.staleness import code_files
from common.transcripts.cache.code_version import COMMON, SOURCES, code_version

READERS = ("times.py", "names.toml", "records/sessions.py", "transcripts/reading/lines.py", "transcripts/a/rules.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*READERS, "pipeline/run.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n")
    return tmp_path


@pytest.mark.parametrize("name", READERS)
def test_a_change_of_what_reads_transcripts_changes_the_version(folder: Path, name: str) -> None:
    before = code_version(folder)
    (folder / name).write_text("# changed\n")
    code_version.cache_clear()
    assert code_version(folder) != before


def test_a_module_that_moves_changes_the_version(folder: Path) -> None:
    before = code_version(folder)
    (folder / "times.py").rename(folder / "clock.py")
    code_version.cache_clear()
    assert code_version(folder) != before


def test_what_runs_the_scripts_does_not(folder: Path) -> None:
    before = code_version(folder)
    (folder / "pipeline" / "run.py").write_text("# changed\n")
    code_version.cache_clear()
    assert code_version(folder) == before


def test_the_version_is_of_all_modules_that_extraction_uses() -> None:
    script = Path(extract_all_sessions.__file__)
    covered = {path for pattern in SOURCES for path in COMMON.glob(pattern)}
    used = {path for file in code_files([script]) if (path := file.resolve()).is_relative_to(COMMON)}
    assert len(used & covered) > len(SOURCES)
    assert used - covered == set()

"""The real Claude Code plays scenarios against a stand-in for the API; extraction finds what the scenarios say."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from common.data_repository import DataRepository
from tests.claude_code.client import ROOT, UnavailableError, install, isolation, play
from tests.claude_code.scenarios import SCENARIOS
from tests.claude_code.truth import differences
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from common.records.extraction import FullSessions


@pytest.fixture(scope="module")
def program(pytestconfig: pytest.Config) -> Path:
    """Return the installed program; pytest's cache keeps it from run to run."""
    folder = Path(pytestconfig.cache.mkdir("claude_code"))
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            isolation()
            return install(folder)
        except UnavailableError as error:
            pytest.skip(str(error))


def extracted(home: Path, data: Path) -> FullSessions:
    """Return what the pipeline extracts from the transcripts below a HOME."""
    command = [sys.executable, "-m", "doit", f"data={data}", f"projects={home / '.claude'}", "extraction"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE)
    return DataRepository(full=data / "full_sessions_data.json").load_full()


@pytest.mark.claude_code
@pytest.mark.parametrize("name", SCENARIOS)
def test_extraction_finds_what_the_real_program_played(name: str, program: Path, tmp_path: Path) -> None:
    scenario, home = SCENARIOS[name], tmp_path / "home"
    play(name, program, home)
    found = extracted(home, tmp_path / "data")
    assert [session.cwd for session in found.sessions] == [str(home / scenario.cwd)]
    assert found.unlinked_runs == []
    wrong = list(differences(scenario.truth, found.sessions[0].delegations))
    assert not wrong, "\n".join(wrong)

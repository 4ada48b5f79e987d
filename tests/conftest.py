"""What holds for all tests: bytecode to start from, long runs only where asked for, Hypothesis with its own time."""

from __future__ import annotations

import compileall
import fcntl
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.docs.walking import prepared_project

ROOT = Path(__file__).parents[1]
BY_HAND = {
    "claude_code": "installs and plays Claude Code: pytest -m claude_code",
    "faults": "takes minutes: pytest -n 0 -m faults",
}

settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the project once, for all processes that tests start and all copies of it that they make."""
    if not hasattr(config, "workerinput"):
        for package in ("analysis", "common"):
            compileall.compile_dir(ROOT / package, quiet=2)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, reason in BY_HAND.items():
        if item.get_closest_marker(marker) and marker not in item.config.getoption("-m"):
            pytest.skip(reason)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return one project in which everything was run on the sample, for all tests of all workers; nobody changes it."""
    if worker_id == "master":
        return prepared_project(tmp_path_factory.mktemp("prepared") / "project")
    folder = tmp_path_factory.getbasetemp().parent / "prepared"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            prepared_project(folder / "project")
            (folder / "whole").touch()
    return folder / "project"

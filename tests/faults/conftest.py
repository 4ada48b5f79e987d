"""One project in which everything was run, for all faults of a worker; the long runs only where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.project import Project, copy_of, new_project

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = 'projects = ["data/sample"]\n'


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project in which `doit` was run on the sample; it is not to be changed."""
    project = new_project(tmp_path_factory.mktemp("finished") / "project")
    (project.data / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    done = project.doit()
    assert done.returncode == 0, done.stderr
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """Return a copy of the finished project."""
    return copy_of(finished, tmp_path / "project")


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    """Return a project in which nothing was run, without settings."""
    return new_project(tmp_path / "project")

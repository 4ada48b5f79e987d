"""The project in which everything was run, and copies of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.project import Project, copy_of, new_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def finished(prepared: Path) -> Project:
    """Return the project in which `doit` was run on the sample; it is not to be changed."""
    return Project(prepared)


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """Return a copy of the finished project."""
    return copy_of(finished, tmp_path / "project")


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    """Return a project in which nothing was run, without settings."""
    return new_project(tmp_path / "project")

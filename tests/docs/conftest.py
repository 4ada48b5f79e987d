"""One project in which everything was run, for all walks of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.walking import prepared_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared_project(tmp_path_factory.mktemp("prepared") / "project")

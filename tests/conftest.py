"""What holds for all tests: bytecode to start from, long runs only where asked for, Hypothesis with its own time."""

from __future__ import annotations

import compileall
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the project once, for all processes that tests start and all copies of it that they make."""
    if not hasattr(config, "workerinput"):
        for package in ("analysis", "common"):
            compileall.compile_dir(ROOT / package, quiet=2)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("faults") and "faults" not in item.config.getoption("-m"):
        pytest.skip("takes minutes: pytest -n 0 -m faults")

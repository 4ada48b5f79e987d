"""The checks that every change has to pass besides the tests: lint, format and types."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.waiting import PATIENCE

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "."],
        ["mypy", "--no-error-summary"],
    ],
    ids=["lint", "format", "types"],
)
def test_the_code_passes(command: list[str]) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr

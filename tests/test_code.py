"""The checks that every change has to pass besides the tests: lint, format and types."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants import SAMPLES
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


def test_no_test_looks_at_the_clock() -> None:
    """How long something takes says more about the machine than about the program."""
    clocks = {"time.monotonic", "time.perf_counter", "time.time"}
    looks = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if "benchmarks" not in path.parts and path.name != "waiting.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node).removesuffix("_ns") in clocks
    ]
    assert looks == []


def test_the_samples_of_mutation_testing_name_what_is_there() -> None:
    paths = [path for sample in SAMPLES.values() for path in (*sample.changed, *sample.tests)]
    assert [path for path in paths if not (ROOT / path).exists()] == []

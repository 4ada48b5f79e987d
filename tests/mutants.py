"""Change the program in one place at a time, and count how often no test notices: mutation testing of a seeded sample.

Development only; mutmut is no dependency. In an environment of its own::

    python3 -m venv /tmp/mutants && /tmp/mutants/bin/pip install -e '.[test]' mutmut==3.8.1
    /tmp/mutants/bin/python -m tests.mutants numbers /tmp/mutated 200 20261122

The arguments are the modules to change (a name of `SAMPLES`), a folder that does not exist yet, which gets a copy of
the last commit, how many changes to draw, and the seed of the draw. Every change runs in a process of its own, so that
nothing computed before hides it. What survives is printed as a difference.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


class Sample(NamedTuple):
    """Files and folders to change, and those of the tests that ought to notice, as paths below the project's root."""

    changed: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()  # words in the names of tests that take too long to run for each change


SAMPLES = {
    "numbers": Sample(
        changed=(
            "analysis/segmentation",
            *(f"analysis/strategies/{name}.py" for name in ("following", "misroutes", "spending", "verdicts")),
            "common/agents/periods.py",
            "common/measures",
            *(f"common/text/{name}.py" for name in ("escaping", "formatting", "redaction", "secret_shapes")),
        ),
        tests=(
            "tests/analysis/segmentation",
            "tests/analysis/strategies",
            *(f"tests/analysis/test_{name}.py" for name in ("classify_marathons", "export_csv", "segment_data")),
            "tests/analysis/test_sample_answers.py",
            "tests/common/agents",
            "tests/common/measures",
            "tests/common/text",
        ),
    ),
    "reading": Sample(
        changed=(
            "common/files.py",
            "common/transcripts/cache",
            "common/transcripts/linking/grouping.py",
            "common/transcripts/linking/tokens.py",
            *(f"common/transcripts/reading/{name}.py" for name in ("depth", "lenient", "lines", "shapes")),
            *(f"common/transcripts/reading/{name}.py" for name in ("transcript_file", "transcript_reader")),
            "common/transcripts/reading/evidence",
            "common/transcripts/reading/texts",
            *(f"common/transcripts/reading/{name}.py" for name in ("file_reader", "notices")),
        ),
        tests=(
            "tests/common/test_files.py",
            *(f"tests/common/transcripts/{name}" for name in ("building", "cache", "linking", "reading")),
            "tests/common/transcripts/test_outputs.py",
        ),
        left_out=(
            *("megabytes", "in_time", "every_cut", "mutated", "a_chain_of_parents", "flipped_bits", "several_goes"),
            *("enormous", "another_run_writes", "any_value", "wrong_value", "cut_anywhere"),
        ),
    ),
}
NOTICED = frozenset({1, 3, 24, 36, 152, 255})
"""Exit codes: a test failed, pytest failed, or the time ran out; a change that no test reaches is not noticed."""


def configuration(sample: Sample) -> str:
    """Return the table that is put below pyproject.toml."""
    selection = ["-k", " and ".join(f"not {word}" for word in sample.left_out)] if sample.left_out else []
    values = {
        "source_paths": ["analysis", "common"],
        "only_mutate": [path if path.endswith(".py") else f"{path}/*.py" for path in sample.changed],
        "also_copy": ["data", "docs", "dodo.py", "README.md"],
        "pytest_add_cli_args": ["-n0", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": [*sample.tests, *selection],
        "process_isolation": "forkserver",
        "forkserver_warmup": "none",
        "timeout_constant": 30.0,
    }
    return "\n[tool.mutmut]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def copy_of_the_last_commit(folder: Path, sample: Sample) -> None:
    """Make the copy that is changed."""
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "x"], cwd=folder, input=archive, check=True)
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(configuration(sample))


def mutmut(folder: Path, *arguments: str, check: bool = True) -> str:
    """Return what a command of mutmut prints; end with the last of it if it fails."""
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if check and done.returncode:
        sys.exit(done.stdout[-3000:])
    return done.stdout


def exit_codes(folder: Path) -> dict[str, int | None]:
    """Return the exit code by the name of the change: of pytest, or mutmut's own; None where it did not run."""
    found: dict[str, int | None] = {}
    for path in (folder / "mutants").rglob("*.meta"):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def main(name: str, place: str, count: str, seed: str) -> None:
    """Make the changes, run those that are drawn, and print how many were noticed and which were not."""
    folder = Path(place)
    copy_of_the_last_commit(folder, SAMPLES[name])
    mutmut(folder, "run", "none", check=False)  # makes the changes and measures the tests; then it finds none to run
    names = sorted(exit_codes(folder))
    drawn = random.Random(int(seed)).sample(names, int(count))
    mutmut(folder, "run", *drawn)
    survivors = [one for one, code in exit_codes(folder).items() if one in drawn and code not in NOTICED]
    sys.stdout.write(f"{len(drawn) - len(survivors)} of {len(drawn)} noticed; {len(names)} changes are possible\n\n")
    for one in survivors:
        sys.stdout.write(mutmut(folder, "show", one))


if __name__ == "__main__":
    main(*sys.argv[1:])

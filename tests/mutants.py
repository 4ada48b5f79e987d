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
    """Modules to change, as paths below `common/` without their ending, and the tests that ought to notice."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


_NUMBERS = ("comparisons", "confounders", "measures", "periods", "prices", "resampling", "rework", "sequences")
_MORE_NUMBERS = ("spending", "statistics", "verdicts", "redaction")
_STRATEGIES = ("marathons", "metrics", "misroute_figures", "routing_quality", "sample_answers")
_SCRIPTS = ("classify_marathons", "export_csv", "segment_data")
_READER = ("depth", "lenient", "lines", "reader", "reading", "shapes", "texts", "tokens")
_CACHE = ("cache_file", "file_store", "groups", "record_store")
_OF_TRANSCRIPTS = ("cache", "cache_tables", "groups", "lines", "outcomes", "outputs", "reader", "reading", "runs")
_LONG = (
    "megabytes",
    "in_time",
    "every_cut",
    "mutated",
    "a_chain_of_parents",
    "flipped_bits",
    "several_goes",
    "enormous",
)
_LONGER = ("another_run_writes", "any_value", "wrong_value", "cut_anywhere")

SAMPLES = {
    "numbers": Sample(
        modules=(*_NUMBERS, *_MORE_NUMBERS, "misroutes", "secret_shapes", "text/escaping", "text/formatting"),
        tests=(
            *(f"tests/common/test_{name}.py" for name in (*_NUMBERS, *_MORE_NUMBERS, "text")),
            *(f"tests/analysis/test_{name}.py" for name in (*_STRATEGIES, *_SCRIPTS)),
        ),
    ),
    "reading": Sample(
        modules=("files", *(f"transcripts/{name}" for name in (*_READER, *_CACHE))),
        tests=(
            "tests/common/test_files.py",
            *(f"tests/common/transcripts/test_{name}.py" for name in _OF_TRANSCRIPTS),
            *(f"tests/common/transcripts/test_{name}.py" for name in ("sessions", "shapes", "texts", "tokens")),
            "-k",
            " and ".join(f"not {name}" for name in (*_LONG, *_LONGER)),
        ),
    ),
}
NOTICED = frozenset({1, 3, 24, 36, 152, 255})
"""Exit codes: a test failed, pytest failed, or the time ran out; a change that no test reaches is not noticed."""


def configuration(sample: Sample) -> str:
    """Return the table that is put below pyproject.toml."""
    values = {
        "source_paths": ["common"],
        "only_mutate": [f"common/{name}.py" for name in sample.modules],
        "also_copy": ["analysis", "data", "docs", "dodo.py", "README.md"],
        "pytest_add_cli_args": ["-n0", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": sample.tests,
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

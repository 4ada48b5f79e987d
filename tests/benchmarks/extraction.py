"""What extraction costs: ``python -m tests.benchmarks.extraction FOLDER`` prints a table.

FOLDER holds the made corpora `c50`, `c500` and `c2000` (made there first if they are missing, 2.6 GB). Each row is the
CPU (user and system) of whole processes, the median of several rounds with its spread, as a ratio to a plain program
that parses every line of the same corpus with orjson and counts delegations, both run in turns.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.corpus import make

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Both sides start as they do for users, whose modules were compiled before."""
SIZES = {"c50": 50, "c500": 500, "c2000": 2000}
PLAIN = """
import pathlib, sys, orjson
count = 0
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.jsonl")):
    with open(path, "rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            if record.get("type") == "assistant":
                content = record.get("message", {}).get("content")
                if isinstance(content, list):
                    count += sum(b.get("type") == "tool_use" and b.get("name") in ("Task", "Agent") for b in content)
print(count)
"""


class Cost(NamedTuple):
    """CPU and wall time in seconds, peak memory of the largest process in MB."""

    cpu: float
    wall: float
    peak: float


def measure(*commands: list[str]) -> Cost:
    """Run commands one after another and return what they cost together."""
    cpu = wall = peak = 0.0
    for command in commands:
        start = time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command} ended with {process.returncode}")
        cpu += usage.ru_utime + usage.ru_stime
        wall += time.perf_counter() - start
        peak = max(peak, usage.ru_maxrss / 1024)
    return Cost(cpu, wall, peak)


def scripts(corpus: Path, data: Path, workers: int = 1) -> list[list[str]]:
    """Return the commands of the two scripts of the stage."""
    manifest = data / "cache" / "manifest.json"
    first = ["--projects", corpus, "--cache", data / "cache", "--sessions", data / "full.json"]
    first += ["--diagnostics", data / "diagnostics.jsonl", "--manifest", manifest, "--workers", workers]
    second = ["--manifest", manifest, "--sessions", data / "enriched.json"]
    names = ("analysis.extract_all_sessions", "analysis.extract_enriched_data")
    return [[sys.executable, "-m", name, *map(str, given)] for name, given in zip(names, (first, second), strict=True)]


def doit(corpus: Path, data: Path) -> list[str]:
    """Return the command of the whole stage."""
    return [sys.executable, "-m", "doit", f"projects={corpus}", f"data={data}", "workers=1", "extraction"]


def paired(rounds: int, ours: Callable[[], Cost], theirs: Callable[[], Cost]) -> tuple[list[Cost], list[Cost]]:
    """Measure two things in turns."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def show(what: str, ours: list[Cost], theirs: list[Cost] | None = None, target: str = "") -> None:
    """Print a row."""
    ratios = [a.cpu / b.cpu for a, b in zip(ours, theirs, strict=True)] if theirs else []
    ratio = f"{statistics.median(ratios):5.2f} ({min(ratios):.2f}-{max(ratios):.2f})" if ratios else ""
    cpu, wall = (statistics.median(values) for values in ([c.cpu for c in ours], [c.wall for c in ours]))
    print(f"{what:42} {cpu:7.2f} {wall:7.2f} {max(c.peak for c in ours):7.0f}  {ratio:20} {target}", flush=True)  # noqa: T201


def cold(corpus: Path, data: Path, workers: int = 1) -> Cost:
    """Return the cost of both scripts with no cache."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    return measure(*scripts(corpus, data, workers))


def grow(corpus: Path) -> None:
    """Let one transcript of the corpus grow by 10 kB: some of its own lines again."""
    path = max(corpus.rglob("*.jsonl"), key=lambda each: each.stat().st_size)
    with path.open("rb+") as stream:
        lines = stream.read(2_000_000).splitlines(keepends=True)
        start = next(n for n, line in enumerate(lines) if len(line) < 10_000)
        stream.seek(0, os.SEEK_END)
        stream.write(lines[start] * max(1, 10_000 // len(lines[start])))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    for name, megabytes in SIZES.items():
        if not (given.folder / name).is_dir():
            make(given.folder / name, megabytes, 1)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}")  # noqa: T201
    print(f"{'':42} {'cpu s':>7} {'wall s':>7} {'MB':>7}  ratio (spread)        target")  # noqa: T201
    with tempfile.TemporaryDirectory() as scratch:
        _table(given.folder, Path(scratch) / "data", given.rounds)


def _table(folder: Path, data: Path, rounds: int) -> None:
    for name in SIZES:
        corpus = folder / name
        few = rounds if name != "c2000" else min(rounds, 3)
        plain = [sys.executable, "-c", PLAIN, str(corpus)]
        ours, theirs = paired(few, lambda c=corpus: cold(c, data), lambda p=plain: measure(p))  # type: ignore[misc]
        show(f"{name}: orjson, every line", theirs)
        show(f"{name}: cold, both scripts, one process", ours, theirs, "1.4" if name == "c500" else "")
    big = folder / "c2000"
    one, two = paired(rounds, lambda: cold(big, data), lambda: cold(big, data, 2))
    ratios = sorted(b.wall / a.wall for a, b in zip(one, two, strict=True))
    show("c2000: cold, two processes", two)
    print(f"{'':42} wall of two against one: {statistics.median(ratios):.2f} (target 0.8)")  # noqa: T201
    measure(doit(big, data))
    show("c2000: doit extraction, nothing changed", [measure(doit(big, data)) for _ in range(rounds)], target="0.5 s")
    grown = []
    for _ in range(rounds):
        grow(big)
        grown.append(measure(*scripts(big, data)))
    show("c2000: one transcript grew by 10 kB", grown, target="0.8 s")


if __name__ == "__main__":
    main()

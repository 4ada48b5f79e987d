"""Every benchmark of cost in one go: ``python -m tests.benchmarks FOLDER [--rounds N]`` fills docs/performance.md.

FOLDER holds the made corpora, made there first if they are missing; see `tests.benchmarks.extraction`.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.extraction import ROOT, SIZES, measure

PACKAGES = ("doit", "msgspec", "orjson")


def show(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def machine() -> str:
    """Return what the figures depend on."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{platform.system()} {platform.machine()}, {cores}; Python {platform.python_version()}, {versions}"


def count_lines(folder: Path, rounds: int) -> None:
    """Print what `wc -l` costs on each corpus: the least that reading every byte can cost."""
    for name in SIZES:
        files = sorted(str(path) for path in (folder / name).rglob("*.jsonl"))
        costs = [measure(["wc", "-l", *files]) for _ in range(rounds)]
        show(f"{name}: wc -l {statistics.median(cost.cpu for cost in costs):37.2f} s cpu")


def pipeline(rounds: int) -> None:
    """Print what the full pipeline costs on the sample, by script: seconds and the largest peak of memory."""
    seconds: dict[str, list[float]] = {}
    peaks: dict[str, float] = {}
    walls = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as data:
            command = [sys.executable, "-m", "doit", "-q", "projects=data/sample", f"data={data}"]
            walls.append(measure(command).wall)
            for line in (Path(data) / "pipeline_execution_log.json").read_bytes().splitlines():
                for script in json.loads(line)["scripts"]:
                    seconds.setdefault(script["script"], []).append(script["duration_seconds"])
                    peaks[script["script"]] = max(peaks.get(script["script"], 0), script["peak_memory_mb"])
    for name, taken in seconds.items():
        spread = f"({min(taken):.2f}-{max(taken):.2f})"
        show(f"{name:28} {statistics.median(taken):6.2f} s {spread:14} {peaks[name]:6.0f} MB")
    show(f"{'full pipeline':28} {statistics.median(walls):6.2f} s ({min(walls):.2f}-{max(walls):.2f})")


def main() -> None:
    """Run them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    show(machine())
    show("\nExtraction")
    command = [sys.executable, "-m", "tests.benchmarks.extraction", str(given.folder), "--rounds", str(given.rounds)]
    subprocess.run(command, cwd=ROOT, check=True)
    count_lines(given.folder, given.rounds)
    show("\nThe full pipeline on the sample")
    pipeline(given.rounds)
    show("\nWhat the pipeline adds to doit")
    subprocess.run([sys.executable, "tests/benchmarks/pipeline_cost.py"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()

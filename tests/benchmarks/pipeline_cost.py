"""CPU of a `doit` with nothing to do, of `doit list` and `doit plan`, against bare doit with the same files.

``python tests/benchmarks/pipeline_cost.py`` makes a project whose eight scripts only write their outputs, once under
this project's dodo.py and once under a bare one with the same files and doit's own sqlite3 state, and measures both in
turns: user and system time of the whole process, the least of many. It also says what a script costs beyond
``python -c pass`` and its imports.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 25
TRANSCRIPTS = 100
BARE_START = (
    "import sys, doit.plugin as p; p.entry_points_impl = lambda: lambda group: []; "
    "from doit.doit_cmd import DoitMain; sys.exit(DoitMain().run(sys.argv[1:]))"
)
SCRIPT = '''"""Writes its outputs and nothing else."""
import sys
from pathlib import Path

{imports}
for place in {places}:
    path = Path(sys.argv[sys.argv.index(place) + 1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(place)
if "--results" in sys.argv:
    for name in ("metrics", "marathons", "routing_quality"):
        (Path(sys.argv[sys.argv.index("--results") + 1]) / f"{{name}}_result.json").write_text(name)
'''
OUTPUTS = {
    "extract_all_sessions": ["--sessions", "--diagnostics", "--manifest"],
    "extract_enriched_data": ["--sessions"],
    "extract_routing_patterns": ["--patterns"],
    "classify_marathons": ["--marathons"],
    "segment_data": ["--report"],
    "analysis_runner": ["--aggregate"],
    "generate_routing_report": ["--report"],
    "generate_html_report": ["--report"],
}
BARE = """
DOIT_CONFIG = {"backend": "sqlite3", "verbosity": 0}
FULL, DIAGNOSTICS, MANIFEST = (f"data/{n}" for n in (
    "full_sessions_data.json", "extraction_diagnostics.jsonl", "cache/manifest.json"))
ENRICHED, PATTERNS, MARATHONS = (f"data/{n}" for n in (
    "enriched_sessions_data.json", "routing_patterns_by_period.json", "marathon-classification.json"))
SEGMENTATION, AGGREGATE = "data/temporal-segmentation-report.json", "data/analysis_results/aggregate_results.json"
INPUTS = [AGGREGATE, ENRICHED, PATTERNS, MARATHONS, SEGMENTATION, DIAGNOSTICS]


def row(name, reads, writes):
    return {"name": name, "doc": name, "actions": ["touch " + " ".join(writes)], "file_dep": reads, "targets": writes}


def task_extraction():
    "Extract."
    yield row("a", ["dodo.py"], [FULL, DIAGNOSTICS, MANIFEST])
    yield row("b", [MANIFEST], [ENRICHED])


def task_enrichment():
    "Enrich."
    yield row("a", [ENRICHED], [PATTERNS])
    yield row("b", [ENRICHED], [MARATHONS])


def task_segmentation():
    "Segment."
    yield row("a", [FULL], [SEGMENTATION])


def task_analysis():
    "Analyse."
    yield row("a", [ENRICHED, PATTERNS, MARATHONS, SEGMENTATION], [AGGREGATE])


def task_reporting():
    "Report."
    yield row("a", INPUTS, ["data/routing_report.md"])
    yield row("b", INPUTS, ["data/routing_report.html"])
"""


def make(root: Path) -> tuple[Path, Path]:
    """Make both projects and run each once."""
    ours, bare = root / "ours", root / "bare"
    shutil.copytree(ROOT / "common", ours / "common")
    shutil.copytree(ROOT / "analysis", ours / "analysis")
    shutil.copy(ROOT / "dodo.py", ours)
    for script, places in OUTPUTS.items():
        path = ours / "analysis" / f"{script}.py"
        kept = [line for line in path.read_text().splitlines() if line.startswith("from ") and "(" not in line]
        imports = "if False:\n" + "\n".join(f"    {line}" for line in kept or ["pass"])
        path.write_text(SCRIPT.format(imports=imports, places=places))
    folder = ours / "sessions" / "projects" / "p"
    folder.mkdir(parents=True)
    for number in range(TRANSCRIPTS):
        (folder / f"{number}.jsonl").write_text("x\n")
    bare.mkdir()
    (bare / "dodo.py").write_text(BARE)
    (bare / "data" / "cache").mkdir(parents=True)
    (bare / "data" / "analysis_results").mkdir()
    return ours, bare


def cpu(command: list[str], folder: Path) -> float:
    """Return the CPU seconds of one run of a command."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CLAUDE_CONFIG_DIR": str(folder / "sessions")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and write a table."""
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = make(Path(folder))
        our_start, bare_start = [sys.executable, "-m", "doit"], [sys.executable, "-c", BARE_START]
        began = time.monotonic()
        cpu(our_start, ours)
        first_run = time.monotonic() - began
        cpu(bare_start, bare)
        rows: tuple[tuple[str, list[str], list[str], float], ...] = (
            ("nothing to do", [], [], 1.5),
            ("list", ["list"], ["list"], 1.2),
            ("plan", ["plan"], [], 2.0),
        )
        for name, arguments, bare_arguments, limit in rows:
            pairs = [
                (cpu([*our_start, *arguments], ours), cpu([*bare_start, *bare_arguments], bare)) for _ in range(ROUNDS)
            ]
            mine, theirs = min(one for one, _ in pairs), min(one for _, one in pairs)
            sys.stdout.write(
                f"{name:<14} {mine:.3f} s, bare doit {theirs:.3f} s: {mine / theirs:.2f} (goal ≤ {limit})\n"
            )
        began = time.monotonic()
        for _ in OUTPUTS:
            subprocess.run([sys.executable, "-c", "import sys, pathlib"], check=True)
        starts = time.monotonic() - began
        idle = min(cpu(our_start, ours) for _ in range(5))
        overhead = (first_run - starts - idle) / len(OUTPUTS)
        sys.stdout.write(f"overhead       {overhead:.3f} s a script (goal ≤ 0.15)\n")


if __name__ == "__main__":
    main()

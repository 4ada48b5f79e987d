"""The table of the project, as doit itself sees it."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from common.script import parser_of

ROOT = Path(__file__).parents[1]
STAGES = {
    "extraction": ["extract_all_sessions", "extract_enriched_data"],
    "enrichment": ["extract_routing_patterns", "classify_marathons"],
    "segmentation": ["segment_data"],
    "analysis": ["analysis_runner"],
    "reporting": ["generate_routing_report", "generate_html_report"],
}
EDGES = {
    ("transcripts", "extract_all_sessions"),
    ("extract_all_sessions", "extract_enriched_data"),
    ("extract_all_sessions", "segment_data"),
    ("extract_enriched_data", "extract_routing_patterns"),
    ("extract_enriched_data", "classify_marathons"),
    ("extract_enriched_data", "analysis_runner"),
    ("extract_routing_patterns", "analysis_runner"),
    ("classify_marathons", "analysis_runner"),
    ("segment_data", "analysis_runner"),
}


def doit(
    tmp_path: Path, *arguments: str, projects: str = "data/sample", root: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(tmp_path), "CLAUDE_CONFIG_DIR": ""}
    command = [sys.executable, "-m", "doit", *arguments, f"data={tmp_path / 'data'}", f"projects={projects}"]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def after_a_run(prepared: Path, tmp_path: Path) -> Path:
    """Return a copy of the project in which everything was run; its data directory is `data` below it."""
    return shutil.copytree(prepared, tmp_path, symlinks=True, dirs_exist_ok=True)


def test_the_stages_are_listed_in_order_each_with_a_sentence(tmp_path: Path) -> None:
    rows = [line.split(maxsplit=1) for line in doit(tmp_path, "list").stdout.splitlines()]
    assert [name for name, _ in rows] == list(STAGES)
    assert all(sentence.endswith(".") for _, sentence in rows)


def test_all_scripts_are_listed_each_with_the_first_line_of_its_module(tmp_path: Path) -> None:
    rows = dict(line.split(maxsplit=1) for line in doit(tmp_path, "list", "--all").stdout.splitlines())
    expected = [name for stage, scripts in STAGES.items() for name in (stage, *(f"{stage}:{s}" for s in scripts))]
    assert list(rows) == expected
    for stage, scripts in STAGES.items():
        for script in scripts:
            first = (ROOT / "analysis" / f"{script}.py").read_text(encoding="utf-8").splitlines()[0]
            assert first == f'"""{rows[f"{stage}:{script}"].strip()}' + ('"""' if first.endswith('"""') else "")


def test_a_first_plan_is_the_whole_table_in_order(tmp_path: Path) -> None:
    rows = json.loads(doit(tmp_path, "plan", "--json").stdout)
    assert [row["task"] for row in rows] == [f"{stage}:{script}" for stage, names in STAGES.items() for script in names]
    assert {row["action"] for row in rows} == {"run"}
    assert not (tmp_path / "data").exists()


def test_the_graph_is_that_of_the_files(tmp_path: Path) -> None:
    drawn = [line.strip() for line in doit(tmp_path, "graph").stdout.splitlines() if "->" in line]
    pairs = {tuple(part.strip('"').rpartition(":")[2] for part in line.split(" [")[0].split(" -> ")) for line in drawn}
    assert {pair for pair in pairs if "report" not in pair[1]} == EDGES
    readers = {maker for maker, reader in pairs if reader == "generate_html_report"}
    assert readers == {maker for maker, reader in pairs if reader == "generate_routing_report"}
    assert "analysis_runner" in readers


def test_every_option_in_the_table_is_one_of_the_script() -> None:
    code = (
        "import dodo; tasks = [task for stage in dodo.STAGES for task in getattr(dodo, f'task_{stage}')()]; "
        "print(*(' '.join(task['meta']['step'].command[1:]) for task in tasks), sep='\\n')"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = [line.split() for line in run.stdout.splitlines()]
    assert [module for _, module, *_ in commands] == [f"analysis.{name}" for names in STAGES.values() for name in names]
    for _, module, *options in commands:
        parser = parser_of(importlib.import_module(module).main)
        assert {option for option in options if option.startswith("--")} <= {*parser._option_string_actions}, module  # noqa: SLF001 - argparse has no other list of them


def ran(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the scripts that ran, from the lines of the run."""
    assert done.returncode == 0, done.stderr
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith(("▶   ", ">>   "))]


def test_the_sample_from_nothing_to_the_reports_and_then_nothing_to_do(tmp_path: Path) -> None:
    first = doit(tmp_path)
    assert ran(first) == [script for scripts in STAGES.values() for script in scripts]
    *_, answer, read, accounted, report = first.stdout.splitlines()
    assert report == f"  report: {tmp_path / 'data' / 'routing_report.html'}"
    assert answer.startswith("  94 sessions, ")
    assert (read.split(" lines of ")[0], accounted.split(" of them ")[0]) == ("  Read: 5,258", "  5,252")
    assert "  431 of 494 (87 %, 84–90 %) judged delegations did the work" in first.stdout
    assert ran(doit(tmp_path)) == []
    assert [doit(tmp_path, "forget", "analysis").returncode, ran(doit(tmp_path))] == [0, ["analysis_runner"]]


def test_one_projects_folder_after_another_leaves_nothing_of_the_first(after_a_run: Path) -> None:
    (after_a_run / "mine").mkdir()
    done = doit(after_a_run, projects="mine", root=after_a_run)
    assert len(ran(done)) == 8
    names = [path.name for path in (ROOT / "data" / "sample" / "projects").iterdir()]
    assert names
    for path in (after_a_run / "data").rglob("*"):
        if path.suffix in (".json", ".jsonl", ".md"):
            assert [name for name in names if name in path.read_text(encoding="utf-8")] == [], path


def test_outputs_of_a_copied_data_directory_are_adopted_unless_their_filters_differ(after_a_run: Path) -> None:
    (after_a_run / "data" / ".doit.db").unlink()
    refused = doit(after_a_run, "adopt", "since=2026-01-01", root=after_a_run)
    assert refused.returncode == 2
    assert "full_sessions_data.json: made with since none, but the settings have 2026-01-01" in refused.stderr
    assert doit(after_a_run, "adopt", root=after_a_run).returncode == 0
    assert ran(doit(after_a_run, root=after_a_run)) == []
    segmentation = after_a_run / "data" / "temporal-segmentation-report.json"
    text, version = segmentation.read_text(), '"schema_version":"'
    assert version in text
    segmentation.write_text(text.replace(version, f"{version}99", 1))
    foreign = doit(after_a_run, "adopt", root=after_a_run)
    assert foreign.returncode == 2
    assert "temporal-segmentation-report.json" in foreign.stderr


def test_the_example_of_own_stages_does_what_it_says(after_a_run: Path) -> None:
    done = doit(after_a_run, "stages=docs/own-stages/stages.yaml", root=after_a_run)
    assert {"count_prompt_words", "copy_report"} <= set(ran(done))
    rows = (after_a_run / "data" / "prompt_words.csv").read_text().splitlines()
    assert rows[0] == "agent,words"
    assert len(rows) > 5
    data = after_a_run / "data"
    assert (data / "latest.html").read_bytes() == (data / "routing_report.html").read_bytes()
    assert ran(doit(after_a_run, "stages=docs/own-stages/stages.yaml", root=after_a_run)) == []


def test_tables_for_spreadsheets_are_made_where_the_setting_asks_for_them(tmp_path: Path) -> None:
    rows = json.loads(doit(tmp_path, "plan", "--json", "csv=yes").stdout)
    assert [row["task"] for row in rows][-1] == "reporting:export_csv"
    assert "reporting:export_csv" not in doit(tmp_path, "plan", "--json").stdout


def test_csv_makes_the_tables_for_spreadsheets_and_no_report(after_a_run: Path) -> None:
    (after_a_run / "data" / "routing_report.html").unlink()
    assert ran(doit(after_a_run, "csv", root=after_a_run)) == ["export_csv"]
    tables = sorted(path.name for path in (after_a_run / "data" / "csv").iterdir())
    assert tables == ["agents.csv", "delegations.csv", "sessions.csv", "workflows.csv"]
    assert not (after_a_run / "data" / "routing_report.html").exists()
    assert ran(doit(after_a_run, "csv", root=after_a_run)) == []

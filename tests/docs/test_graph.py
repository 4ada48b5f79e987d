"""The diagrams of the pages are those of the graph that doit has."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from tests.docs.pages import ROOT, blocks, names, rows, section

PIPELINE = ROOT / "docs" / "PIPELINE.md"


def mermaid() -> str:
    command = [sys.executable, "-m", "doit", "graph", "--format", "mermaid", "data=data/of-nobody"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_diagram_of_files_is_what_doit_draws() -> None:
    assert blocks(PIPELINE, "mermaid")[1] == mermaid()


def test_the_diagram_of_stages_has_the_edges_between_them() -> None:
    stage_of, stage = {"transcripts": "transcripts"}, ""
    for line in mermaid().splitlines():
        if opened := re.match(r'  subgraph \w+\["(\w+)"\]', line):
            stage = opened[1]
        elif script := re.match(r"    (\w+)\[", line):
            stage_of[script[1]] = stage
    edges = re.findall(r"(\w+) -->\|.*\| (\w+)", mermaid())
    between = {(stage_of[one], stage_of[other]) for one, other in edges if stage_of[one] != stage_of[other]}
    assert set(re.findall(r"(\w+) --> (\w+)", blocks(PIPELINE, "mermaid")[0])) == between


def test_the_settings_that_make_a_script_stale_are_those_of_the_table() -> None:
    code = (
        "import json; from doit import doit_cmd;"
        "doit_cmd._CMDLINE_VARS = {'csv': 'yes', 'data': 'data/of-nobody'}; import dodo;"
        "tasks = [task for name in vars(dodo) if name.startswith('task_') for task in vars(dodo)[name]()];"
        "print(json.dumps({t['name']: sorted(t['meta']['step'].dependencies.settings) for t in tasks if t['name']}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    known = json.loads(done.stdout)
    table = [row for row in rows(section(PIPELINE, "7. Caching and staleness")) if row[0].strip("`") in known]
    assert {row[0].strip("`"): sorted(names(row[1])) for row in table} == known

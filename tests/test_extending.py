"""A change touches one place, and only what depends on it runs again."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.docs.walking import type_in

if TYPE_CHECKING:
    from pathlib import Path

STRATEGY = '''"""The delegation that took longest."""

from common import schema
from common.records.base import Envelope, Schema
from common.strategy import Strategy


class SlowestResult(Envelope, frozen=True, kw_only=True):
    """`slowest_result.json`: the delegation that took longest."""

    schema = Schema("slowest_result", "1.0.0")

    tool_use_id: str  #: id of the call
    seconds: float  #: its duration


def answer(material):
    """Return the delegation with the longest known duration."""
    delegations = [delegation for session in material.sessions for delegation in session.delegations]
    slowest = max(delegations, key=lambda delegation: delegation.duration_seconds or 0)
    return SlowestResult(
        **schema.envelope(SlowestResult), tool_use_id=slowest.tool_use_id, seconds=slowest.duration_seconds
    )


STRATEGY = Strategy("slowest", "Which delegation took longest?", answer)
'''


@pytest.fixture
def project(prepared: Path, tmp_path: Path) -> Path:
    return shutil.copytree(prepared, tmp_path / "project", symlinks=True)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def plan(project: Path) -> dict[str, list[str]]:
    """Return the reasons of each script that would run."""
    code, printed = type_in(project, "doit plan --json")
    assert code == 0, printed
    return {row["task"]: row["reasons"] for row in json.loads(printed) if row["action"] == "run"}


def test_a_strategy_is_one_file_and_one_name_in_the_list(project: Path) -> None:
    strategies = project / "analysis" / "strategies"
    (strategies / "slowest.py").write_text(STRATEGY, encoding="utf-8")
    edit(strategies / "__init__.py", "routing_quality\n", "routing_quality, slowest\n")
    edit(strategies / "__init__.py", "routing_quality.STRATEGY)", "routing_quality.STRATEGY, slowest.STRATEGY)")
    assert {task.partition(":")[0] for task in plan(project)} == {"analysis", "reporting"}

    code, printed = type_in(project, "doit")
    assert code == 0, printed

    results = project / "data" / "analysis_results"
    result = json.loads((results / "slowest_result.json").read_bytes())
    assert (result["schema_type"], result["schema_version"]) == ("slowest_result", "1.0.0")
    sessions = json.loads((project / "data" / "enriched_sessions_data.json").read_bytes())["sessions"]
    known = [delegation["duration_seconds"] or 0 for session in sessions for delegation in session["delegations"]]
    assert result["seconds"] == max(known) > 0
    aggregate = json.loads((results / "aggregate_results.json").read_bytes())
    assert aggregate["strategies"]["slowest"]["result"] == result
    assert "Which delegation took longest?" in (project / "data" / "routing_report.html").read_text(encoding="utf-8")
    assert plan(project) == {}


@pytest.mark.parametrize("record", ["metrics", "routing_quality", "aggregate"])
def test_editing_the_record_of_a_result_reruns_analysis_and_reporting_and_nothing_before(
    project: Path, record: str
) -> None:
    edit(project / "common" / "records" / f"{record}.py", '"""\n', 'More words."""\n')
    runs = plan(project)
    assert {task.partition(":")[0] for task in runs} == {"analysis", "reporting"}
    assert all(f"code changed: common/records/{record}.py" in reasons for reasons in runs.values())


def test_editing_the_record_of_a_table_reruns_no_extraction(project: Path) -> None:
    edit(project / "common" / "records" / "segmentation.py", '"""\n', 'More words."""\n')
    assert not [task for task in plan(project) if task.startswith("extraction:")]

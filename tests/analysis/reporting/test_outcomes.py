"""Results without work are listed with their agent and their first lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Bullets
from analysis.reporting.render import Terminal, sentences
from analysis.reporting.sections.outcomes import hollow_blocks
from tests.analysis.reporting.test_findings import context
from tests.builders.records import delegation, session

if TYPE_CHECKING:
    from pathlib import Path


def test_each_result_without_work_names_its_agent_and_its_first_lines(tmp_path: Path) -> None:
    made = session(
        "s",
        delegation("t1", "helper", kind="unable", result="I must stop here.", number=1),
        delegation("t2", "reviewer", kind="empty", number=2),
        delegation("t3", "helper", number=3),
    )
    (found,) = [block for block in hollow_blocks(context(tmp_path, made)) if isinstance(block, Bullets)]
    assert list(sentences(Terminal(), found.sentences)) == [
        "helper: 1 of 2 completed delegations (refuses the task).",
        "helper, #1: refuses the task: “I must stop here.”",
        "reviewer: 1 of 1 completed delegation (empty).",
        "reviewer, #2: empty",
    ]

"""Delegations by what the transcripts show of their work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analysis.strategies import metrics
from analysis.strategies.evidence import work_shown
from common.records.sessions import Edit, Used
from common.records.showing import WorkShown
from tests.builders.material import material
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from common.records.sessions import EnrichedDelegation

EDIT = Edit(timestamp=None, tool="Edit", path="/w/a")
HELPER = "splitFirstBatch"
USED = Used(token=HELPER, line=7)


def shown(*made: EnrichedDelegation) -> WorkShown:
    return work_shown(material(session("s", *made)).cases)


def test_completed_delegations_without_a_tool_call_are_those_of_a_known_count() -> None:
    made = [
        replace(delegation("none"), tool_calls=0),
        replace(delegation("some", number=2), tool_calls=3),
        replace(delegation("unknown", number=3), tool_calls=None),
        replace(delegation("failed", outcome="failed", number=4), tool_calls=0),
    ]
    found = shown(*made)
    assert (found.calls_known, found.no_tool_call) == (2, ["none"])


def test_edits_and_checks_are_of_all_that_have_a_run() -> None:
    made = [
        delegation("edited", run=run(spent(), edits=[EDIT])),
        delegation("checked", outcome="failed", run=replace(run(spent()), checks=2), number=2),
        delegation("neither", run=run(spent()), number=3),
        delegation("gone", number=4),
    ]
    found = shown(*made)
    assert (found.edited, found.checked) == (["edited"], ["checked"])


def test_use_is_of_completed_delegations_with_a_result() -> None:
    made = [
        replace(delegation("used", result="Done."), used=USED),
        delegation("unseen", result="Done.", number=2),
        delegation("empty", result="", number=3),
        delegation("missing", number=4),
        replace(delegation("failed", outcome="failed", result="Oh.", number=5), used=USED),
    ]
    found = shown(*made)
    assert (found.with_result, found.used) == (2, ["used"])


def test_without_delegations_nothing_is_shown() -> None:
    assert shown() == WorkShown(calls_known=0, no_tool_call=[], edited=[], checked=[], with_result=0, used=[])


def test_each_agent_has_its_own_evidence() -> None:
    made = [
        replace(delegation("t1", "developer", result="Done."), used=USED),
        delegation("t2", "reviewer", result="Done.", number=2),
    ]
    agents = {agent.agent_type: agent for agent in metrics.answer_metrics(material(session("s", *made))).agents}
    assert (agents["developer"].shown.used, agents["reviewer"].shown.used) == (["t1"], [])

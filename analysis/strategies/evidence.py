"""Facts of delegations that the transcripts show: tool calls, edits, checks, and the use of the result."""

from collections.abc import Iterable

from common.measures.cases import Case
from common.records.showing import WorkShown


def work_shown(cases: Iterable[Case]) -> WorkShown:
    """Return the delegations of which the transcripts show work, by what they show, in order."""
    delegations = [case.delegation for case in cases]
    completed = [delegation for delegation in delegations if delegation.outcome == "completed"]
    known = [delegation for delegation in completed if delegation.tool_calls is not None]
    with_result = [delegation for delegation in completed if delegation.result]
    runs = [(delegation.tool_use_id, delegation.run) for delegation in delegations if delegation.run]
    return WorkShown(
        calls_known=len(known),
        no_tool_call=[delegation.tool_use_id for delegation in known if delegation.tool_calls == 0],
        edited=[tool_use_id for tool_use_id, run in runs if run.edits],
        checked=[tool_use_id for tool_use_id, run in runs if run.checks],
        with_result=len(with_result),
        used=[delegation.tool_use_id for delegation in with_result if delegation.used],
    )

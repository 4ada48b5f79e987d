"""Facts that the transcripts show of the work of an agent; only their presence says something."""

from typing import Literal, get_args

from common.records.base import Record

Shown = Literal["no_tool_call", "edited", "checked", "used"]
SHOWN: tuple[Shown, ...] = get_args(Shown)


class WorkShown(Record, frozen=True, kw_only=True):
    """Delegations by what the transcripts show of their work, by id; see [evidence](DEFINITIONS.md#evidence)."""

    calls_known: int  #: completed delegations whose number of tool calls is known
    no_tool_call: list[str]  #: those of them that made no tool call
    edited: list[str]  #: delegations whose run edited or wrote a file
    checked: list[str]  #: delegations whose run ran a test or build command
    with_result: int  #: completed delegations whose result is recorded
    used: list[str]  #: those of them whose result the calling thread used, for certain

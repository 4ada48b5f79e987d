"""Neutral facts on what happened after delegations: they prove nothing about an agent."""

from typing import Literal, get_args

from common.records.base import Record

NextStep = Literal["stopped", "plan_sent_back", "tool_stopped", "went_on", "no_end"]
NEXT_STEPS: tuple[NextStep, ...] = get_args(NextStep)
LATER = ("repeated", "edited_again")
"""What else may follow a completed delegation."""


class Retries(Record, frozen=True, kw_only=True):
    """Delegations that were tried again; see [what happened next](DEFINITIONS.md#what-happened-next)."""

    retried: int  #: those of them that were tried again
    succeeded: int  #: those of them whose retry succeeded
    tool_use_ids: list[str]  #: ids of the delegations that were tried again


class Following(Record, frozen=True, kw_only=True):
    """What happened after delegations, by their ids; see [what happened next](DEFINITIONS.md#what-happened-next).

    Each delegation is in one of the first five lists: what the user did next.
    """

    stopped: list[str]  #: the user stopped or refused the delegation itself
    plan_sent_back: list[str]  #: the user sent a plan back with words
    tool_stopped: list[str]  #: the user stopped one of the next 3 tool calls
    went_on: list[str]  #: none of these
    no_end: list[str]  #: its end is not recorded
    events: int  #: events behind `stopped`: one press of Esc may end several delegations
    repeated: list[str]  #: completed, and a later delegation of the session has a nearly equal prompt
    edited_again: list[str]  #: completed, and a file of the run was edited later, by another run or the main thread

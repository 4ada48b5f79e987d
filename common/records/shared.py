"""Records that several results or measures share."""

from typing import Literal

from msgspec import field

from common.records.base import Record
from common.records.sessions import Outcome

PeriodSource = Literal["settings", "git", "sightings", "none"]
OUTSIDE = "outside all periods"


class PeriodFields(Record, frozen=True, kw_only=True):
    """Name, days and changes of a period. The group of sessions outside all periods comes last."""

    name: str  #: name of the period, or `outside all periods`
    first: str | None  #: first day, None for sessions outside all periods
    last: str | None  #: last day, included; None for sessions outside all periods
    changes: list[str]  #: known changes at its start, such as `+reviewer`, `-helper`, `~developer: model, tools`


class Period(PeriodFields, frozen=True, kw_only=True):
    """A span of days with the same agents."""


class Cost(Record, frozen=True, kw_only=True):
    """US dollars at the list price of each message's day, summed over the priced messages. Not a bill."""

    recorded: float  #: dollars with output as recorded; a lower bound
    estimated: float  #: dollars with estimated output in place of placeholders
    messages: int  #: messages, priced or not
    messages_unpriced: int  #: messages without a price for their model and day
    #: messages with a speed, service tier, place of inference, web search or advisor that the price table lacks
    messages_not_fully_priced: int


class Durations(Record, frozen=True, kw_only=True):
    """Active time of delegations in seconds; those that were interrupted or killed are left out."""

    known: int  #: delegations whose active time is known
    p50: float | None  #: median in seconds, None if no active time is known
    p90: float | None  #: 90th percentile in seconds
    active_seconds: float  #: sum of the active time
    waiting_seconds: float  #: sum of elapsed minus active time, where both are known


class Evidence(Record, frozen=True, kw_only=True):
    """A delegation that supports a statement, and the place of its call."""

    session_id: str  #: id of the session
    tool_use_id: str  #: id of the call
    timestamp: str | None  #: time of the call
    agent_type: str  #: agent type, spelled as in the transcript
    outcome: Outcome  #: what became of the work; see [outcomes](DEFINITIONS.md#outcomes)
    description: str | None  #: short description in the call
    file: str  #: file of the call
    line: int  #: line of the call, from 1
    cost: float | None  #: estimated dollars of its own run, None without a run or a price
    why: str  #: what it supports, in one word that the statement defines


class Transition(Record, frozen=True, kw_only=True):
    """Work by one agent type followed by work of another in the same thread."""

    source: str  #: agent type before
    target: str  #: agent type after
    count: int  #: number of such transitions
    sessions: int  #: sessions in which it occurs
    expected: float  #: number expected by chance: transitions from source x transitions to target / all transitions
    lift: float  #: count / expected
    low: float | None  #: lower end of the 95 % interval of `lift`, over sessions; None below 5 cases or 2 sessions
    high: float | None  #: upper end of the interval
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of the later delegations, one for each transition


class Loop(Record, frozen=True, kw_only=True):
    """X, Y, X in three consecutive delegations; overlaps count."""

    agent_type: str  #: X
    via: str  #: Y
    count: int  #: number of such loops
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of the last delegations, one for each loop


class AgentDefinition(Record, frozen=True, kw_only=True):
    """An agent as its file defines it; None where the front matter does not say."""

    name: str  #: agent type that the file defines
    description: str | None  #: description in the front matter
    model: str | None  #: model in the front matter
    tools: list[str] | None  #: tools in the front matter
    file: str  #: path below its agents folder, preceded by the folder's number if there are several

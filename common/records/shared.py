"""Records that several results share."""

from typing import Literal

from common.records.base import Record
from common.records.sessions import Outcome

PeriodSource = Literal["settings", "git", "sightings", "none"]
OUTSIDE = "outside all periods"


class PeriodFields(Record, frozen=True, kw_only=True):
    """What a period is: both days included, days of the `timezone` setting, and what changed at its start.

    `changes` are like "+reviewer", "-helper", "~developer: model, tools"; empty where nothing is known to have
    changed. Sessions outside all periods form a last group of the name `OUTSIDE`, with `first` and `last` None.
    """

    name: str
    first: str | None
    last: str | None
    changes: list[str]


class Period(PeriodFields, frozen=True, kw_only=True):
    """A span of days with one line-up of agents."""


class Cost(Record, frozen=True, kw_only=True):
    """US dollars at list price on the day of each message; a subscription is not billed so.

    `recorded` rests on output as recorded, a lower bound; `estimated` puts estimated output in the place of
    placeholders. Both are sums over the priced messages alone: `messages_unpriced` had no price for their model and
    day, `messages_not_fully_priced` a service tier, a speed or a web search that the table does not know.
    """

    recorded: float
    estimated: float
    messages: int
    messages_unpriced: int
    messages_not_fully_priced: int


class Evidence(Record, frozen=True, kw_only=True):
    """One delegation that proves a statement, and where to read it: `file` and `line` (from 1) of the call.

    `cost` is estimated dollars of its own run, None without a run or a price. `why` is a word of the statement that
    it proves (documented there).
    """

    session_id: str
    tool_use_id: str
    timestamp: str | None
    agent_type: str
    outcome: Outcome
    description: str | None
    file: str
    line: int
    cost: float | None
    why: str


class Transition(Record, frozen=True, kw_only=True):
    """Work by `source` followed by work by `target` in the same thread, `count` times.

    `lift` is count / expected; `expected` is what chance gives: transitions from source x transitions to target /
    all transitions. The 95 % interval counts whole sessions as the independent cases; `low` and `high` are None with
    fewer than two sessions or a count below 5.
    """

    source: str
    target: str
    count: int
    sessions: int
    expected: float
    lift: float
    low: float | None
    high: float | None


class Loop(Record, frozen=True, kw_only=True):
    """X, Y, X in three consecutive delegations, `count` times, overlaps counted."""

    agent_type: str
    via: str
    count: int


class AgentDefinition(Record, frozen=True, kw_only=True):
    """An agent as its file defines it; None where the front matter does not say.

    `file` is the path below its agents folder, preceded by the folder's number when there are several.
    """

    name: str
    description: str | None
    model: str | None
    tools: list[str] | None
    file: str

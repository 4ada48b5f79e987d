"""`marathon-classification.json` and `marathons_result.json`: the sessions that ran away."""

from typing import Literal

from common.records.base import Envelope, Rate, Record
from common.records.extraction import Filters
from common.records.sessions import Outcome
from common.records.shared import Cost, Loop, PeriodFields, Transition

Classification = Literal["POSITIVE", "NEGATIVE", "AMBIGUOUS", "UNKNOWN"]


class Pivot(Record, frozen=True, kw_only=True):
    """Where a marathon loses control: the third failure or the tenth change of agent, whichever came first."""

    sequence_number: int
    tool_use_id: str
    timestamp: str | None
    reason: Literal["failures", "changes"]


class Marathon(Record, frozen=True, kw_only=True):
    """A session with more than `marathon_over` delegations; `date` is the day of its first delegation."""

    session_id: str
    project: str
    date: str | None
    classification: Classification
    delegations: int
    success: Rate
    cascade_rate: Rate
    loops: int
    pivot: Pivot | None


class MarathonSummary(Record, frozen=True, kw_only=True):
    """How many marathons of each class."""

    POSITIVE: int
    NEGATIVE: int
    AMBIGUOUS: int
    UNKNOWN: int


class MarathonClassification(Envelope, frozen=True, kw_only=True):
    """Every marathon with its class, in the order of sessions."""

    filters: Filters
    marathon_over: int
    summary: MarathonSummary
    marathons: list[Marathon]


class Step(Record, frozen=True, kw_only=True):
    """One delegation of a marathon; `task` is the description, else the prompt's first 200 characters."""

    sequence_number: int
    tool_use_id: str
    timestamp: str | None
    agent_type: str
    task: str
    outcome: Outcome
    file: str
    line: int


class ReviewLoop(Record, frozen=True, kw_only=True):
    """Rounds of X, Y, X, Y …: `rounds` returns to `agent_type`, from the first step to the last."""

    agent_type: str
    via: str
    rounds: int
    first_sequence_number: int
    last_sequence_number: int
    last_outcome: Outcome


class MarathonStory(Marathon, frozen=True, kw_only=True):
    """A marathon in depth.

    `agent_sequence` are the agent types in order. `first_steps` and `last_steps` are up to five each. `initial_task`
    is what the user wrote before the first delegation, `final_state` what the assistant wrote after the last one.
    `before_pivot` and `from_pivot` are success rates; None without a pivot. `cost` is that of its runs and its main
    thread.
    """

    agent_sequence: list[str]
    loop_counts: list[Loop]
    review_loops: list[ReviewLoop]
    first_steps: list[Step]
    last_steps: list[Step]
    initial_task: str | None
    final_state: str | None
    before_pivot: Rate | None
    from_pivot: Rate | None
    first_timestamp: str | None
    last_timestamp: str | None
    messages: int
    cost: Cost


class MarathonPeriod(PeriodFields, frozen=True, kw_only=True):
    """The marathons of one period; `share` is marathons of sessions with delegations."""

    share: Rate
    summary: MarathonSummary
    success_in_marathons: Rate
    success_elsewhere: Rate


class PositionRate(Record, frozen=True, kw_only=True):
    """Success of the delegations that stand at these places of their session (both ends included; last None: open)."""

    first: int
    last: int | None
    success: Rate


class ReviewLoopSummary(Record, frozen=True, kw_only=True):
    """How often a pair of agents went back and forth, and for how many rounds, over all sessions."""

    agent_type: str
    via: str
    loops: int
    rounds_p50: float
    rounds_longest: int
    ended_completed: Rate


class MarathonsResult(Envelope, frozen=True, kw_only=True):
    """The marathons in depth, longest first; transitions, loops and places over all sessions."""

    filters: Filters
    marathon_over: int
    sessions: int
    summary: MarathonSummary
    marathons: list[MarathonStory]
    periods: list[MarathonPeriod]
    by_position: list[PositionRate]
    transitions: list[Transition]
    transitions_total: int
    parallel: int
    cascade_rate: Rate
    loops: list[Loop]
    review_loops: list[ReviewLoopSummary]

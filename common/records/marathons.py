"""`marathon-classification.json` and `marathons_result.json`: sessions with very many delegations."""

from typing import Literal

from msgspec import field

from common.records.base import Envelope, Rate, Record, Schema
from common.records.extraction import Filters
from common.records.sessions import Cause, Outcome, ResultKind, Standing
from common.records.shared import Cost, Loop, PeriodFields, Transition

Classification = Literal["POSITIVE", "NEGATIVE", "AMBIGUOUS", "UNKNOWN"]


class Pivot(Record, frozen=True, kw_only=True):
    """The delegation at which a marathon loses control: the third failure or the tenth change of agent."""

    sequence_number: int  #: position among the session's delegations, from 1
    tool_use_id: str  #: id of the call
    timestamp: str | None  #: time of the call
    reason: Literal["failures", "changes"]  #: which of the two came first


class Marathon(Record, frozen=True, kw_only=True):
    """A session with more than `marathon_over` delegations."""

    session_id: str  #: id of the session
    project: str  #: folder of the session, below the root
    date: str | None  #: day of its first delegation
    classification: Classification  #: class by success; see [marathons](DEFINITIONS.md#marathons)
    delegations: int  #: number of delegations
    success: Rate  #: succeeded of judged; see [success](DEFINITIONS.md#success)
    returned: Rate  #: completed, with any result, of all whose end is recorded
    causes: dict[Cause, int]  #: delegations by who or what ended them; see [causes](DEFINITIONS.md#causes)
    hollow: dict[ResultKind, int]  #: hollow results by kind; see [hollow results](DEFINITIONS.md#hollow-results)
    cascade_rate: Rate  #: transitions to the same agent type, of all transitions
    loops: int  #: number of loops X, Y, X
    pivot: Pivot | None  #: where control was lost, None if neither condition was met


class MarathonSummary(Record, frozen=True, kw_only=True):
    """Number of marathons by class."""

    POSITIVE: int  #: marathons of this class
    NEGATIVE: int  #: marathons of this class
    AMBIGUOUS: int  #: marathons of this class
    UNKNOWN: int  #: marathons of this class


class MarathonClassification(Envelope, frozen=True, kw_only=True):
    """`marathon-classification.json`: every marathon with its class."""

    schema = Schema("marathon_classification", "2.0.0")

    filters: Filters  #: filters that chose the sessions
    marathon_over: int  #: the `marathon_over` setting
    summary: MarathonSummary  #: marathons by class
    marathons: list[Marathon]  #: every marathon, in the order of the sessions


class MarathonStep(Record, frozen=True, kw_only=True):
    """One delegation of a marathon."""

    sequence_number: int  #: position among the session's delegations, from 1
    tool_use_id: str  #: id of the call
    timestamp: str | None  #: time of the call
    agent_type: str  #: agent type, spelled as in the transcript
    task: str  #: description of the call, else the first 200 characters of the prompt
    outcome: Outcome  #: what became of the work; see [outcomes](DEFINITIONS.md#outcomes)
    file: str  #: file of the call, below the root; preceded by the root's number if there are several roots
    line: int  #: line of the call, from 1


class ReviewLoop(Record, frozen=True, kw_only=True):
    """A stretch X, Y, X, Y … of consecutive delegations."""

    agent_type: str  #: X
    via: str  #: Y
    rounds: int  #: returns to X
    first_sequence_number: int  #: position of its first delegation
    last_sequence_number: int  #: position of its last delegation
    last_outcome: Outcome  #: outcome of its last delegation
    last_standing: Standing  #: what its last delegation counts as
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of its delegations, in order


class MarathonStory(Marathon, frozen=True, kw_only=True):
    """A marathon in depth."""

    agent_sequence: list[str]  #: agent types in order
    loop_counts: list[Loop]  #: number of each loop X, Y, X
    review_loops: list[ReviewLoop]  #: stretches X, Y, X, Y …
    first_steps: list[MarathonStep]  #: first five delegations
    last_steps: list[MarathonStep]  #: last five delegations that are not among the first five
    initial_task: str | None  #: text of the user before the first delegation
    final_state: str | None  #: text of the assistant after the last delegation
    before_pivot: Rate | None  #: success before the pivot, None without a pivot
    from_pivot: Rate | None  #: success from the pivot on
    first_timestamp: str | None  #: earliest timestamp
    last_timestamp: str | None  #: latest timestamp
    messages: int  #: messages of the session
    cost: Cost  #: cost of its main thread and its runs
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of its delegations, in order


class MarathonPeriod(PeriodFields, frozen=True, kw_only=True):
    """The marathons of one period."""

    share: Rate  #: marathons of sessions with delegations
    summary: MarathonSummary  #: marathons by class
    success_in_marathons: Rate  #: success of the delegations inside marathons
    success_elsewhere: Rate  #: success of all other delegations


class PositionRate(Record, frozen=True, kw_only=True):
    """Success of the delegations at certain positions of their session."""

    first: int  #: first position, from 1
    last: int | None  #: last position, included; None if open
    success: Rate  #: succeeded of judged; see [success](DEFINITIONS.md#success)
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of these delegations


class ReviewLoopSummary(Record, frozen=True, kw_only=True):
    """All stretches X, Y, X, Y … of one pair of agent types, over all sessions."""

    agent_type: str  #: X
    via: str  #: Y
    loops: int  #: number of stretches
    rounds_p50: float  #: median number of returns to X
    rounds_longest: int  #: largest number of returns to X
    ended_succeeded: Rate  #: stretches whose last delegation succeeded, of those whose last one is judged
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of the last delegations, one for each stretch


class MarathonsResult(Envelope, frozen=True, kw_only=True):
    """`marathons_result.json`: the marathons in depth; transitions, loops and positions over all sessions."""

    schema = Schema("marathons_result", "2.0.0")

    filters: Filters  #: filters that chose the sessions
    marathon_over: int  #: the `marathon_over` setting
    sessions: int  #: sessions with delegations
    summary: MarathonSummary  #: marathons by class
    marathons: list[MarathonStory]  #: every marathon in depth, longest first
    periods: list[MarathonPeriod]  #: marathons by period
    by_position: list[PositionRate]  #: success by position in the session
    transitions: list[Transition]  #: transitions between agent types
    transitions_total: int  #: number of all transitions
    parallel: int  #: adjacent delegations of the same message, which are not transitions
    cascade_rate: Rate  #: transitions to the same agent type, of all transitions
    loops: list[Loop]  #: number of each loop X, Y, X over all sessions
    review_loops: list[ReviewLoopSummary]  #: stretches X, Y, X, Y … by pair of agent types

"""`temporal-segmentation-report.json`: sessions and delegations by period, and differences between periods."""

from typing import Literal

from msgspec import field

from common.records.base import Envelope, Plain, Rate, Record, Schema, objects_in
from common.records.extraction import Filters
from common.records.sessions import Cause, Outcome, ResultKind
from common.records.shared import Cost, PeriodFields, PeriodSource

Measure = Literal["success", "delegations_per_session", "cost_per_delegation", "marathon_share", "agent_mix"]
Lack = Literal["too few sessions", "no data", "nothing varies", "periods are drawn from the mix itself"]


class BuiltInUse(Record, frozen=True, kw_only=True):
    """The first use of an agent type that Claude Code brings, at most 7 days after its version was first seen."""

    agent_type: str  #: agent type, spelled as in the transcript
    day: str  #: day of the first use
    tool_use_id: str  #: id of that delegation
    version: str  #: version of Claude Code that wrote the session
    version_day: str  #: first day on which that version is seen; never the first day of the data
    is_new: bool  #: whether no version that was seen before that day has the type


class PeriodSegment(PeriodFields, frozen=True, kw_only=True):
    """The numbers of one period."""

    sessions: int  #: all sessions
    sessions_with_delegations: int  #: sessions with at least one delegation
    heavy_sessions: int  #: sessions with more than `marathon_over` delegations
    delegations: int  #: number of delegations
    outcomes: dict[Outcome, int]  #: delegations by outcome
    success: Rate  #: see [success](DEFINITIONS.md#success)
    messages: int  #: sum of the sessions' message counts
    agents: dict[str, int]  #: delegations by agent type
    models: dict[str, int]  #: delegations by model
    versions: dict[str, int]  #: sessions by the last version of Claude Code that wrote them
    projects: dict[str, int]  #: sessions by project
    cost: Cost  #: cost of the runs
    delegations_priced: int  #: delegations whose run is fully priced
    cost_per_delegation: float | None  #: mean estimated dollars of those delegations, None without any
    #: completed, with any result, of all whose end is recorded; None in files before 2.1.0
    returned: Rate | None = None
    causes: dict[Cause, int] = field(default_factory=dict)  #: delegations by who or what ended them
    hollow: dict[ResultKind, int] = field(default_factory=dict)  #: hollow results by kind
    #: first uses of built-in agent types that coincide with a new version of Claude Code, in order of time
    built_in: list[BuiltInUse] = field(default_factory=list)


class AsIfIndependent(Record, frozen=True, kw_only=True):
    """Tests that treat the delegations of one session as independent."""

    p: float  #: p-value of Fisher's exact test
    low: float  #: lower end of Newcombe's 95 % interval
    high: float  #: upper end of the interval


class ComparedMeasure(Record, frozen=True, kw_only=True):
    """One measure in two periods."""

    measure: Measure  #: what is compared
    earlier: float | None  #: value in the earlier period, None without data
    later: float | None  #: value in the later period, None without data
    earlier_sample: int  #: cases in the earlier period
    later_sample: int  #: cases in the later period
    #: later − earlier; for `agent_mix` the distance of the two mixes: half the sum of the absolute differences of
    #: shares among the delegations whose agent type is recorded, 0 to 1
    difference: float | None
    #: lower end of the 95 % percentile bootstrap of whole sessions; None without a test, and for `agent_mix`, whose
    #: intervals are in `agent_shares`
    low: float | None
    high: float | None  #: upper end of the interval
    p: float | None  #: p-value of the permutation of whole sessions
    p_holm: float | None  #: the same after Holm's correction over all tests of the file
    #: smallest difference that this sample could have shown (80 % power, two-sided 5 %, before Holm's correction)
    detectable: float | None
    #: whether the difference keeps its sign if every delegation without a recorded outcome (`unreported`,
    #: `unanswered`) counts as a failure; None for measures without outcomes, and without data
    sign_holds: bool | None
    claimed: bool  #: whether the report claims a difference: `p_holm` below 5 %, interval without 0, sign holds
    as_if_independent: AsIfIndependent | None  #: Fisher's and Newcombe's methods, None for other measures
    lacks: Lack | None  #: why there is no test, None if there is one


class AgentShare(Record, frozen=True, kw_only=True):
    """An agent type's share of the delegations whose type is recorded, in two periods."""

    agent_type: str  #: agent type, spelled as in the transcript
    earlier: Rate  #: share in the earlier period
    later: Rate  #: share in the later period
    difference: float  #: later − earlier
    low: float | None  #: lower end of the 95 % bootstrap of whole sessions, None with too few sessions
    high: float | None  #: upper end of the interval


class Confounder(Record, frozen=True, kw_only=True):
    """Something else that changed between the two periods.

    `retention`: the earlier period is the first one, and of its oldest sessions only those that were resumed may
    survive. `newer_versions`: several versions of Claude Code newer than all of the earlier period's wrote sessions of
    the later one; `name` is the newest of them.
    """

    kind: Literal["model", "version", "newer_versions", "project", "retention"]  #: what changed
    name: str | None  #: name of the model, version or project; None for `retention`
    #: earlier share of delegations (model) or sessions (version, newer_versions, project); None for `retention`
    earlier: float | None
    later: float | None  #: later share
    #: built-in agent types that this version has, or these versions have, and none of the earlier period's
    brought: list[str] = field(default_factory=list)
    #: built-in agent types first used with this version, within 7 days of the later period's start
    first_used: list[str] = field(default_factory=list)


class Comparison(Record, frozen=True, kw_only=True):
    """Two periods: adjacent ones, or the first and the last."""

    earlier: str  #: name of the earlier period
    later: str  #: name of the later period
    adjacent: bool = True  #: whether no period is between them; False for the first and the last of more than two
    changes: list[str]  #: known changes after the earlier period, up to the start of the later one
    exploratory: bool  #: whether the periods were drawn from the data they divide, so that nothing here is a proof
    measures: list[ComparedMeasure]  #: each measure
    agent_shares: list[AgentShare]  #: share of each agent type
    confounders: list[Confounder]  #: other things that changed


class Sighting(Record, frozen=True, kw_only=True):
    """First and last day of an agent type, a model or a Claude Code version."""

    kind: Literal["agent", "model", "version"]  #: what was seen
    name: str  #: its name
    first: str  #: first day
    last: str  #: last day
    count: int  #: delegations (agent), messages (model) or sessions (version)


def name_of_retention_is_null(plain: Plain) -> Plain:
    """Turn 1.x into 2.0: a confounder without a name has null instead of an empty text."""
    for comparison in objects_in(plain.get("comparisons")):
        for confounder in objects_in(comparison.get("confounders")):
            if confounder.get("name") == "":
                confounder["name"] = None
    return plain


class SegmentationReport(Envelope, frozen=True, kw_only=True):
    """`temporal-segmentation-report.json`: sessions and delegations by period."""

    schema = Schema("temporal_segmentation", "2.1.0", {1: name_of_retention_is_null})

    filters: Filters  #: filters that chose the sessions
    marathon_over: int  #: the `marathon_over` setting
    period_source: PeriodSource  #: where the periods come from
    periods: list[PeriodSegment]  #: the periods, in order of time
    #: comparisons of adjacent periods, then that of the first and the last if there are more than two
    comparisons: list[Comparison]
    tests: int  #: number of tests in Holm's correction
    draws: int  #: number of permutations and of bootstrap draws
    sightings: list[Sighting]  #: first and last day of agent types, models and versions

"""`metrics_result.json`: outcomes, tokens, costs and times by agent, model, day, hour, weekday and project."""

from typing import Literal, get_args

from msgspec import field

from common.records.base import Envelope, Rate, Record, Schema
from common.records.extraction import Filters
from common.records.following import Following, Retries
from common.records.paying import ModelPin, OtherPrice, Paying
from common.records.sessions import NOT_RECORDED, Cause, Outcome, ResultKind, Standing
from common.records.shared import Cost, Durations, Evidence, PeriodSource
from common.records.showing import Shown, WorkShown
from common.records.tokens import Tokens
from common.records.workflows import WorkflowCounts, WorkflowFields

VerdictWord = Literal["fix", "retire", "keep", "nothing against it", "too few to say"]
Ground = Literal[
    "hollow results",
    "success below the others",
    "another agent does the same work",
    "success is high",
    "no ground against it",
    "fewer judged than the rule asks for",
    "fewer sessions than the rule asks for",
    "success below the others, perhaps by chance",
    "too few judged of all others to compare with",
]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
(
    HOLLOW_RESULTS,
    BELOW,
    SAME_WORK,
    HIGH,
    NOTHING_AGAINST,
    FEW_JUDGED,
    FEW_SESSIONS,
    PERHAPS_BELOW,
    FEW_OTHERS,
) = GROUNDS
"""The reasons of verdicts by name, so that each sentence is written once."""

Defined = Literal["yes", "no", "cannot be known"]


class GroupFields(Record, frozen=True, kw_only=True):
    """Numbers of a group of delegations. Tokens and cost are those of the linked runs."""

    delegations: int  #: number of delegations
    sessions: int  #: sessions with such a delegation
    outcomes: dict[Outcome, int]  #: delegations by outcome
    standings: dict[Standing, int]  #: delegations by what they count as; see [success](DEFINITIONS.md#success)
    success: Rate  #: succeeded of judged; see [success](DEFINITIONS.md#success)
    returned: Rate  #: completed, with any result, of all whose end is recorded
    causes: dict[Cause, int]  #: delegations by who or what ended them; see [causes](DEFINITIONS.md#causes)
    hollow: dict[ResultKind, int]  #: hollow results by kind; see [hollow results](DEFINITIONS.md#hollow-results)
    with_run: int  #: delegations that have a run
    tokens: Tokens  #: tokens of the runs
    cost: Cost  #: cost of the runs; a delegation without a run has no known cost
    delegations_priced: int  #: delegations whose run is fully priced
    cost_per_delegation: float | None  #: mean estimated dollars of those delegations, None without any
    durations: Durations  #: active time
    cache_share: float | None  #: cache_read / (input + cache_creation + cache_read), None if nothing was sent
    output_per_input: float | None  #: estimated output / (input + cache_creation + cache_read)
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of the delegations, session by session


class GroupMetrics(GroupFields, frozen=True, kw_only=True):
    """Numbers of one model, day, hour, weekday, project or period."""

    name: str  #: model, day, hour (00 to 23), weekday (Monday …), project or period; `(unknown)` if not known
    worktrees: int = 0  #: of a project: worktrees of it in which sessions began; they are part of its numbers


class Verdict(Record, frozen=True, kw_only=True):
    """Whether an agent earns its place, by the rule in `MetricsResult.verdict_rule`."""

    verdict: VerdictWord  #: see [verdicts](DEFINITIONS.md#verdicts)
    grounds: list[Ground]  #: reasons
    others: Rate  #: Success of all other agents
    cost_ratio: float | None  #: mean cost / mean cost of the other agents; no ground
    dearer: bool  #: whether the cost is above the others' beyond chance (whole sessions, Holm); no ground
    time_ratio: float | None  #: median active time / median active time of the other agents; no ground
    overlaps_with: str | None  #: agent that does most of the same work
    overlap: float | None  #: share of its prompts that are nearer to that agent; None with fewer than ten judged
    cases: list[Evidence]  #: what proves it: for `fix` and `retire` the hollow results, then the failures, at most five


class StoppedWork(Record, frozen=True, kw_only=True):
    """The delegations that something other than their agent ended, by cause."""

    cause: Cause  #: who or what ended them
    delegations: int  #: number of delegations
    events: int  #: the same, one press of Esc counted once
    agents: dict[str, int]  #: delegations by agent type
    retries: Retries  #: whether they were tried again
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of the delegations


class AgentMetrics(GroupFields, frozen=True, kw_only=True):
    """Numbers of one agent type."""

    agent_type: str  #: agent type, spelled as in the transcript
    #: whether a file of the agents folders defines it. `no`: a commit removed it, or no call ever found it.
    #: `cannot be known`: it may be built in, or belong to a plugin or a project
    defined: Defined
    first_day: str | None  #: day of its first delegation
    last_day: str | None  #: day of its last delegation
    models: dict[str, int]  #: delegations by the model that ran
    shown: WorkShown  #: what the transcripts show of its work
    following: Following  #: what happened after its delegations
    retries: Retries  #: those of its delegations that did not complete and were tried again
    hollow_results: list[Evidence]  #: its hollow results, in order of time; `why` is the kind
    verdict: Verdict | None  #: verdict, None if it never ran, and for calls that name no agent type
    parent_price: OtherPrice  #: the same tokens at the price of the calling model
    paying: Paying  #: whether its delegations pay


def count_shown(agent: AgentMetrics, name: Shown) -> int | None:
    """Return the number of an agent's delegations that the transcripts show so; None where none could show it."""
    could = {"no_tool_call": agent.shown.calls_known, "used": agent.shown.with_result}
    return len(getattr(agent.shown, name)) if could.get(name, agent.with_run) else None


class Spending(Record, frozen=True, kw_only=True):
    """All tokens of one place, model, day, project or period, and their cost."""

    name: str  #: place, model, day, project or period
    tokens: Tokens  #: all tokens, of main threads and runs
    cost: Cost  #: cost of these tokens
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of the delegations that used some of them
    worktrees: int = 0  #: of a project: worktrees of it in which sessions began; they are part of its numbers


class WorkflowPhaseMetrics(WorkflowCounts, frozen=True, kw_only=True):
    """Numbers of one phase of a workflow."""

    name: str | None  #: title of the phase; None for agents whose phase is not recorded
    cost: Cost  #: cost of the runs


class WorkflowMetrics(WorkflowFields, frozen=True, kw_only=True):
    """Numbers of one workflow."""

    phases: list[WorkflowPhaseMetrics]  #: its phases, in order
    cost: Cost  #: cost of the runs


class UnpricedModel(Record, frozen=True, kw_only=True):
    """A model, or a tier of a model, without a price on the days it was used."""

    model: str  #: name of the model
    reason: Literal["no price", "no price for this tier", "no price for web searches", "no day"]  #: what is missing
    messages: int  #: its messages without a full price


class Totals(Record, frozen=True, kw_only=True):
    """Sums over the chosen sessions; they agree with `full_sessions_data.json`."""

    delegations: int  #: number of delegations
    sessions: int  #: chosen sessions
    sessions_with_delegations: int  #: chosen sessions that have a delegation
    outcomes: dict[Outcome, int]  #: delegations by outcome
    standings: dict[Standing, int]  #: delegations by what they count as; see [success](DEFINITIONS.md#success)
    success: Rate  #: succeeded of judged; see [success](DEFINITIONS.md#success)
    returned: Rate  #: completed, with any result, of all whose end is recorded
    durations: Durations  #: active time
    following: dict[str, int]  #: delegations by what happened after them; `agents` has their ids
    stopped_events: int  #: events behind those that the user stopped: one press of Esc may end several
    retries: Retries  #: those that did not complete and were tried again
    tokens: Tokens  #: tokens of main threads, linked runs and unlinked runs
    tokens_main: Tokens  #: tokens of main threads
    tokens_runs: Tokens  #: tokens of linked runs
    tokens_unlinked: Tokens  #: tokens of unlinked runs
    tokens_progress_only: Tokens  #: tokens of messages found only in progress lines; part of `tokens`
    cost: Cost  #: cost of everything
    links: dict[str, int]  #: delegations by how their run was linked; `none` without a run
    parent_price: OtherPrice  #: the same tokens at the price of the calling model
    paying: Paying  #: whether the delegations pay
    tool_use_ids_by_outcome: dict[Outcome, list[str]] = field(default_factory=dict)  #: ids of delegations by outcome
    tool_use_ids_by_standing: dict[Standing, list[str]] = field(default_factory=dict)  #: ids of delegations by standing
    tool_use_ids_by_link: dict[str, list[str]] = field(default_factory=dict)  #: ids by how the run was linked


class Reconciliation(Record, frozen=True, kw_only=True):
    """A figure computed twice: from the delegations and by the extraction stage."""

    figure: str  #: name of the figure
    here: int  #: computed from the delegations
    extraction: int  #: summed by the extraction stage
    equal: bool  #: whether both are equal; always true


class MetricsResult(Envelope, frozen=True, kw_only=True):
    """`metrics_result.json`: rates, tokens, costs and times by group.

    Groups with more delegations come first; days, hours and weekdays are in order of time.
    """

    schema = Schema("metrics_result", "2.0.0")

    filters: Filters  #: filters that chose the sessions
    period_source: PeriodSource  #: where the periods come from
    prices_read: str  #: day on which the list prices were read
    verdict_rule: str  #: the rule of the verdicts, in words
    totals: Totals  #: sums over everything
    agents: list[AgentMetrics]  #: numbers by agent type; calls that name none come last
    stopped: list[StoppedWork]  #: what stopped the work, most frequent cause first
    models: list[GroupMetrics]  #: numbers by model
    days: list[GroupMetrics]  #: numbers by day
    hours: list[GroupMetrics]  #: numbers by hour, 00 to 23
    weekdays: list[GroupMetrics]  #: numbers by weekday
    projects: list[GroupMetrics]  #: numbers by project
    periods: list[GroupMetrics]  #: numbers by period
    spending_by_place: list[Spending]  #: all tokens by place: main threads, runs, unlinked runs
    spending_by_model: list[Spending]  #: all tokens by model
    spending_by_day: list[Spending]  #: all tokens by day
    spending_by_project: list[Spending]  #: all tokens by project
    spending_by_period: list[Spending]  #: all tokens by period
    model_pins: list[ModelPin]  #: delegations by agent type, model that ran and model asked for
    break_even: dict[str, float]  #: break-even share by id of the delegation, where it is known
    workflows: list[WorkflowMetrics] = field(default_factory=list)  #: workflows, session by session, in order of time
    unpriced: list[UnpricedModel]  #: models without a full price
    reconciliation: list[Reconciliation]  #: figures computed twice


def named_agents(metrics: MetricsResult) -> list[AgentMetrics]:
    """Return the agent types that calls name, most used first."""
    return [agent for agent in metrics.agents if agent.agent_type != NOT_RECORDED]

"""`metrics_result.json`: how each agent, model, day, hour, weekday and project fares."""

from typing import Literal

from common.records.base import Envelope, Rate, Record
from common.records.extraction import Filters
from common.records.sessions import Outcome, Tokens
from common.records.shared import Cost, Evidence, PeriodSource

VerdictWord = Literal["keep", "fix", "retire", "too few to say"]
Ground = Literal[
    "success below the others",
    "rework above the others",
    "cost above the others",
    "time above the others",
    "another agent does the same work",
    "no ground against it",
    "fewer known outcomes than the rule asks for",
    "fewer sessions than the rule asks for",
    "success below the others, perhaps by chance",
]


Defined = Literal["yes", "no", "cannot be known"]


class Durations(Record, frozen=True, kw_only=True):
    """Seconds of the delegations whose duration is known: median and 90th percentile, None without any."""

    known: int
    p50: float | None
    p90: float | None


class GroupFields(Record, frozen=True, kw_only=True):
    """Delegations of one group.

    `tokens` and `cost` are those of the linked runs (`with_run` delegations have one); a delegation without a run has
    no known cost. `cost_per_delegation` is estimated dollars over `delegations_priced`, the delegations whose run is
    priced whole. `cache_share` is cache_read / (input + cache_creation + cache_read), `output_per_input` estimated
    output / the same sum; None without tokens.
    """

    delegations: int
    sessions: int
    outcomes: dict[Outcome, int]
    success: Rate
    with_run: int
    tokens: Tokens
    cost: Cost
    delegations_priced: int
    cost_per_delegation: float | None
    durations: Durations
    cache_share: float | None
    output_per_input: float | None


class GroupMetrics(GroupFields, frozen=True, kw_only=True):
    """One model, day, hour (00 to 23), weekday (Monday …), project or period; "(unknown)" where nothing tells."""

    name: str


class Rework(Record, frozen=True, kw_only=True):
    """Completed delegations with a run that had to be done again.

    `rate` counts those `repeated` (a later delegation of the session has a near-same prompt) or `corrected` (the user
    interrupted or refused next); one may be both. `edited_again` is a weak sign that stands apart: a file of the run
    was edited later. `repeat_cost` is estimated dollars of the repeats, each charged once to the nearest earlier match.
    `examples` are up to three, `why` "repeated" or "corrected".
    """

    rate: Rate
    repeated: int
    corrected: int
    edited_again: Rate
    repeat_cost: float
    examples: list[Evidence]


class Verdict(Record, frozen=True, kw_only=True):
    """Whether an agent earns its place, by the rule that stands in `MetricsResult.verdict_rule`.

    `success` is over runs that began, ending completed, failed, interrupted or killed; `others` the same over all
    other agents; `shrunken` is the success pulled toward that of all agents by as much as the sample is small.
    `overlaps_with` names the agent that does the most of the same work, `overlap` the share of this agent's prompts
    that are nearer to that agent's than to its own (None with fewer than ten judged). `delegations` are the up to
    three that weigh most; `why` is "failed", "interrupted", "killed", "repeated", "corrected" or "completed".
    """

    verdict: VerdictWord
    grounds: list[Ground]
    success: Rate
    others: Rate
    shrunken: float | None
    cost_ratio: float | None
    time_ratio: float | None
    overlaps_with: str | None
    overlap: float | None
    delegations: list[Evidence]


class ParentPrice(Record, frozen=True, kw_only=True):
    """The same tokens at the price of the model that delegated.

    `actual` and `on_parents_model` are estimated dollars over the same `delegations`: those whose run and parent are
    priced.
    """

    delegations: int
    actual: float
    on_parents_model: float


class AgentMetrics(GroupFields, frozen=True, kw_only=True):
    """One agent type.

    `defined`: a file of the agents folders defines it; "no" where a commit removed it or no call ever found it;
    "cannot be known" for all others, which may be built-in, of a plugin or of a project. `verdict` is None where it
    never ran. `models` counts delegations by the model that ran.
    """

    agent_type: str
    defined: Defined
    first_day: str | None
    last_day: str | None
    models: dict[str, int]
    rework: Rework
    verdict: Verdict | None
    parent_price: ParentPrice


class Spending(Record, frozen=True, kw_only=True):
    """Every token of a model, day, project, period or place, whoever spent it, and its cost."""

    name: str
    tokens: Tokens
    cost: Cost


class UnpricedModel(Record, frozen=True, kw_only=True):
    """A model (or tier of a model) without a price on the days when it was used."""

    model: str
    reason: Literal["no price", "no price for this tier", "no price for web searches", "no day"]
    messages: int


class Totals(Record, frozen=True, kw_only=True):
    """Sums over the chosen sessions; they reconcile with `full_sessions_data.json`.

    `tokens` and `cost` are of everything: main threads + linked runs + unlinked runs.
    """

    delegations: int
    sessions: int
    sessions_with_delegations: int
    outcomes: dict[Outcome, int]
    success: Rate
    tokens: Tokens
    tokens_main: Tokens
    tokens_runs: Tokens
    tokens_unlinked: Tokens
    tokens_progress_only: Tokens
    cost: Cost
    links: dict[str, int]
    rework: Rework
    parent_price: ParentPrice


class Reconciliation(Record, frozen=True, kw_only=True):
    """One figure computed here beside the same figure of the extraction stage; `equal` must be true."""

    figure: str
    here: int
    extraction: int
    equal: bool


class MetricsResult(Envelope, frozen=True, kw_only=True):
    """Rates, tokens, costs and times by group; groups in order of delegations (days, hours, weekdays: of time)."""

    filters: Filters
    period_source: PeriodSource
    prices_read: str
    verdict_rule: str
    totals: Totals
    agents: list[AgentMetrics]
    models: list[GroupMetrics]
    days: list[GroupMetrics]
    hours: list[GroupMetrics]
    weekdays: list[GroupMetrics]
    projects: list[GroupMetrics]
    periods: list[GroupMetrics]
    spending_by_place: list[Spending]
    spending_by_model: list[Spending]
    spending_by_day: list[Spending]
    spending_by_project: list[Spending]
    spending_by_period: list[Spending]
    unpriced: list[UnpricedModel]
    reconciliation: list[Reconciliation]

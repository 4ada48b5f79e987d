"""`temporal-segmentation-report.json`: the periods, and what differs between neighbours."""

from typing import Literal

from common.records.base import Envelope, Rate, Record
from common.records.extraction import Filters
from common.records.sessions import Outcome
from common.records.shared import Cost, PeriodFields, PeriodSource

Measure = Literal["success", "delegations_per_session", "cost_per_delegation", "marathon_share", "agent_mix"]
Lack = Literal["too few sessions", "no data", "nothing varies", "periods are drawn from the mix itself"]


class PeriodSegment(PeriodFields, frozen=True, kw_only=True):
    """One period in numbers.

    `sessions` are all sessions, `heavy_sessions` those over the marathon threshold. `outcomes` and `agents` count
    delegations, `messages` is the sum of the sessions' message counts. `cost` is that of the runs,
    `cost_per_delegation` its mean over the delegations with a priced run, `delegations_priced` their number.
    """

    sessions: int
    sessions_with_delegations: int
    heavy_sessions: int
    delegations: int
    outcomes: dict[Outcome, int]
    success: Rate
    messages: int
    agents: dict[str, int]
    models: dict[str, int]
    versions: dict[str, int]
    projects: dict[str, int]
    cost: Cost
    delegations_priced: int
    cost_per_delegation: float | None


class AsIfIndependent(Record, frozen=True, kw_only=True):
    """Fisher's exact test and Newcombe's 95 % interval, which take the delegations of one session as independent."""

    p: float
    low: float
    high: float


class ComparedMeasure(Record, frozen=True, kw_only=True):
    """One measure in two neighbouring periods.

    `earlier` and `later` are the values, None without data; `difference` is later - earlier (for `agent_mix`: the
    distance between the two mixes, half the sum of the absolute differences of shares, 0 to 1). `low` and `high` are
    a 95 % percentile bootstrap of whole sessions (None for `agent_mix`: see `agent_shares`). `p` is the permutation of
    whole sessions, `p_holm` the same after Holm over all tests of the file. `detectable` is the smallest difference
    that this sample could have shown (80 % power, two-sided 5 %, before Holm). `sign_holds` tells whether the
    difference keeps its sign with every unknown outcome counted as a failure; None where unknowns play no part.
    `claimed`: p_holm below 5 %, the interval without 0, and the sign holds. `lacks` says why there is no test.
    """

    measure: Measure
    earlier: float | None
    later: float | None
    earlier_sample: int
    later_sample: int
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    detectable: float | None
    sign_holds: bool | None
    claimed: bool
    as_if_independent: AsIfIndependent | None
    lacks: Lack | None


class AgentShare(Record, frozen=True, kw_only=True):
    """An agent type's share of the delegations in two periods; the interval is of the difference, whole sessions."""

    agent_type: str
    earlier: Rate
    later: Rate
    difference: float
    low: float | None
    high: float | None


class Confounder(Record, frozen=True, kw_only=True):
    """Something else that changed between the two periods.

    `share`s are of delegations (model), of sessions (version, project). `retention`: the earlier period is the first,
    whose old sessions survive mostly if they were resumed; its name and shares are None.
    """

    kind: Literal["model", "version", "project", "retention"]
    name: str | None
    earlier: float | None
    later: float | None


class Comparison(Record, frozen=True, kw_only=True):
    """Two neighbouring periods.

    `exploratory`: the periods were drawn from the data that they divide, so that nothing here is a proof.
    """

    earlier: str
    later: str
    changes: list[str]
    exploratory: bool
    measures: list[ComparedMeasure]
    agent_shares: list[AgentShare]
    confounders: list[Confounder]


class Sighting(Record, frozen=True, kw_only=True):
    """First and last day on which an agent type, a model or a Claude Code version is seen.

    `count` is delegations (agent), messages (model) or sessions (version).
    """

    kind: Literal["agent", "model", "version"]
    name: str
    first: str
    last: str
    count: int


class SegmentationReport(Envelope, frozen=True, kw_only=True):
    """Sessions and delegations divided by period."""

    filters: Filters
    marathon_over: int
    period_source: PeriodSource
    periods: list[PeriodSegment]
    comparisons: list[Comparison]
    tests: int
    draws: int
    sightings: list[Sighting]

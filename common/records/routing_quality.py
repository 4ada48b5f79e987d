"""`routing_quality_result.json`: work that another agent should have had."""

from typing import Literal

from common.records.base import Envelope, Rate, Record
from common.records.extraction import Filters
from common.records.sessions import Outcome
from common.records.shared import Evidence, PeriodFields, PeriodSource


class RuleUse(Record, frozen=True, kw_only=True):
    """A routing rule on this data.

    `suggests` are the agents known here that should have had such work; with none the rule is silent. `tasks` counts
    the delegations whose words match, `suspected` those of them that went to an agent that the rule names wrong.
    """

    name: str
    family: str
    silent: bool
    suggests: list[str]
    tasks: int
    suspected: int


class Misroute(Record, frozen=True, kw_only=True):
    """A delegation that another agent should perhaps have had.

    `rule` is the rule's name, or "learned" where the learned router suspects it. `words` are the words that matched,
    or those that brought the prompt nearest to `suggested`. For a learned one, `nearness` is the similarity to
    `suggested` and `own_nearness` that to the agent that had it.
    """

    rule: str
    period: str
    session_id: str
    tool_use_id: str
    timestamp: str | None
    agent_type: str
    suggested: str
    words: list[str]
    description: str | None
    excerpt: str
    outcome: Outcome
    nearness: float | None
    own_nearness: float | None
    file: str
    line: int


class AgentRouting(Record, frozen=True, kw_only=True):
    """Where an agent type's work seems to belong: delegations by the nearest agent, itself included."""

    agent_type: str
    delegations: int
    nearest: dict[str, int]


class LearnedRouter(Record, frozen=True, kw_only=True):
    """Suspicions by nearness of prompts to agents' descriptions and past successful prompts.

    `judged` delegations had words enough to be compared. `confusion` is agent x nearest agent.
    """

    used: bool
    lacks: Literal["too few agents", "too few prompts"] | None
    judged: int
    suspected: Rate
    confusion: list[AgentRouting]


class GeneralistUse(Record, frozen=True, kw_only=True):
    """What a generalist was used for: delegations by family of the rules that match ("other" where none does)."""

    agent_type: str
    delegations: int
    share: Rate
    families: dict[str, int]


class RoutingPeriod(PeriodFields, frozen=True, kw_only=True):
    """Routing quality of one period; shares are of its delegations."""

    delegations: int
    suspected: Rate
    suspected_by_rule: dict[str, int]
    generalists: list[GeneralistUse]
    generalist_share: Rate
    hardly_used: list[str]


class HardlyUsed(Record, frozen=True, kw_only=True):
    """An agent that is defined (or was used before) but gets fewer than the rules file's share of the work."""

    agent_type: str
    defined: bool
    delegations: int
    share: Rate
    last_day: str | None


class RoutingQualityResult(Envelope, frozen=True, kw_only=True):
    """Suspected misroutes with their evidence, rules first, in order of time."""

    filters: Filters
    period_source: PeriodSource
    rules: list[RuleUse]
    delegations: int
    suspected: Rate
    misroutes: list[Misroute]
    learned: LearnedRouter
    generalists: list[GeneralistUse]
    generalist_share: Rate
    generalist_examples: list[Evidence]
    hardly_used: list[HardlyUsed]
    periods: list[RoutingPeriod]

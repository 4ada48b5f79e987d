"""`routing_patterns_by_period.json`: which agents are used for what, period by period."""

from common.records.base import Envelope, Rate, Record
from common.records.extraction import Filters
from common.records.sessions import Outcome
from common.records.shared import AgentDefinition, PeriodFields, PeriodSource, Transition


class SampleTask(Record, frozen=True, kw_only=True):
    """One task that an agent was given; `task` is the description, else the prompt's first 200 characters."""

    session_id: str
    tool_use_id: str
    timestamp: str | None
    task: str
    outcome: Outcome
    file: str
    line: int


class AgentUse(Record, frozen=True, kw_only=True):
    """How much of a period's work went to an agent type; `share` is of the period's delegations."""

    agent_type: str
    delegations: int
    share: Rate


class PeriodPatterns(PeriodFields, frozen=True, kw_only=True):
    """One period's routing.

    `agent_distribution` counts delegations by agent type, most used first; `top_agents` are the ten most used.
    `parallel` counts neighbouring delegations of one message, which are no transitions. `samples` holds up to five
    tasks per agent type, spread over the period.
    """

    sessions: int
    delegations: int
    agent_distribution: dict[str, int]
    top_agents: list[AgentUse]
    transitions: list[Transition]
    transitions_total: int
    parallel: int
    samples: dict[str, list[SampleTask]]


class RoutingPatterns(Envelope, frozen=True, kw_only=True):
    """The routing of every period, and the agents that are defined now."""

    filters: Filters
    period_source: PeriodSource
    periods: list[PeriodPatterns]
    definitions: list[AgentDefinition]

"""`routing_patterns_by_period.json`: which agents do which work, by period."""

from msgspec import field

from common.records.base import Envelope, Rate, Record, Schema
from common.records.extraction import Filters
from common.records.sessions import Outcome
from common.records.shared import AgentDefinition, PeriodFields, PeriodSource, Transition


class SampleTask(Record, frozen=True, kw_only=True):
    """A task that an agent was given."""

    session_id: str  #: id of the session
    tool_use_id: str  #: id of the call
    timestamp: str | None  #: time of the call
    task: str  #: description of the call, else the first 200 characters of the prompt
    outcome: Outcome  #: what became of the work; see [outcomes](DEFINITIONS.md#outcomes)
    file: str  #: file of the call, below the root; preceded by the root's number if there are several roots
    line: int  #: line of the call, from 1


class AgentUse(Record, frozen=True, kw_only=True):
    """The part of a period's work that an agent type did."""

    agent_type: str  #: agent type, spelled as in the transcript
    delegations: int  #: number of delegations
    share: Rate  #: share of the period's delegations


class PeriodPatterns(PeriodFields, frozen=True, kw_only=True):
    """The routing of one period."""

    sessions: int  #: sessions with delegations
    delegations: int  #: number of delegations
    agent_distribution: dict[str, int]  #: delegations by agent type, most used first
    top_agents: list[AgentUse]  #: the ten most used agent types
    transitions: list[Transition]  #: transitions between agent types
    transitions_total: int  #: number of all transitions
    parallel: int  #: adjacent delegations of the same message, which are not transitions
    samples: dict[str, list[SampleTask]]  #: up to five tasks of each agent type, spread over the period
    tool_use_ids_by_agent: dict[str, list[str]] = field(default_factory=dict)  #: ids of the delegations by agent type


class RoutingPatterns(Envelope, frozen=True, kw_only=True):
    """`routing_patterns_by_period.json`: the routing of every period, and the agents defined now."""

    schema = Schema("routing_patterns", "1.1.0")

    filters: Filters  #: filters that chose the sessions
    period_source: PeriodSource  #: where the periods come from
    periods: list[PeriodPatterns]  #: the periods, in order of time
    definitions: list[AgentDefinition]  #: agents that are defined now

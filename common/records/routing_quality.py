"""`routing_quality_result.json`: delegations that another agent should perhaps have had."""

from typing import Literal

from msgspec import field

from common.records.base import Envelope, Rate, Record, Schema
from common.records.extraction import Filters
from common.records.sessions import Outcome
from common.records.shared import Evidence, PeriodFields, PeriodSource

Availability = Literal["built in", "started", "listed", "defined"]
Lack = Literal["too few agents", "too few prompts", "too little agreement", "no better than the majority"]


class RuleUse(Record, frozen=True, kw_only=True):
    """A routing rule applied to this data."""

    name: str  #: name of the rule
    family: str  #: family of the rule
    silent: bool  #: whether the rule has no effect because it suggests no agent known here
    suggests: list[str]  #: agents known here that should have had such work
    tasks: int  #: delegations whose words match
    suspected: int  #: matching delegations that went to an agent that the rule calls wrong
    tool_use_ids: list[str] = field(default_factory=list)  #: ids of the delegations whose words match
    suspected_tool_use_ids: list[str] = field(default_factory=list)  #: ids of the suspected ones


class Misroute(Record, frozen=True, kw_only=True):
    """A delegation that another agent should perhaps have had."""

    rule: str  #: name of the rule, `role play`, or `learned` for the learned router
    period: str  #: name of the period
    session_id: str  #: id of the session
    tool_use_id: str  #: id of the call
    timestamp: str | None  #: time of the call
    agent_type: str  #: agent type that had it, spelled as in the transcript
    suggested: str  #: agent that should perhaps have had it
    #: how it is known that `suggested` could be called: Claude Code has it `built in`, it `started` in the project, a
    #: list of the project `listed` it, a file `defined` it; see [available agents](DEFINITIONS.md#available-agents)
    available: Availability | None = None
    words: list[str]  #: words that matched, or that brought the prompt nearest to `suggested`
    description: str | None  #: short description in the call
    excerpt: str  #: first 300 characters of the prompt
    outcome: Outcome  #: what became of the work; see [outcomes](DEFINITIONS.md#outcomes)
    nearness: float | None  #: similarity to `suggested`, None for a rule
    own_nearness: float | None  #: similarity to the agent that had it, None for a rule
    file: str  #: file of the call, below the root; preceded by the root's number if there are several roots
    line: int  #: line of the call, from 1


class RolePlay(Record, frozen=True, kw_only=True):
    """A role that the prompts of a generalist ask it to play; see [role play](DEFINITIONS.md#role-play)."""

    agent_type: str  #: generalist that was asked
    role: str  #: name of the role, in lower case
    delegations: int  #: delegations whose prompt asks for the role
    callable: int  #: those of them in which an agent with the name of the role could have been called
    suggested: str | None  #: that agent, the one available most often; None without one
    words: str  #: words of the first prompt that ask for the role
    tool_use_ids: list[str]  #: ids of the delegations
    callable_tool_use_ids: list[str]  #: ids of those in which an agent with that name could have been called


class AgentRouting(Record, frozen=True, kw_only=True):
    """The agents to which the work of one agent type seems to belong."""

    agent_type: str  #: agent type, spelled as in the transcript
    delegations: int  #: number of delegations
    nearest: dict[str, int]  #: delegations by nearest agent, itself included


class LearnedRouter(Record, frozen=True, kw_only=True):
    """Suspicions by similarity of prompts to agents' descriptions and past successful prompts."""

    used: bool  #: whether it may suggest agents
    lacks: Lack | None  #: why it is silent, None if it may suggest
    #: delegations whose nearest agent is the one that the user chose, of those to learned agents; None without any
    agreement: Rate | None = None
    majority: Rate | None = None  #: delegations to the most used agent, of the same
    most_used: str | None = None  #: that agent
    judged: int  #: delegations with enough words to compare
    suspected: Rate  #: suspected of judged; zero if it is silent
    confusion: list[AgentRouting]  #: agent by nearest agent


class GeneralistUse(Record, frozen=True, kw_only=True):
    """The work given to a generalist."""

    agent_type: str  #: agent type, spelled as in the transcript
    delegations: int  #: number of delegations
    share: Rate  #: share of all delegations
    families: dict[str, int]  #: delegations by family of the matching rules, `other` if none matches


class RoutingPeriod(PeriodFields, frozen=True, kw_only=True):
    """Routing quality of one period; shares are of its delegations."""

    delegations: int  #: number of delegations
    suspected: Rate  #: suspected misroutes, of its delegations
    suspected_by_rule: dict[str, int]  #: suspected misroutes by rule
    generalists: list[GeneralistUse]  #: work given to each generalist
    generalist_share: Rate  #: delegations to generalists, of its delegations
    hardly_used: list[str]  #: names of the agents defined but hardly used


class HardlyUsed(Record, frozen=True, kw_only=True):
    """A defined agent that gets less than a share of the work, which the rules file sets."""

    agent_type: str  #: agent type that the file defines
    defined: bool  #: always true: a file defines it
    delegations: int  #: number of delegations
    share: Rate  #: share of all delegations
    last_day: str | None  #: day of its last delegation


class RoutingQualityResult(Envelope, frozen=True, kw_only=True):
    """`routing_quality_result.json`: suspected misroutes with their evidence, in order of time, and roles."""

    schema = Schema("routing_quality_result", "1.2.0")

    filters: Filters  #: filters that chose the sessions
    period_source: PeriodSource  #: where the periods come from
    rules: list[RuleUse]  #: use of each rule
    delegations: int  #: number of delegations
    suspected: Rate  #: suspected misroutes, of all delegations
    misroutes: list[Misroute]  #: each suspected misroute with its evidence, one for a delegation
    role_play: list[RolePlay] = field(
        default_factory=list
    )  #: roles that generalists were asked to play, most often first
    learned: LearnedRouter  #: results of the learned router
    generalists: list[GeneralistUse]  #: work given to each generalist
    generalist_share: Rate  #: delegations to generalists, of all delegations
    generalist_examples: list[Evidence]  #: up to five delegations to generalists
    hardly_used: list[HardlyUsed]  #: agents that are defined but hardly used
    periods: list[RoutingPeriod]  #: routing quality by period

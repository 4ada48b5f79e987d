"""Find which agents are used for what in each period: distribution, transitions, sample tasks."""

from collections.abc import Sequence
from pathlib import Path

from common import schema
from common.agents.definitions import AgentFile, read_definitions
from common.agents.periods import Periods, PeriodSettings, group, read_periods
from common.data_repository import DataRepository
from common.defaults import PERIOD_GAP_DAYS, TIMEZONE
from common.files import write_atomically
from common.measures import rates, sequences
from common.records.extraction import Filters
from common.records.patterns import AgentUse, PeriodPatterns, RoutingPatterns, SampleTask
from common.records.sessions import EnrichedDelegation, EnrichedSession
from common.records.shared import AgentDefinition, Period
from common.script import Input, Output, conclude, run
from common.text.formatting import plural
from common.times import Calendar

TOP_AGENTS = 10
SAMPLES = 5


def main(  # noqa: PLR0913 (every option is a keyword)
    *,
    sessions: Input,
    patterns: Output,
    timezone: str = TIMEZONE,
    period_gap: int = PERIOD_GAP_DAYS,
    periods: str | None = None,
    agents: tuple[Path, ...] = (),
) -> None:
    """Find which agents are used for what in each period: distribution, transitions, sample tasks."""
    data = DataRepository(enriched=sessions).load_enriched()
    rules = PeriodSettings(Calendar(timezone), period_gap, periods, agents)
    found = read_periods(data.sessions, rules)
    result = describe_routing(data.sessions, found, rules.calendar, data.filters, read_definitions(agents))
    write_atomically(patterns, schema.encode(result))
    conclude(f"{plural(len(found.periods), 'period')} ({found.source})")


def describe_routing(
    sessions: Sequence[EnrichedSession],
    periods: Periods,
    calendar: Calendar,
    filters: Filters,
    defined: Sequence[AgentFile],
) -> RoutingPatterns:
    """Return the routing of every period, sessions outside all periods as a last one."""
    return RoutingPatterns(
        **schema.envelope(RoutingPatterns),
        filters=filters,
        period_source=periods.source,
        periods=[describe_period(period, inside) for period, inside in group(sessions, periods, calendar)],
        definitions=[_definition(agent) for agent in defined],
    )


def describe_period(period: Period, sessions: Sequence[EnrichedSession]) -> PeriodPatterns:
    """Return the routing of one period: agents, transitions and sample tasks."""
    delegations = [delegation for session in sessions for delegation in session.delegations]
    steps_of_sessions = [sequences.steps(session.delegations) for session in sessions]
    counts = rates.agent_counts(delegations)
    return PeriodPatterns(
        name=period.name,
        first=period.first,
        last=period.last,
        changes=period.changes,
        sessions=len(sessions),
        delegations=len(delegations),
        agent_distribution=counts,
        top_agents=[
            AgentUse(agent_type=agent_type, delegations=count, share=rates.rate(count, len(delegations)))
            for agent_type, count in list(counts.items())[:TOP_AGENTS]
        ],
        transitions=sequences.count_transitions(steps_of_sessions),
        transitions_total=sum(len(steps.transitions) for steps in steps_of_sessions),
        parallel=sum(steps.parallel for steps in steps_of_sessions),
        samples={agent_type: samples(sessions, agent_type) for agent_type in counts},
        tool_use_ids_by_agent={
            agent_type: [delegation.tool_use_id for delegation in delegations if delegation.agent_type == agent_type]
            for agent_type in counts
        },
    )


def samples(sessions: Sequence[EnrichedSession], agent_type: str) -> list[SampleTask]:
    """Return up to five tasks of the agent type, evenly spread from the first to the last."""
    tasks = [
        (session, delegation)
        for session in sessions
        for delegation in session.delegations
        if delegation.agent_type == agent_type
    ]
    count = min(SAMPLES, len(tasks))
    places = [number * (len(tasks) - 1) // max(count - 1, 1) for number in range(count)]
    return [_sample(*tasks[place]) for place in places]


def _sample(session: EnrichedSession, delegation: EnrichedDelegation) -> SampleTask:
    return SampleTask(
        session_id=session.session_id,
        tool_use_id=delegation.tool_use_id,
        timestamp=delegation.timestamp,
        task=rates.task(delegation),
        outcome=delegation.outcome,
        file=delegation.file,
        line=delegation.line,
    )


def _definition(agent: AgentFile) -> AgentDefinition:
    return AgentDefinition(
        name=agent.name,
        description=agent.description,
        model=agent.model,
        tools=None if agent.tools is None else list(agent.tools),
        file=agent.file,
    )


if __name__ == "__main__":
    run(main)

"""Marathons in depth; transitions, loops and success by position over all sessions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from common import schema
from common.measures import prices, rates, sequences
from common.measures.rates import rate
from common.measures.statistics import quantile
from common.measures.success import standing, success_of, success_rate
from common.records.base import Rate
from common.records.marathons import (
    Marathon,
    MarathonPeriod,
    MarathonsResult,
    MarathonStep,
    MarathonStory,
    MarathonSummary,
    PositionRate,
    ReviewLoop,
    ReviewLoopSummary,
)
from common.records.sessions import EnrichedDelegation, EnrichedSession
from common.records.shared import Period
from common.strategy import Material, Strategy

SHOWN_STEPS = 5
PLACES = ((1, 1), (2, 5), (6, 10), (11, 20), (21, 40), (41, None))
"""Groups of places of a delegation in its session."""


def answer_marathons(material: Material) -> MarathonsResult:
    """Return every marathon in depth, longest first, and the transitions, loops and positions of all sessions."""
    sessions = material.sessions
    classed = {marathon.session_id: marathon for marathon in material.marathons.marathons}
    steps_of_sessions = [sequences.steps(session.delegations) for session in sessions]
    stories = [
        tell_story(session, classed[session.session_id], material)
        for session in sessions
        if session.session_id in classed
    ]
    return MarathonsResult(
        **schema.envelope(MarathonsResult),
        filters=material.enriched.filters,
        marathon_over=material.marathons.marathon_over,
        sessions=len(sessions),
        summary=material.marathons.summary,
        marathons=sorted(
            stories, key=lambda story: (-story.delegations, story.first_timestamp or "", story.session_id)
        ),
        periods=[describe_marathons(period, inside, classed) for period, inside in material.by_period],
        by_position=by_position(sessions),
        transitions=sequences.count_transitions(steps_of_sessions),
        transitions_total=sum(len(steps.transitions) for steps in steps_of_sessions),
        parallel=sum(steps.parallel for steps in steps_of_sessions),
        cascade_rate=sequences.cascade_rate(steps_of_sessions),
        loops=sequences.count_loops(steps_of_sessions),
        review_loops=sum_review_loops(loop for session in sessions for loop in review_loops(session.delegations)),
    )


def tell_story(session: EnrichedSession, marathon: Marathon, material: Material) -> MarathonStory:
    """Return one marathon in depth."""
    delegations = session.delegations
    cut = marathon.pivot.sequence_number - 1 if marathon.pivot else None
    return MarathonStory(
        **{field: getattr(marathon, field) for field in Marathon.__struct_fields__},
        agent_sequence=[delegation.agent_type for delegation in delegations],
        loop_counts=sequences.count_loops([sequences.steps(delegations)]),
        review_loops=review_loops(delegations),
        first_steps=[step(number, delegation) for number, delegation in enumerate(delegations[:SHOWN_STEPS], start=1)],
        last_steps=last_steps(delegations),
        initial_task=delegations[0].user_context_before,
        final_state=delegations[-1].assistant_synthesis_after,
        before_pivot=None if cut is None else success_rate(delegations[:cut]),
        from_pivot=None if cut is None else success_rate(delegations[cut:]),
        first_timestamp=session.first_timestamp,
        last_timestamp=session.last_timestamp,
        messages=session.message_count,
        cost=_cost(session, material.prices).cost(),
        tool_use_ids=[delegation.tool_use_id for delegation in delegations],
    )


def _cost(session: EnrichedSession, table: prices.PriceTable) -> prices.Amount:
    runs = [table.amount(delegation.run.tokens_by_day) for delegation in session.delegations if delegation.run]
    return prices.add([table.amount(session.tokens_by_day), *runs])


def last_steps(delegations: Sequence[EnrichedDelegation]) -> list[MarathonStep]:
    """Return the last five steps that are not among the first five."""
    start = max(SHOWN_STEPS, len(delegations) - SHOWN_STEPS)
    return [step(number, delegation) for number, delegation in enumerate(delegations[start:], start=start + 1)]


def step(number: int, delegation: EnrichedDelegation) -> MarathonStep:
    """Return the delegation as a step."""
    return MarathonStep(
        sequence_number=number,
        tool_use_id=delegation.tool_use_id,
        timestamp=delegation.timestamp,
        agent_type=delegation.agent_type,
        task=rates.task(delegation),
        outcome=delegation.outcome,
        file=delegation.file,
        line=delegation.line,
    )


def review_loops(delegations: Sequence[EnrichedDelegation]) -> list[ReviewLoop]:
    """Return every stretch X, Y, X, Y … with the number of returns to X and how its last step ended."""
    number = {delegation.tool_use_id: place for place, delegation in enumerate(delegations, start=1)}
    return [
        ReviewLoop(
            agent_type=stretch[0].agent_type,
            via=stretch[1].agent_type,
            rounds=(len(stretch) - 1) // 2,
            first_sequence_number=number[stretch[0].tool_use_id],
            last_sequence_number=number[stretch[-1].tool_use_id],
            last_outcome=stretch[-1].outcome,
            last_standing=standing(stretch[-1]),
            tool_use_ids=[delegation.tool_use_id for delegation in stretch],
        )
        for stretch in sequences.rounds(delegations)
    ]


def sum_review_loops(loops: Iterable[ReviewLoop]) -> list[ReviewLoopSummary]:
    """Return the loops by pair of agents, most frequent first."""
    groups: dict[tuple[str, str], list[ReviewLoop]] = defaultdict(list)
    for loop in loops:
        groups[loop.agent_type, loop.via].append(loop)
    found = [
        ReviewLoopSummary(
            agent_type=agent_type,
            via=via,
            loops=len(inside),
            rounds_p50=quantile([loop.rounds for loop in inside], 0.5) or 0.0,
            rounds_longest=max(loop.rounds for loop in inside),
            ended_succeeded=_ended(inside),
            tool_use_ids=[loop.tool_use_ids[-1] for loop in inside],
        )
        for (agent_type, via), inside in groups.items()
    ]
    return sorted(found, key=lambda loop: (-loop.loops, loop.agent_type, loop.via))


def _ended(loops: Sequence[ReviewLoop]) -> Rate:
    return success_of(loop.last_standing for loop in loops)


def describe_marathons(
    period: Period, sessions: Sequence[EnrichedSession], classed: dict[str, Marathon]
) -> MarathonPeriod:
    """Return the marathons of one period."""
    inside = [session for session in sessions if session.session_id in classed]
    elsewhere = [session for session in sessions if session.session_id not in classed]
    classes = [classed[session.session_id].classification for session in inside]
    return MarathonPeriod(
        name=period.name,
        first=period.first,
        last=period.last,
        changes=period.changes,
        share=rate(len(inside), len(sessions)),
        summary=MarathonSummary(
            POSITIVE=classes.count("POSITIVE"),
            NEGATIVE=classes.count("NEGATIVE"),
            AMBIGUOUS=classes.count("AMBIGUOUS"),
            UNKNOWN=classes.count("UNKNOWN"),
        ),
        success_in_marathons=success_rate(delegation for session in inside for delegation in session.delegations),
        success_elsewhere=success_rate(delegation for session in elsewhere for delegation in session.delegations),
    )


def by_position(sessions: Sequence[EnrichedSession]) -> list[PositionRate]:
    """Return success by the place of a delegation in its session; places that no session reaches are left out."""
    found = []
    for first, last in PLACES:
        inside = [delegation for session in sessions for delegation in session.delegations[first - 1 : last]]
        if inside:
            ids = [delegation.tool_use_id for delegation in inside]
            found.append(PositionRate(first=first, last=last, success=success_rate(inside), tool_use_ids=ids))
    return found


STRATEGY = Strategy("marathons", "Which sessions ran away?", answer_marathons)

"""Routing: suspected misroutes, roles that generalists were asked to play, generalists, the work of each agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Cell, Fold, Heading, Paragraph, Quote, Ref, Sentence, Table, Value
from analysis.reporting.context import count_cell, share_cell, text_cell, word_cell
from common.routing.router import LEAST_AGREEMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context
    from common.records.patterns import PeriodPatterns
    from common.records.routing_quality import LearnedRouter, Misroute, RolePlay

EXAMPLES = 8
ROLE_LENGTH = 60
TOP_AGENTS = 12


def routing_blocks(context: Context) -> tuple[Block, ...]:
    """Return suspected misroutes with examples, rules, generalists, and what each agent was given."""
    quality = context.inputs.results.routing_quality
    if not quality.delegations:
        return (Paragraph((Sentence("no_delegations"),)),)
    return (
        Paragraph(tuple(_lead(context))),
        _examples(context),
        *_role_play(context),
        *_rules(context),
        Heading(Sentence("head_generalists"), "generalists"),
        Paragraph(tuple(_generalists(context))),
        Bullets(tuple(_hardly_used(context))),
        Heading(Sentence("head_tasks"), "tasks"),
        *(block for period in context.inputs.patterns.periods for block in _tasks(context, period)),
    )


def _lead(context: Context) -> Iterator[Sentence]:
    """Yield how much work is suspected to have gone to the wrong agent."""
    quality = context.inputs.results.routing_quality
    rate_ref = Ref(quality.suspected, context.groups.target("misroutes"))
    if quality.misroutes:
        yield Sentence("misroutes_lead", {"rate": rate_ref})
    else:
        speaking = sum(not rule.silent for rule in quality.rules)
        yield Sentence("no_misroutes", {"rules": len(quality.rules), "speaking": speaking})
    yield from _learned(context, quality.learned)


def _learned(context: Context, learned: LearnedRouter) -> Iterator[Sentence]:
    """Yield how well the learned router agrees with what the user chose, and what it suspects or why it is silent."""
    values: dict[str, Value] = {
        "judged": learned.judged,
        "rate": learned.suspected,
        "lacks": learned.lacks,
        "agreement": learned.agreement,
        "majority": learned.majority,
        "most_used": context.masking.name(learned.most_used) if learned.most_used else None,
        "least": LEAST_AGREEMENT,
    }
    if learned.agreement:
        yield Sentence("learned_agreement", values)
    yield Sentence("learned" if learned.used else "not_learned", values)


def _examples(context: Context) -> Table:
    """Return the suspected misroutes, of those that failed first."""
    found = context.inputs.results.routing_quality.misroutes
    ordered = sorted(found, key=lambda misroute: (misroute.outcome == "completed", misroute.timestamp or ""))
    return Table("misroutes", tuple(_misroute(context, misroute) for misroute in ordered), shown=EXAMPLES)


def _misroute(context: Context, misroute: Misroute) -> tuple[Cell, ...]:
    """Return one suspected misroute with its evidence."""
    words = None if context.masking.share else context.masking.words(", ".join(misroute.words), 60)
    return (
        context.card_cell(misroute.tool_use_id),
        context.agent(misroute.agent_type),
        context.agent(misroute.suggested),
        word_cell(misroute.available),
        text_cell(context.masking.name(misroute.rule)),
        text_cell(words),
        text_cell(context.task(misroute.tool_use_id)),
        word_cell(misroute.outcome),
    )


def _role_play(context: Context) -> tuple[Block, ...]:
    """Return the roles that generalists were asked to play; nothing without any."""
    plays = context.inputs.results.routing_quality.role_play
    if not plays:
        return ()
    asked: dict[str, int] = {}
    for play in plays:
        asked[play.agent_type] = asked.get(play.agent_type, 0) + play.delegations
    lead = tuple(
        Sentence(
            "asked_to_play",
            {"agent": context.agent_ref(agent), "times": Ref(times, context.groups.target("roles", agent))},
        )
        for agent, times in asked.items()
    )
    rows = tuple(_role(context, play) for play in plays)
    return (
        Heading(Sentence("head_role_play"), "role-play"),
        Paragraph((*lead, Sentence("role_play_meaning"))),
        Table("role_play", rows, shown=EXAMPLES),
    )


def _role(context: Context, play: RolePlay) -> tuple[Cell, ...]:
    """Return how often a role was asked for, and the agent that could have been called instead."""
    key = play.agent_type, play.role
    return (
        context.agent(play.agent_type),
        text_cell(context.masking.words(play.role, ROLE_LENGTH)),
        count_cell(play.delegations, context.groups.target("role", *key)),
        count_cell(play.callable, context.groups.target("role callable", *key)),
        context.agent(play.suggested) if play.suggested else text_cell(None),
    )


def _rules(context: Context) -> tuple[Block, ...]:
    """Return what each rule found that read a task; nothing without any."""
    rows = tuple(
        (
            text_cell(context.masking.name(rule.name)),
            text_cell(context.masking.name(", ".join(rule.suggests)) if rule.suggests else None),
            count_cell(rule.tasks, context.groups.target("rule", rule.name)),
            count_cell(rule.suspected, context.groups.target("misroutes", rule.name)),
        )
        for rule in context.inputs.results.routing_quality.rules
        if rule.tasks
    )
    return (Heading(Sentence("head_rules"), "rules"), Table("rules", rows)) if rows else ()


def _generalists(context: Context) -> Iterator[Sentence]:
    """Yield how much work generalists had, and of which kind."""
    quality = context.inputs.results.routing_quality
    if not any(generalist.delegations for generalist in quality.generalists):
        yield Sentence("no_generalists")
        return
    yield Sentence("generalists", {"rate": quality.generalist_share})
    for generalist in quality.generalists:
        families = [name for name, number in generalist.families.items() if number and name != "other"]
        yield Sentence(
            "generalist",
            {
                "agent": context.agent_ref(generalist.agent_type),
                "rate": generalist.share,
                "families": tuple(context.masking.name(name) for name in families[:3]),
                "other": generalist.families.get("other", 0),
            },
        )


def _hardly_used(context: Context) -> Iterator[Sentence]:
    """Yield the agents that get next to no work."""
    for agent in context.inputs.results.routing_quality.hardly_used:
        yield Sentence(
            "hardly_used",
            {
                "agent": context.agent_ref(agent.agent_type),
                "delegations": agent.delegations,
                "defined": "yes" if agent.defined else "no",
                "last": agent.last_day,
            },
        )


def _tasks(context: Context, period: PeriodPatterns) -> tuple[Block, ...]:
    """Return a period's most used agents, each with what it was given."""
    rows = tuple(
        (
            context.agent(agent),
            count_cell(number, context.groups.target("agent of period", agent, period.name)),
            share_cell(number / period.delegations if period.delegations else None),
            text_cell(_sample(context, period, agent)),
        )
        for agent, number in list(period.agent_distribution.items())[:TOP_AGENTS]
    )
    summary = Sentence("fold_tasks", {"period": context.masking.name(period.name), "delegations": period.delegations})
    return (Fold(summary, (Table("tasks", rows, shown=TOP_AGENTS),)),)


def _sample(context: Context, period: PeriodPatterns, agent: str) -> Quote | None:
    """Return the first sample task of an agent."""
    samples = period.samples.get(agent, [])
    return context.task(samples[0].tool_use_id) if samples else None

"""Routing: the work of each agent, suspected misroutes, generalists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Cell, Fold, Heading, Paragraph, Quote, Ref, Sentence, Table
from analysis.reporting.context import count_cell, share_cell, text_cell, word_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context
    from common.records.patterns import PeriodPatterns
    from common.records.routing_quality import Misroute

EXAMPLES = 8
TOP_AGENTS = 12


def routing_blocks(context: Context) -> tuple[Block, ...]:
    """Return suspected misroutes with examples, rules, generalists, and what each agent was given."""
    quality = context.inputs.results.routing_quality
    if not quality.delegations:
        return (Paragraph((Sentence("no_delegations"),)),)
    return (
        Paragraph(tuple(_lead(context))),
        _examples(context),
        Heading(Sentence("head_rules"), "rules"),
        _rules(context),
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
    learned = quality.learned
    if learned.used:
        yield Sentence("learned", {"judged": learned.judged, "rate": learned.suspected})
    else:
        yield Sentence("not_learned", {"lacks": learned.lacks or "", "judged": learned.judged})


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
        text_cell(context.masking.name(misroute.rule)),
        text_cell(words),
        text_cell(context.task(misroute.tool_use_id)),
        word_cell(misroute.outcome),
    )


def _rules(context: Context) -> Table:
    """Return what each rule found; a silent one knows no agent for its work here."""
    rows = tuple(
        (
            text_cell(context.masking.name(rule.name)),
            text_cell(context.masking.name(", ".join(rule.suggests)) if rule.suggests else None),
            count_cell(rule.tasks, context.groups.target("rule", rule.name)),
            count_cell(rule.suspected, context.groups.target("misroutes", rule.name)),
        )
        for rule in context.inputs.results.routing_quality.rules
        if not rule.silent
    )
    return Table("rules", rows)


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

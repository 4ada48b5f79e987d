"""Routing: which agents were used for what, work that another agent should perhaps have had, generalists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.context import count, share, text, word
from analysis.reporting.values import Block, Bullets, Cell, Fold, Heading, Paragraph, Quote, Ref, Sentence, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.reporting.context import Context
    from common.records.patterns import PeriodPatterns
    from common.records.routing_quality import Misroute

EXAMPLES = 8
TOP_AGENTS = 12


def routing_blocks(context: Context) -> tuple[Block, ...]:
    """Return suspected misroutes with examples, rules, generalists, and what each agent was given."""
    quality = context.material.results.routing_quality
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
        *(block for period in context.material.patterns.periods for block in _tasks(context, period)),
    )


def _lead(context: Context) -> Iterator[Sentence]:
    """Yield how much work is suspected to have gone to the wrong agent."""
    quality = context.material.results.routing_quality
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
    found = context.material.results.routing_quality.misroutes
    ordered = sorted(found, key=lambda one: (one.outcome == "completed", one.timestamp or ""))
    return Table("misroutes", tuple(_misroute(context, one) for one in ordered), shown=EXAMPLES)


def _misroute(context: Context, one: Misroute) -> tuple[Cell, ...]:
    """Return one suspected misroute with its evidence."""
    words = None if context.show.share else context.show.words(", ".join(one.words), 60)
    return (
        context.card_cell(one.tool_use_id),
        context.agent(one.agent_type),
        context.agent(one.suggested),
        text(context.show.name(one.rule)),
        text(words),
        text(context.task(one.tool_use_id)),
        word(one.outcome),
    )


def _rules(context: Context) -> Table:
    """Return what each rule found; a silent one knows no agent for its work here."""
    rows = tuple(
        (
            text(context.show.name(rule.name)),
            text(context.show.name(", ".join(rule.suggests)) if rule.suggests else None),
            count(rule.tasks),
            count(rule.suspected, context.groups.target("misroutes", rule.name)),
        )
        for rule in context.material.results.routing_quality.rules
        if not rule.silent
    )
    return Table("rules", rows)


def _generalists(context: Context) -> Iterator[Sentence]:
    """Yield how much work generalists had, and of which kind."""
    quality = context.material.results.routing_quality
    if not any(one.delegations for one in quality.generalists):
        yield Sentence("no_generalists")
        return
    yield Sentence("generalists", {"rate": quality.generalist_share})
    for one in quality.generalists:
        families = [name for name, number in one.families.items() if number and name != "other"]
        yield Sentence(
            "generalist",
            {
                "agent": context.agent_ref(one.agent_type),
                "rate": one.share,
                "families": tuple(context.show.name(name) for name in families[:3]),
                "other": one.families.get("other", 0),
            },
        )


def _hardly_used(context: Context) -> Iterator[Sentence]:
    """Yield the agents that get next to no work."""
    for one in context.material.results.routing_quality.hardly_used:
        yield Sentence(
            "hardly_used",
            {
                "agent": context.agent_ref(one.agent_type),
                "delegations": one.delegations,
                "defined": "yes" if one.defined else "no",
                "last": one.last_day,
            },
        )


def _tasks(context: Context, period: PeriodPatterns) -> tuple[Block, ...]:
    """Return a period's most used agents, each with what it was given."""
    rows = tuple(
        (
            context.agent(agent),
            count(number),
            share(number / period.delegations if period.delegations else None),
            text(_sample(context, period, agent)),
        )
        for agent, number in list(period.agent_distribution.items())[:TOP_AGENTS]
    )
    summary = Sentence("fold_tasks", {"period": context.show.name(period.name), "delegations": period.delegations})
    return (Fold(summary, (Table("tasks", rows, shown=TOP_AGENTS),)),)


def _sample(context: Context, period: PeriodPatterns, agent: str) -> Quote | None:
    """Return the first sample task of an agent."""
    samples = period.samples.get(agent, [])
    return context.task(samples[0].tool_use_id) if samples else None

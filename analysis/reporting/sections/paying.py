"""Does it pay: break-even shares by agent, what runs read before they work, and the models asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Bullets, Cell, Heading, Paragraph, Ref, Sentence, Table, Value
from analysis.reporting.context import (
    count_cell,
    money_cell,
    rate_cell,
    share_cell,
    text_cell,
    tokens_cell,
    word_cell,
)
from analysis.reporting.evidence import pin_key
from common.measures.claims import FEW, Claim, may_be_said
from common.records.paying import PAY_CLASSES
from common.records.sessions import NOT_RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics
    from common.records.paying import ModelPin, OtherPrice, Paying

SHOWN = 15


def paying_blocks(context: Context) -> tuple[Block, ...]:
    """Return whether delegations pay, by agent, and the models that were asked for."""
    metrics = context.inputs.results.metrics
    agents = [agent for agent in metrics.agents if _known(agent.paying) or agent.paying.first_context is not None]
    blocks: tuple[Block, ...] = (Paragraph((Sentence("no_paying"),)),)
    if agents:
        said = tuple(_agent_sentences(context, agents))
        blocks = (Paragraph((_lead(context),)), *((Bullets(said),) if said else ()), _table(context, agents))
    if metrics.model_pins:
        heading = Heading(Sentence("head_model_pins"), "model-pins")
        blocks += (heading, Paragraph((_pins_lead(metrics.model_pins),)), _pins(context, metrics.model_pins))
    return blocks


def _known(paying: Paying) -> int:
    """Return the number of delegations whose break-even share is known."""
    return paying.certain + paying.open + paying.certainly_not


def _lead(context: Context) -> Sentence:
    paying = context.inputs.results.metrics.totals.paying
    values: dict[str, Value] = {"unknown": paying.unknown}
    for kind in PAY_CLASSES:
        count = getattr(paying, kind)
        values[kind] = Ref(count, context.groups.target(f"pays_{kind}")) if count else None
    return Sentence("paying_lead", values)


def _agent_sentences(context: Context, agents: Sequence[AgentMetrics]) -> Iterator[Sentence]:
    """Yield the median break-even share of the agents of which it may be said."""
    for agent in agents:
        known = _known(agent.paying)
        named = agent.agent_type != NOT_RECORDED
        if agent.paying.break_even is not None and named and may_be_said(Claim(judged=known, count=known)):
            name = context.agent_ref(agent.agent_type)
            if agent.paying.break_even <= 1:
                yield Sentence("pays_unless", {"agent": name, "share": agent.paying.break_even, "known": known})
            else:
                yield Sentence("pays_never", {"agent": name, "known": known})


def _table(context: Context, agents: Sequence[AgentMetrics]) -> Table:
    """Return one row per agent; those with few known delegations are faint."""
    rows = tuple(
        (
            context.agent(agent.agent_type),
            *(
                count_cell(getattr(agent.paying, kind), context.groups.target(f"pays_{kind}", agent.agent_type))
                for kind in PAY_CLASSES
            ),
            count_cell(agent.paying.unknown),
            share_cell(agent.paying.break_even),
            tokens_cell(agent.paying.first_context),
            share_cell(agent.paying.cold_start),
            rate_cell(agent.paying.files_read_twice if agent.paying.files_read_twice.total else None),
        )
        for agent in agents
    )
    faint = frozenset(index for index, agent in enumerate(agents) if _known(agent.paying) < FEW)
    return Table("paying", rows, faint=faint, shown=SHOWN)


def _pins_lead(pins: Sequence[ModelPin]) -> Sentence:
    values = {
        "delegations": sum(pin.delegations for pin in pins),
        "asked": sum(pin.delegations for pin in pins if pin.asked is not None),
        "other": sum(pin.delegations for pin in pins if pin.as_asked == "no"),
        "priced": sum(pin.asked_price.delegations + pin.parent_price.delegations for pin in pins),
    }
    return Sentence("model_pins_lead", values)


def _pins(context: Context, pins: Sequence[ModelPin]) -> Table:
    """Return one row per agent, model that ran and model asked for; money is the difference to what ran."""
    rows = tuple(
        (
            context.agent(pin.agent_type),
            text_cell(context.masking.name(pin.model)),
            text_cell(context.masking.name(pin.asked) if pin.asked is not None else None),
            word_cell(pin.asked_by),
            word_cell(pin.as_asked),
            count_cell(pin.delegations, context.groups.target(*pin_key(pin))),  # without one, the agent's name leads
            money_cell(pin.cost.estimated if pin.cost.messages else None),
            _difference(pin.asked_price),
            _difference(pin.parent_price),
        )
        for pin in pins
    )
    return Table("model_pins", rows, shown=SHOWN)


def _difference(price: OtherPrice) -> Cell:
    """Return what the same tokens would have cost more on the other model; nothing where it has no price."""
    return money_cell(price.other - price.actual if price.delegations else None)

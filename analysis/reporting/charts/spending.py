"""The chart of costs: dollars by agent, split by model."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Cell, Chart, Sentence, Table
from analysis.reporting.charts.canvas import AGENTS, ROW, Axis, bars, draw, labels
from analysis.reporting.charts.palette import MODELS
from analysis.reporting.context import money_cell
from common.measures.rates import UNKNOWN_NAME
from common.text.formatting import format_money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.reporting.charts.canvas import Layer
    from analysis.reporting.context import Context


def costs(context: Context, _words: Mapping[str, str]) -> Chart | None:
    """Return the runs' cost by agent, split by the model that most of the run's messages bear."""
    spent = _spent(context)
    by_agent = _summed((agent, dollars) for (agent, _), dollars in spent.items())
    models = list(_summed((model, dollars) for (_, model), dollars in spent.items()))
    if not spent:
        return None
    agents = list(by_agent)[:AGENTS]
    top = max(by_agent.values())
    ends = [(by_agent[agent] + top * 0.01, -float(index)) for index, agent in enumerate(agents)]
    amounts = [format_money(by_agent[agent]) for agent in agents]
    layers = [_bars(spent, agents, models), labels(ends, amounts, "soft")]
    names = [context.masking.name(agent).text for agent in agents]
    y = Axis(-len(agents) + 0.4, 0.6, [-float(index) for index in range(len(agents))], names)
    svg = draw("costs", layers, Axis(0, top * 1.12), y, ROW * (len(agents) + 0.6))
    whole = fsum(by_agent.values())
    finding = Sentence("chart_costs", {"cost": whole})
    legend = tuple((colour, context.masking.name(name)) for name, colour in zip(models, MODELS, strict=False))
    rows = tuple(
        (
            context.agent(agent),
            Cell(context.masking.name(model)),
            money_cell(dollars, context.groups.target("cost", agent, model)),
        )
        for (agent, model), dollars in sorted(spent.items(), key=lambda item: (-item[1], item[0]))
    )
    return Chart("costs", finding, Sentence("desc_costs"), svg, legend, Table("chart_costs", rows))


def _spent(context: Context) -> dict[tuple[str, str], float]:
    """Return dollars by (agent, model)."""
    spent: dict[tuple[str, str], float] = {}
    for numbered in context.inputs.delegations:
        if numbered.cost:
            key = (numbered.delegation.agent_type, numbered.delegation.model or UNKNOWN_NAME)
            spent[key] = spent.get(key, 0.0) + numbered.cost
    return spent


def _summed(parts: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return the sum by name, largest first, ties by name."""
    sums: dict[str, float] = {}
    for name, dollars in parts:
        sums[name] = sums.get(name, 0.0) + dollars
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _bars(spent: Mapping[tuple[str, str], float], agents: list[str], models: list[str]) -> Layer:
    """Return one bar for each model of each agent; the models after the last colour share it."""
    spans: list[tuple[float, float]] = []
    rows: list[float] = []
    colours: list[str] = []
    for index, agent in enumerate(agents):
        start = 0.0
        for place, model in enumerate(models):
            if dollars := spent.get((agent, model), 0.0):
                spans.append((start, start + dollars))
                rows.append(-float(index))
                colours.append(MODELS[min(place, len(MODELS) - 1)])
            start += dollars
    return bars(spans, rows, colours)

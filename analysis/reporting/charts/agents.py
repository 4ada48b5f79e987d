"""Charts of agents: use and outcome, use by week, cost by model, time and tokens as distributions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Cell, Chart, Sentence, Table, Value
from analysis.reporting.charts.canvas import AGENTS, ROW, Axis, bars, draw, labels, lines, points
from analysis.reporting.charts.palette import HEAT, SIGN_BY_STANDING
from analysis.reporting.context import count_cell, money_cell, rate_cell
from analysis.reporting.evidence import monday
from common.measures.claims import FEW, may_be_said, spread_claim
from common.records.sessions import NOT_RECORDED, STANDINGS
from common.text.formatting import NO_DATA, format_count, format_money, format_share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.reporting.charts.canvas import Layer
    from analysis.reporting.context import Context
    from common.records.metrics import AgentMetrics

WEEKS = 26
BARS_END, RATE_START, RATE_END, RATE_TEXT, COST = 44.0, 53.0, 74.0, 75.5, 100.0
LEAST = 3
TICKS = 8
DARK = 3  # from this shade on, numbers are light


def overview(context: Context, words: Mapping[str, str]) -> Chart | None:
    """Return agents as rows: delegations split by outcome, success with its interval, cost."""
    agents = context.inputs.results.metrics.agents[:AGENTS]
    if not agents:
        return None
    top = max(agent.delegations for agent in agents)
    scale = BARS_END / top
    rows = [-float(index) for index in range(len(agents))]
    layers = [*_overview_frame(words, len(agents)), *_outcome_bars(agents, rows, scale), *_rates(agents, rows)]
    ends = [(agent.delegations * scale + 0.8, row) for agent, row in zip(agents, rows, strict=True)]
    layers.append(labels(ends, [format_count(agent.delegations) for agent in agents], "soft"))
    costs = [format_money(agent.cost.estimated) if agent.with_run else NO_DATA for agent in agents]
    layers.append(labels([(COST, row) for row in rows], costs, align=1))
    y = Axis(-len(agents) + 0.4, 1.4, rows, [context.masking.name(agent.agent_type).text for agent in agents])
    svg = draw("overview", layers, Axis(0, COST), y, ROW * (len(agents) + 1.8))
    finding = _overview_finding(context, agents)
    legend = tuple((name, f"{SIGN_BY_STANDING[name]} {words[name]}") for name in STANDINGS)
    return Chart("overview", finding, Sentence("desc_overview"), svg, legend, _outcome_table(context, agents))


def _overview_finding(context: Context, agents: Sequence[AgentMetrics]) -> Sentence:
    """Return from where to where success runs, if the two ends differ beyond chance."""
    known = sorted(
        (agent for agent in agents if agent.success.total >= FEW and agent.agent_type != NOT_RECORDED),
        key=lambda agent: agent.success.hits / agent.success.total,
    )
    ends = spread_claim([agent.success for agent in known])
    if not may_be_said(ends):
        return Sentence("chart_overview")
    worst, best = known[0], known[-1]
    values: dict[str, Value] = {"worst": context.masking.name(worst.agent_type), "low": worst.success}
    return Sentence("chart_range", values | {"best": context.masking.name(best.agent_type), "high": best.success})


def _overview_frame(words: Mapping[str, str], rows: int) -> list[Layer]:
    """Return the heads of the three parts, and the hairlines at nothing, half and all."""
    span = RATE_END - RATE_START
    places = [RATE_START, RATE_START + span / 2, RATE_END]
    return [
        lines([(x, -rows + 0.5) for x in places], [(x, 0.6) for x in places], "line", 0.4),
        labels([(0, 1.0), (RATE_START, 1.0)], [words["delegations"], words["success"]], "soft"),
        labels([(COST, 1.0)], [words["cost"]], "soft", align=1),
    ]


def _outcome_bars(agents: Sequence[AgentMetrics], rows: Sequence[float], scale: float) -> list[Layer]:
    """Return one bar for each outcome class of each agent."""
    spans, places, colours = [], [], []
    for agent, row in zip(agents, rows, strict=True):
        start = 0.0
        for name in STANDINGS:
            number = agent.standings[name]
            if number:
                spans.append((start * scale, (start + number) * scale))
                places.append(row)
                colours.append(name)
            start += number
    return [bars(spans, places, colours)]


def _rates(agents: Sequence[AgentMetrics], rows: Sequence[float]) -> list[Layer]:
    """Return success with its interval; faint where there are few cases."""
    span = RATE_END - RATE_START
    layers: list[Layer] = []
    for colour, few in (("ink", False), ("faint", True)):
        found = [
            (agent.success, row)
            for agent, row in zip(agents, rows, strict=True)
            if agent.success.total and (agent.success.total < FEW) == few
        ]
        if not found:
            continue
        low = [(RATE_START + span * (rate.low or 0), row) for rate, row in found]
        high = [(RATE_START + span * (rate.high or 0), row) for rate, row in found]
        middle = [(RATE_START + span * rate.hits / rate.total, row) for rate, row in found]
        layers += [lines(low, high, colour, 0.6), points(middle, colour, 2.6)]
        shown = [f"{format_share(rate.hits / rate.total)} of {format_count(rate.total)}" for rate, _ in found]
        layers.append(labels([(RATE_TEXT, row) for _, row in found], shown, colour))
    return layers


def _outcome_table(context: Context, agents: Sequence[AgentMetrics]) -> Table:
    """Return the numbers behind the chart."""
    rows = tuple(
        (
            context.agent(agent.agent_type),
            *(count_cell(agent.standings[name]) for name in STANDINGS),
            rate_cell(agent.success),
            money_cell(agent.cost.estimated if agent.with_run else None),
        )
        for agent in agents
    )
    return Table("chart_overview", rows, shown=AGENTS)


def weeks(context: Context, _words: Mapping[str, str]) -> Chart | None:
    """Return agents by weeks: how many delegations, by shade."""
    counts = _counts_by_week(context)
    found = sorted({week for _, week in counts})[-WEEKS:]
    agents = [agent.agent_type for agent in context.inputs.results.metrics.agents[:AGENTS]]
    if len(found) < LEAST or not agents:
        return None
    by_week = {week: sum(number for (_, begin), number in counts.items() if begin == week) for week in found}
    cells = [(x, -y, counts[agent, week]) for y, agent in enumerate(agents) for x, week in enumerate(found)]
    shown = [cell for cell in cells if cell[2]]
    ticks = list(range(0, len(found), max(1, len(found) // TICKS)))
    names = [context.masking.name(agent).text for agent in agents]
    y = Axis(-len(agents) + 0.4, 0.6, [-float(index) for index in range(len(agents))], names)
    x = Axis(-0.6, len(found) - 0.4, ticks, [found[tick][5:] for tick in ticks])
    svg = draw("weeks", _week_layers(shown), x, y, ROW * (len(agents) + 1.6))
    busiest = max(found, key=lambda week: by_week[week])
    finding = Sentence("chart_weeks", {"week": busiest, "delegations": by_week[busiest]})
    rows = tuple((Cell(week), count_cell(by_week[week], context.groups.target("week", week))) for week in found)
    table = Table("chart_weeks", rows, shown=WEEKS)
    return Chart("weeks", finding, Sentence("desc_weeks"), svg, (), table)


def _counts_by_week(context: Context) -> Counter[tuple[str, str]]:
    """Return delegations by (agent, Monday of the week)."""
    return Counter(
        (numbered.delegation.agent_type, monday(numbered.moment.date()))
        for numbered in context.inputs.delegations
        if numbered.moment is not None
    )


def _week_layers(cells: Sequence[tuple[int, int, int]]) -> list[Layer]:
    """Return a shaded cell with its number for each agent and week, light numbers on dark shades."""
    top = max(number for *_, number in cells)
    shade = [min(len(HEAT) - 1, number * len(HEAT) // (top + 1)) for *_, number in cells]
    spans = [(x - 0.46, x + 0.46) for x, _, _ in cells]
    layers = [bars(spans, [float(y) for _, y, _ in cells], [HEAT[index] for index in shade], 0.88)]
    for colour, dark in (("ink", False), ("paper", True)):
        part = [cell for cell, index in zip(cells, shade, strict=True) if (index >= DARK) == dark]
        if part:
            layers.append(labels([(x, y) for x, y, _ in part], [format_count(n) for *_, n in part], colour, 0.5))
    return layers

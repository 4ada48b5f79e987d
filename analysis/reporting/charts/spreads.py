"""Charts of distributions by agent: time and tokens, never a mean alone."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, NamedTuple

from analysis.reporting.blocks import Cell, Chart, Sentence, Table
from analysis.reporting.charts.canvas import AGENTS, ROW, Axis, draw, lines, points
from analysis.reporting.context import count_cell, duration_cell, tokens_cell
from common.measures.rates import CUT_OFF
from common.measures.statistics import quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.reporting.charts.canvas import Layer
    from analysis.reporting.context import Context
    from analysis.reporting.inputs import Numbered

LEAST = 3
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
SMALLEST = 1e-3
TIMES = (
    *((1, "1 s"), (3, "3 s"), (10, "10 s"), (30, "30 s"), (60, "1 min"), (180, "3 min"), (600, "10 min")),
    *((1800, "30 min"), (3600, "1 h"), (10800, "3 h"), (36000, "10 h"), (86400, "1 d")),
)
TOKENS = (
    *((10, "10"), (30, "30"), (100, "100"), (300, "300"), (1e3, "1 k"), (3e3, "3 k"), (1e4, "10 k")),
    *((3e4, "30 k"), (1e5, "100 k"), (3e5, "300 k"), (1e6, "1 M"), (1e7, "10 M")),
)


class Measured(NamedTuple):
    """A measure of delegations: its name, kind of group, value if known, marks of the scale, form of a cell."""

    name: str
    kind: str
    value: Callable[[Numbered], float | None]
    marks: Sequence[tuple[float, str]]
    cell: Callable[[float | None], Cell]


class Spread(NamedTuple):
    """The values of one agent at `SHARES`, and how many there are."""

    agent: str
    values: tuple[float, ...]
    known: int


def times(context: Context, _words: Mapping[str, str]) -> Chart | None:
    """Return the active time of delegations, by agent."""
    return _chart(context, Measured("times", "timed", _active, TIMES, duration_cell))


def used_tokens(context: Context, _words: Mapping[str, str]) -> Chart | None:
    """Return how many tokens of output runs wrote, by agent."""
    return _chart(context, Measured("tokens", "wrote", _output, TOKENS, tokens_cell))


def _active(numbered: Numbered) -> float | None:
    """Return the active time of a delegation that was not cut off."""
    return None if numbered.delegation.outcome in CUT_OFF else numbered.delegation.active_seconds


def _output(numbered: Numbered) -> float | None:
    """Return the estimated output of a delegation's run."""
    return numbered.delegation.run.tokens.output_estimated if numbered.delegation.run else None


def _chart(context: Context, measured: Measured) -> Chart | None:
    """Return the spreads on a logarithmic scale: tenth to ninetieth, middle half, median."""
    spreads = _spreads(context, measured)
    if not spreads:
        return None
    rows = [-float(index) for index in range(len(spreads))]
    logs = [[log10(max(number, SMALLEST)) for number in spread.values] for spread in spreads]
    low, high = min(spread[0] for spread in logs) - 0.1, max(spread[-1] for spread in logs) + 0.1
    ticks = [(log10(place), label) for place, label in measured.marks if low <= log10(place) <= high]
    x = Axis(low, high, [place for place, _ in ticks], [label for _, label in ticks])
    y = Axis(-len(spreads) + 0.4, 0.6, rows, [context.masking.name(spread.agent).text for spread in spreads])
    svg = draw(measured.name, _layers(logs, rows), x, y, ROW * (len(spreads) + 1.6), grid=True)
    finding = Sentence(f"chart_{measured.name}")
    table_rows = tuple(
        (
            context.agent(spread.agent),
            *(measured.cell(number) for number in spread.values),
            count_cell(spread.known, context.groups.target(measured.kind, spread.agent)),
        )
        for spread in spreads
    )
    table = Table(f"chart_{measured.name}", table_rows, shown=AGENTS)
    return Chart(measured.name, finding, Sentence("desc_spread"), svg, (), table)


def _spreads(context: Context, measured: Measured) -> list[Spread]:
    """Return the spread of each agent with enough values, most used first."""
    found: dict[str, list[float]] = {agent.agent_type: [] for agent in context.inputs.results.metrics.agents[:AGENTS]}
    for numbered in context.inputs.delegations:
        number = measured.value(numbered)
        if number and numbered.delegation.agent_type in found:
            found[numbered.delegation.agent_type].append(number)
    return [
        Spread(agent, tuple(quantile(values, share) or 0.0 for share in SHARES), len(values))
        for agent, values in found.items()
        if len(values) >= LEAST
    ]


def _layers(logs: Sequence[Sequence[float]], rows: Sequence[float]) -> list[Layer]:
    """Return a thin line, a thick line and a point for each spread."""

    def at(index: int) -> list[tuple[float, float]]:
        return [(spread[index], row) for spread, row in zip(logs, rows, strict=True)]

    return [lines(at(0), at(4), "faint", 0.6), lines(at(1), at(3), "soft", 2.4), points(at(2), "ink", 3)]

"""Charts of the flow of work: transitions as a matrix, success by place in the session."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analysis.reporting.charts.canvas import ROW, Axis, bars, draw, labels, lines, points, slanted
from analysis.reporting.context import FEW
from analysis.reporting.groups import position_name
from analysis.reporting.sections.marathons import positions_table
from analysis.reporting.sections.transitions import transitions_table
from analysis.reporting.values import Chart, Sentence, Value
from common.measures.rates import share
from common.text import escaping, formatting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.reporting.charts.canvas import Layer
    from analysis.reporting.context import Context
    from common.records.base import Rate
    from common.records.shared import Transition

AGENTS = 12
HEADS, CELL = 3.4, 32


def transitions(context: Context, words: Mapping[str, str]) -> Chart | None:
    """Return which agent follows which: the number in each cell, shaded where chance does not explain it."""
    found = context.material.results.marathons.transitions
    uses: Counter[str] = Counter()
    for one in found:
        uses[one.source] += one.count
        uses[one.target] += one.count
    agents = [name for name, _ in uses.most_common(AGENTS)]
    cells = [one for one in found if one.source in agents and one.target in agents]
    if not cells:
        return None
    place = {name: index for index, name in enumerate(agents)}
    colours = [
        "heat-c"
        if one.low is not None and one.low > 1
        else "line"
        if one.high is not None and one.high < 1
        else "heat-a"
        for one in cells
    ]
    x = [float(place[one.target]) for one in cells]
    y = [-float(place[one.source]) for one in cells]
    names = [context.show.name(name).text for name in agents]
    layers = [
        bars([(at - 0.47, at + 0.47) for at in x], y, colours, 0.9),
        *_numbers_of_cells(cells, x, y),
        slanted([(float(i), 0.6) for i in range(len(agents))], [escaping.shorten(name, 22) for name in names]),
    ]
    axis = Axis(-len(agents) + 0.4, HEADS, [-float(i) for i in range(len(agents))], names)
    svg = draw("transitions", layers, Axis(-0.6, len(agents) + 1.4), axis, CELL * (len(agents) + HEADS))
    surprising = [one for one in cells if one.low is not None and one.low > 1]
    if surprising:
        most = max(surprising, key=lambda one: one.count)
        values: dict[str, Value] = {"source": context.show.name(most.source), "target": context.show.name(most.target)}
        finding = Sentence("chart_transitions", values | {"count": most.count, "lift": most.lift})
    else:
        finding = Sentence(
            "chart_transitions_none", {"transitions": context.material.results.marathons.transitions_total}
        )
    legend = (("heat-c", words["more"]), ("heat-a", words["chance"]), ("line", words["less"]))
    return Chart("transitions", finding, Sentence("desc_transitions"), svg, legend, transitions_table(context))


def _numbers_of_cells(cells: Sequence[Transition], x: Sequence[float], y: Sequence[float]) -> list[Layer]:
    """Return the count in each cell, and the lift beneath it where it has an interval."""
    places = [(at, row + 0.17 if one.low is not None else row) for one, at, row in zip(cells, x, y, strict=True)]
    lifts = [
        ((at, row - 0.24), f"×{formatting.decimal(one.lift)}")
        for one, at, row in zip(cells, x, y, strict=True)
        if one.low is not None
    ]
    layers = [labels(places, [formatting.count(one.count) for one in cells], "ink", 0.5, 11)]
    return [
        *layers,
        *([labels([at for at, _ in lifts], [shown for _, shown in lifts], "soft", 0.5, 9)] if lifts else []),
    ]


def positions(context: Context, _words: Mapping[str, str]) -> Chart | None:
    """Return success by the place of a delegation in its session."""
    found = [one for one in context.material.results.marathons.by_position if one.success.total]
    if not found:
        return None
    rows = [-float(index) for index in range(len(found))]
    names = [position_name(one) for one in found]
    svg = draw(
        "positions",
        _interval_layers([one.success for one in found], rows),
        Axis(-2, 112, [0, 25, 50, 75, 100], ["0 %", "25 %", "50 %", "75 %", "100 %"]),
        Axis(-len(found) + 0.4, 0.6, rows, names),
        ROW * (len(found) + 1.6),
        grid=True,
    )
    best = max(found, key=lambda one: one.success.hits / one.success.total)
    worst = min(found, key=lambda one: one.success.hits / one.success.total)
    same = share(best.success) == share(worst.success)
    values: dict[str, Value] = {"best": position_name(best), "high": best.success}
    values |= {"worst": position_name(worst), "low": worst.success}
    finding = Sentence("chart_positions_same" if same else "chart_positions", values)
    return Chart("positions", finding, Sentence("desc_positions"), svg, (), positions_table(context, found))


def _interval_layers(rates: Sequence[Rate], rows: Sequence[float]) -> list[Layer]:
    """Return rates in per cent with their intervals and samples."""
    layers: list[Layer] = []
    for colour, few in (("ink", False), ("faint", True)):
        found = [(one, y) for one, y in zip(rates, rows, strict=True) if one.total and (one.total < FEW) == few]
        if found:
            layers += [
                lines(
                    [((one.low or 0) * 100, y) for one, y in found],
                    [((one.high or 0) * 100, y) for one, y in found],
                    colour,
                    0.6,
                ),
                points([(one.hits / one.total * 100, y) for one, y in found], colour, 2.8),
                labels([(112, y) for _, y in found], [f"{one.hits} / {one.total}" for one, _ in found], colour, 1, 11),
            ]
    return layers

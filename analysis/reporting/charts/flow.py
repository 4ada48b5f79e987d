"""Charts of the flow of work: transitions as a matrix, success by place in the session."""

from __future__ import annotations

from collections import Counter
from math import erfc, log, sqrt
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Chart, Sentence, Value
from analysis.reporting.charts.canvas import ROW, Axis, bars, draw, labels, lines, points, slanted
from analysis.reporting.evidence import position_name
from analysis.reporting.sections.marathons import positions_table
from analysis.reporting.sections.transitions import transitions_table
from common.measures.claims import FEW, Claim, may_be_said, spread_claim
from common.measures.sequences import LIFT_COUNT
from common.measures.statistics import ALPHA, Z95, holm
from common.text import escaping
from common.text.formatting import format_count, format_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.reporting.charts.canvas import Layer
    from analysis.reporting.context import Context
    from common.records.base import Rate
    from common.records.marathons import PositionRate
    from common.records.shared import Transition

AGENTS = 12
HEADS, CELL = 3.4, 32


def transitions(context: Context, words: Mapping[str, str]) -> Chart | None:
    """Return which agent follows which: the number in each cell, shaded where chance does not explain it."""
    found = context.inputs.results.marathons.transitions
    uses: Counter[str] = Counter()
    for transition in found:
        uses[transition.source] += transition.count
        uses[transition.target] += transition.count
    agents = [name for name, _ in uses.most_common(AGENTS)]
    cells = [transition for transition in found if transition.source in agents and transition.target in agents]
    if not cells:
        return None
    place = {name: index for index, name in enumerate(agents)}
    colours = [
        "heat-c"
        if transition.low is not None and transition.low > 1
        else "line"
        if transition.high is not None and transition.high < 1
        else "heat-a"
        for transition in cells
    ]
    x = [float(place[transition.target]) for transition in cells]
    y = [-float(place[transition.source]) for transition in cells]
    names = [context.masking.name(name).text for name in agents]
    layers = [
        bars([(at - 0.47, at + 0.47) for at in x], y, colours, 0.9),
        *_numbers_of_cells(cells, x, y),
        slanted([(float(i), 0.6) for i in range(len(agents))], [escaping.shorten(name, 22) for name in names]),
    ]
    axis = Axis(-len(agents) + 0.4, HEADS, [-float(i) for i in range(len(agents))], names)
    svg = draw("transitions", layers, Axis(-0.6, len(agents) + 1.4), axis, CELL * (len(agents) + HEADS))
    surprising = beyond_chance(found)
    most = max(surprising, key=lambda transition: transition.count, default=None)
    if most is not None and may_be_said(Claim(most.count, most.count, least=LIFT_COUNT)):
        values: dict[str, Value] = {
            "source": context.masking.name(most.source),
            "target": context.masking.name(most.target),
        }
        finding = Sentence("chart_transitions", values | {"count": most.count, "lift": most.lift})
    else:
        finding = Sentence(
            "chart_transitions_none", {"transitions": context.inputs.results.marathons.transitions_total}
        )
    legend = (("heat-c", words["more"]), ("heat-a", words["chance"]), ("line", words["less"]))
    return Chart("transitions", finding, Sentence("desc_transitions"), svg, legend, transitions_table(context))


def _numbers_of_cells(cells: Sequence[Transition], x: Sequence[float], y: Sequence[float]) -> list[Layer]:
    """Return the count in each cell, and the lift below it where it has an interval."""
    places = [
        (at, row + 0.17 if transition.low is not None else row) for transition, at, row in zip(cells, x, y, strict=True)
    ]
    lifts = [
        ((at, row - 0.24), f"×{format_decimal(transition.lift)}")
        for transition, at, row in zip(cells, x, y, strict=True)
        if transition.low is not None
    ]
    layers = [labels(places, [format_count(transition.count) for transition in cells], "ink", 0.5, 11)]
    return [
        *layers,
        *([labels([at for at, _ in lifts], [shown for _, shown in lifts], "soft", 0.5, 9)] if lifts else []),
    ]


def beyond_chance(transitions: Sequence[Transition]) -> list[Transition]:
    """Return the transitions that are more frequent than chance, after Holm over all that have an interval."""
    tested = [transition for transition in transitions if transition.low and transition.high]
    ps = [_p(transition.lift, transition.low or 1, transition.high or 1) for transition in tested]
    return [transition for transition, p in zip(tested, holm(ps), strict=True) if p < ALPHA and transition.lift > 1]


def _p(lift: float, low: float, high: float) -> float:
    """Return the two-sided p of a lift of one, from its 95 % interval: log lift is treated as normal."""
    deviation = (log(high) - log(low)) / (2 * Z95)
    if deviation == 0:
        return 0.0
    return erfc(abs(log(lift)) / deviation / sqrt(2))


def positions(context: Context, _words: Mapping[str, str]) -> Chart | None:
    """Return success by the place of a delegation in its session."""
    found = [position for position in context.inputs.results.marathons.by_position if position.success.total]
    if not found:
        return None
    rows = [-float(index) for index in range(len(found))]
    names = [position_name(position) for position in found]
    svg = draw(
        "positions",
        _interval_layers([position.success for position in found], rows),
        Axis(-2, 112, [0, 25, 50, 75, 100], ["0 %", "25 %", "50 %", "75 %", "100 %"]),
        Axis(-len(found) + 0.4, 0.6, rows, names),
        ROW * (len(found) + 1.6),
        grid=True,
    )
    return Chart(
        "positions", _positions_finding(found), Sentence("desc_positions"), svg, (), positions_table(context, found)
    )


def _positions_finding(positions: Sequence[PositionRate]) -> Sentence:
    """Return at which place success is highest and lowest, if the two differ beyond chance."""
    known = sorted(
        (position for position in positions if position.success.total >= FEW),
        key=lambda position: position.success.hits / position.success.total,
    )
    if not may_be_said(spread_claim([position.success for position in known])):
        return Sentence("chart_positions_same")
    worst, best = known[0], known[-1]
    values: dict[str, Value] = {"best": position_name(best), "high": best.success}
    return Sentence("chart_positions", values | {"worst": position_name(worst), "low": worst.success})


def _interval_layers(rates: Sequence[Rate], rows: Sequence[float]) -> list[Layer]:
    """Return rates in per cent with their intervals and samples."""
    layers: list[Layer] = []
    for colour, few in (("ink", False), ("faint", True)):
        found = [(rate, y) for rate, y in zip(rates, rows, strict=True) if rate.total and (rate.total < FEW) == few]
        if found:
            layers += [
                lines(
                    [((rate.low or 0) * 100, y) for rate, y in found],
                    [((rate.high or 0) * 100, y) for rate, y in found],
                    colour,
                    0.6,
                ),
                points([(rate.hits / rate.total * 100, y) for rate, y in found], colour, 2.8),
                labels(
                    [(112, y) for _, y in found], [f"{rate.hits} / {rate.total}" for rate, _ in found], colour, 1, 11
                ),
            ]
    return layers

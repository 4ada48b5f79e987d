"""The periods side by side: small multiples, each from nothing to its own end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.charts.canvas import ROW, Axis, draw, labels, lines, points
from analysis.reporting.sections.periods import periods_table
from analysis.reporting.values import Chart, Sentence
from common.measures.rates import rate
from common.text.formatting import decimal, money, share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.reporting.charts.canvas import Layer
    from analysis.reporting.context import Context
    from common.records.base import Rate
    from common.records.segmentation import PeriodSegment

PANEL = 15.0
STARTS = (0, 27, 54, 81)
Mark = tuple[float, float, float, str]


def periods(context: Context, words: Mapping[str, str]) -> Chart | None:
    """Return the periods side by side: success, marathons, delegations a session, cost of a delegation."""
    found = [one for one in context.material.segmentation.periods if one.delegations]
    if len(found) < 2:  # noqa: PLR2004 - one has nothing beside it
        return None
    rows = [-float(index) for index in range(len(found))]
    layers: list[Layer] = [
        *_panel(STARTS[0], words["success"], [_of_rate(one.success) for one in found], rows),
        *_panel(
            STARTS[1],
            words["marathons"],
            [_of_rate(rate(one.heavy_sessions, one.sessions_with_delegations)) for one in found],
            rows,
        ),
        *_panel(STARTS[2], words["each_session"], _scaled([_per_session(one) for one in found], decimal), rows),
        *_panel(STARTS[3], words["cost_each"], _scaled([one.cost_per_delegation for one in found], money), rows),
    ]
    names = [context.show.name(one.name).text for one in found]
    axis = Axis(-len(found) + 0.4, 1.5, rows, names)
    svg = draw("periods", layers, Axis(-1, 104), axis, ROW * 1.3 * (len(found) + 1.4))
    claims = sum(measure.claimed for one in context.material.segmentation.comparisons for measure in one.measures)
    finding = Sentence("chart_periods" if claims else "chart_periods_none", {"periods": len(found), "claims": claims})
    return Chart("periods", finding, Sentence("desc_periods"), svg, (), periods_table(context))


def _of_rate(one: Rate) -> Mark | None:
    """Return (low, value, high) of one, and the value in words."""
    if not one.total:
        return None
    return (one.low or 0, one.hits / one.total, one.high or 0, share(one.hits / one.total))


def _per_session(one: PeriodSegment) -> float | None:
    """Return delegations a session."""
    return one.delegations / one.sessions if one.sessions else None


def _scaled(values: Sequence[float | None], write: Callable[[float | None], str]) -> list[Mark | None]:
    """Return values as parts of the largest."""
    top = max((value for value in values if value is not None), default=0) or 1
    return [None if value is None else (value / top, value / top, value / top, write(value)) for value in values]


def _panel(start: float, title: str, marks: Sequence[Mark | None], rows: Sequence[float]) -> list[Layer]:
    """Return one of the small multiples, from nothing to all (or the largest)."""
    width = PANEL
    found = [(mark, y) for mark, y in zip(marks, rows, strict=True) if mark is not None]
    bottom = min(rows) - 0.5
    layers: list[Layer] = [
        labels([(start, 1.0)], [title], "soft", 0, 11),
        lines([(start, bottom), (start + width, bottom)], [(start, 0.6), (start + width, 0.6)], "line", 0.4),
    ]
    if found:
        layers += [
            lines(
                [(start + mark[0] * width, y) for mark, y in found],
                [(start + mark[2] * width, y) for mark, y in found],
                "ink",
                0.6,
            ),
            points([(start + mark[1] * width, y) for mark, y in found], "ink", 2.8),
            labels([(start + width + 1, y) for _, y in found], [mark[3] for mark, _ in found], "ink", 0, 11),
        ]
    return layers

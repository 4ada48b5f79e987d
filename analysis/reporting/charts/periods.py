"""The periods side by side: small multiples, each from nothing to its own end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Chart, Sentence
from analysis.reporting.charts.canvas import ROW, Axis, draw, labels, lines, points
from analysis.reporting.sections.periods import periods_table
from common.measures.rates import rate
from common.text.formatting import format_decimal, format_money, format_share

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
    """Return the periods side by side: success, marathons, delegations per session, cost per delegation."""
    found = [period for period in context.inputs.segmentation.periods if period.delegations]
    if len(found) < 2:  # noqa: PLR2004 - one has nothing to compare with
        return None
    rows = [-float(index) for index in range(len(found))]
    layers: list[Layer] = [
        *_panel(STARTS[0], words["success"], [_of_rate(period.success) for period in found], rows),
        *_panel(
            STARTS[1],
            words["marathons"],
            [_of_rate(rate(period.heavy_sessions, period.sessions_with_delegations)) for period in found],
            rows,
        ),
        *_panel(
            STARTS[2], words["each_session"], _scaled([_per_session(period) for period in found], format_decimal), rows
        ),
        *_panel(
            STARTS[3], words["cost_each"], _scaled([period.cost_per_delegation for period in found], format_money), rows
        ),
    ]
    names = [context.masking.name(period.name).text for period in found]
    axis = Axis(-len(found) + 0.4, 1.5, rows, names)
    svg = draw("periods", layers, Axis(-1, 104), axis, ROW * 1.3 * (len(found) + 1.4))
    claims = sum(measure.claimed for period in context.inputs.segmentation.comparisons for measure in period.measures)
    finding = Sentence("chart_periods" if claims else "chart_periods_none", {"periods": len(found), "claims": claims})
    return Chart("periods", finding, Sentence("desc_periods"), svg, (), periods_table(context))


def _of_rate(rate: Rate) -> Mark | None:
    """Return (low, value, high) of one, and the value in words."""
    if not rate.total:
        return None
    return (rate.low or 0, rate.hits / rate.total, rate.high or 0, format_share(rate.hits / rate.total))


def _per_session(period: PeriodSegment) -> float | None:
    """Return delegations per session."""
    return period.delegations / period.sessions if period.sessions else None


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

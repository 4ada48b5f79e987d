"""The timeline of a session: one bar per delegation, by agent, parallel ones below each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Cell, Chart, Sentence, Table, Value
from analysis.reporting.charts.canvas import Axis, bars, draw, points
from analysis.reporting.charts.palette import SHAPE_BY_STANDING, SIGN_BY_STANDING
from analysis.reporting.context import count_cell, duration_cell, word_cell
from common.measures.success import standing
from common.records.sessions import STANDINGS
from common.text.formatting import format_duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.reporting.charts.canvas import Layer
    from analysis.reporting.context import Context
    from analysis.reporting.inputs import Numbered

LANES = 40
SIGN_GAP = 0.009
LEAST_MINUTES = 0.2
LANE, TALLEST = 18.0, 620.0
STEPS = (0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 240, 480, 1440, 2880, 10080)


def timeline(context: Context, session_id: str, words: Mapping[str, str]) -> Chart | None:
    """Return a session in time; None where no call has a time, or where there are too many lanes to draw."""
    found = [
        numbered
        for numbered in context.inputs.delegations
        if numbered.session.session_id == session_id and numbered.moment
    ]
    if not found:
        return None
    spans = _spans(found)
    lanes = _lanes(found, spans)
    row = {lane: -float(index) for index, lane in enumerate(sorted(set(lanes.values())))}
    if len(row) > LANES:
        return None
    order = list(dict.fromkeys(numbered.delegation.agent_type for numbered in found))
    names = [context.masking.name(order[agent]).text if not lane else "" for agent, lane in row]
    end = max(high for _, high in spans.values())
    number = context.masking.number_by_session[session_id]
    svg = draw(
        f"timeline-{number}",
        _layers(found, spans, {number: row[lane] for number, lane in lanes.items()}),
        _time_axis(end),
        Axis(min(row.values()) - 0.6, 0.6, list(row.values()), names),
        min(TALLEST, LANE * (len(row) + 2.2)),
        grid=True,
    )
    values: dict[str, Value] = {
        "session": context.masking.session(session_id),
        "delegations": len(found),
        "seconds": end * 60,
    }
    legend = tuple((name, f"{SIGN_BY_STANDING[name]} {words[name]}") for name in STANDINGS)
    table = _table(context, found)
    return Chart(
        f"timeline-{number}", Sentence("chart_timeline", values), Sentence("desc_timeline"), svg, legend, table
    )


def _table(context: Context, found: Sequence[Numbered]) -> Table:
    """Return the delegations of a session with when each began and how long it took."""
    rows = tuple(
        (
            count_cell(numbered.number, f"d{numbered.number}"),
            context.agent(numbered.delegation.agent_type),
            Cell(numbered.moment.strftime("%Y-%m-%d %H:%M") if numbered.moment else None),
            duration_cell(numbered.delegation.duration_seconds),
            word_cell(numbered.delegation.outcome),
        )
        for numbered in found
    )
    return Table("chart_timeline", rows)


def _spans(found: Sequence[Numbered]) -> dict[int, tuple[float, float]]:
    """Return (begin, end) of each delegation in minutes since the first; one without a duration is a mark."""
    starts = {numbered.number: numbered.moment.timestamp() / 60 for numbered in found if numbered.moment}
    first = min(starts.values())
    return {
        numbered.number: (
            starts[numbered.number] - first,
            starts[numbered.number] - first + max((numbered.delegation.duration_seconds or 0) / 60, LEAST_MINUTES),
        )
        for numbered in found
    }


def _time_axis(end: float) -> Axis:
    """Return an axis of minutes with marks that read well."""
    step = next((step for step in STEPS if step >= end / 6), STEPS[-1] * (1 + end // (6 * STEPS[-1])))
    ticks = [step * index for index in range(int(end / step) + 1)]
    return Axis(-end * 0.01, end * 1.03, ticks, [format_duration(tick * 60) if tick else "0" for tick in ticks])


def _lanes(found: Sequence[Numbered], spans: Mapping[int, tuple[float, float]]) -> dict[int, tuple[int, int]]:
    """Return (agent in order of first call, lane) of each delegation; those that overlap have lanes of their own."""
    order = list(dict.fromkeys(numbered.delegation.agent_type for numbered in found))
    ends: dict[tuple[int, int], float] = {}
    lanes: dict[int, tuple[int, int]] = {}
    for numbered in sorted(found, key=lambda numbered: spans[numbered.number]):
        agent, lane = order.index(numbered.delegation.agent_type), 0
        while ends.get((agent, lane), float("-inf")) > spans[numbered.number][0]:
            lane += 1
        ends[agent, lane] = spans[numbered.number][1]
        lanes[numbered.number] = (agent, lane)
    return lanes


def _layers(
    found: Sequence[Numbered], spans: Mapping[int, tuple[float, float]], row: Mapping[int, float]
) -> list[Layer]:
    """Return the bars, with the sign of the outcome at the end of each."""
    classes = {numbered.number: standing(numbered.delegation) for numbered in found}
    numbers = [numbered.number for numbered in found]
    gap = max(high for _, high in spans.values()) * SIGN_GAP
    layers = [bars([spans[n] for n in numbers], [row[n] for n in numbers], [classes[n] for n in numbers], 0.5)]
    for name in STANDINGS:
        places = [(spans[n][1] + gap, row[n]) for n in numbers if classes[n] == name]
        if places:
            layers.append(points(places, name, 2.2, SHAPE_BY_STANDING[name]))
    return layers

"""Material for strategies, made from sessions by the scripts' own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import classify_marathons, extract_routing_patterns, segment_data
from common import schema
from common.agents import periods
from common.agents.definitions import AgentFile
from common.agents.periods import PeriodSettings
from common.measures import prices
from common.records.marathons import MarathonClassification
from common.routing.rules import load_rules
from common.strategy import Material
from common.times import Calendar
from tests.builders.records import enriched, full

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from common.records.sessions import EnrichedSession, UnlinkedRun
    from common.records.tokens import DayTokens
    from common.routing.rules import RoutingRules


def material(
    *sessions: EnrichedSession,
    unlinked: Sequence[UnlinkedRun] = (),
    elsewhere: dict[str, list[DayTokens]] | None = None,
    defined: Mapping[str, str] | None = None,
    pinned: Mapping[str, str] | None = None,
    given: str | None = None,
    marathon_over: int = 20,
    rules: RoutingRules | None = None,
) -> Material:
    calendar = Calendar("UTC")
    data, whole = enriched(*sessions, unlinked=unlinked, elsewhere=elsewhere), full(*sessions, unlinked=unlinked)
    found, _ = periods.find_periods(whole.sessions, PeriodSettings(calendar, 1, given, ()))
    table = prices.load_prices()
    marathons = classify_marathons.classify(data.sessions, marathon_over, calendar)
    definitions = [agent_file(name, description) for name, description in (defined or {}).items()]
    definitions += [agent_file(name, model=model) for name, model in (pinned or {}).items()]
    return Material(
        enriched=data,
        patterns=extract_routing_patterns.describe_routing(data.sessions, found, calendar, data.filters, definitions),
        marathons=MarathonClassification(
            **schema.envelope(MarathonClassification),
            filters=data.filters,
            marathon_over=marathon_over,
            summary=classify_marathons.count_classes(marathons),
            marathons=marathons,
        ),
        segmentation=segment_data.segment(whole, found, calendar, marathon_over, table),
        definitions=definitions,
        calendar=calendar,
        marathon_over=marathon_over,
        prices=table,
        rules=rules or load_rules(),
    )


def agent_file(name: str, description: str = "", model: str | None = None) -> AgentFile:
    return AgentFile(name=name, description=description or None, model=model, tools=None, body="", file=f"{name}.md")

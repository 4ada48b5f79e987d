"""Inputs of a report: the results and the files they depend on, with number, day and cost of each delegation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import msgspec

from analysis.reporting.results import Results, load_results
from common.projects import ProjectName, project_name
from common.records.extraction import Diagnostic
from common.times import local_time, zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from common.data_repository import DataRepository
    from common.measures.prices import PriceTable
    from common.records.extraction import EnrichedSessions
    from common.records.marathons import MarathonClassification
    from common.records.patterns import RoutingPatterns
    from common.records.segmentation import SegmentationReport
    from common.records.sessions import EnrichedDelegation, EnrichedSession


@dataclass(frozen=True, slots=True)
class Numbered:
    """A delegation as the report knows it.

    `number` counts from 1 in the order of the file. `moment` is the local time of the call. `cost` is estimated
    dollars of its own run, None without a run or where a message has no price.
    """

    number: int
    session: EnrichedSession
    delegation: EnrichedDelegation
    moment: datetime | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """The results, and the files that they depend on."""

    enriched: EnrichedSessions
    patterns: RoutingPatterns
    marathons: MarathonClassification
    segmentation: SegmentationReport
    results: Results
    diagnostics: tuple[Diagnostic, ...]
    delegations: tuple[Numbered, ...]
    timezone: str

    def project_of(self, session: EnrichedSession) -> ProjectName:
        """Return the project that the session is counted in, and its worktree."""
        return project_name(session.project, session.cwd, self.enriched.shared_folders)


def load_inputs(
    repository: DataRepository, aggregate: Path, diagnostics: Path, timezone: str, prices: PriceTable
) -> ReportInputs:
    """Read the inputs of a report."""
    enriched = repository.load_enriched()
    return ReportInputs(
        enriched=enriched,
        patterns=repository.load_routing_patterns(),
        marathons=repository.load_marathons(),
        segmentation=repository.load_segmentation(),
        results=load_results(aggregate),
        diagnostics=tuple(read_diagnostics(diagnostics.read_bytes().splitlines())),
        delegations=number_delegations(enriched.sessions, zone_named(timezone), prices),
        timezone=timezone,
    )


def read_diagnostics(lines: Iterable[bytes]) -> list[Diagnostic]:
    """Return the diagnostics of a file of JSON lines."""
    return [msgspec.json.decode(line, type=Diagnostic) for line in lines]


def number_delegations(sessions: Iterable[EnrichedSession], zone: tzinfo, prices: PriceTable) -> tuple[Numbered, ...]:
    """Return all delegations with their numbers."""
    pairs = [(session, delegation) for session in sessions for delegation in session.delegations]
    return tuple(
        Numbered(number, session, delegation, local_time(delegation.timestamp, zone), _cost(delegation, prices))
        for number, (session, delegation) in enumerate(pairs, start=1)
    )


def _cost(delegation: EnrichedDelegation, prices: PriceTable) -> float | None:
    """Return estimated dollars of the delegation's own run."""
    if delegation.run is None:
        return None
    amount = prices.amount(delegation.run.tokens_by_day)
    return amount.cost().estimated if amount.whole else None

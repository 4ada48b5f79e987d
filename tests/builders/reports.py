"""The scripts from extraction to the reports, called one after the other on real files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from analysis import (
    analysis_runner,
    classify_marathons,
    extract_all_sessions,
    extract_enriched_data,
    extract_routing_patterns,
    generate_html_report,
    generate_routing_report,
    segment_data,
)
from common import schema
from tests.builders.records import enriched, full

if TYPE_CHECKING:
    from common.records.extraction import EnrichedSessions, FullSessions
    from common.records.sessions import EnrichedSession


class Inputs(TypedDict):
    """The files that both reports are made from."""

    aggregate: Path
    sessions: Path
    patterns: Path
    marathons: Path
    segmentation: Path
    diagnostics: Path


@dataclass(frozen=True)
class Made:
    """A data folder in which everything up to the aggregate is made."""

    folder: Path

    def markdown(self, *, redact: bool = True, share: bool = False, warnings: tuple[str, ...] = ()) -> str:
        """Return the Markdown report."""
        report = self.folder / "routing_report.md"
        generate_routing_report.main(**self.inputs(), report=report, redact=redact, share=share, warnings=warnings)
        return report.read_text(encoding="utf-8")

    def html(self, *, redact: bool = True, share: bool = False) -> str:
        """Return the HTML report."""
        report = self.folder / "routing_report.html"
        generate_html_report.main(**self.inputs(), report=report, redact=redact, share=share)
        return report.read_text(encoding="utf-8")

    def inputs(self) -> Inputs:
        """Return the options of the two scripts."""
        return Inputs(
            aggregate=self.folder / "aggregate.json",
            sessions=self.folder / "enriched.json",
            patterns=self.folder / "patterns.json",
            marathons=self.folder / "marathons.json",
            segmentation=self.folder / "segmentation.json",
            diagnostics=self.folder / "diagnostics.jsonl",
        )


def from_sessions(
    folder: Path, *sessions: EnrichedSession, marathon_over: int = 20, periods: str | None = None
) -> Made:
    """Return a data folder made from these sessions."""
    return from_records(folder, enriched(*sessions), full(*sessions), marathon_over=marathon_over, periods=periods)


def from_records(
    folder: Path,
    chosen: EnrichedSessions,
    all_sessions: FullSessions,
    *,
    diagnostics: bytes = b"",
    marathon_over: int = 20,
    periods: str | None = None,
    strategies: tuple[str, ...] = (),
) -> Made:
    """Return a data folder made from the two files of the extraction stage."""
    (folder / "enriched.json").write_bytes(schema.encode(chosen))
    (folder / "full.json").write_bytes(schema.encode(all_sessions))
    (folder / "diagnostics.jsonl").write_bytes(diagnostics)
    return from_extraction(folder, marathon_over=marathon_over, periods=periods, strategies=strategies)


def from_transcripts(folder: Path, root: Path) -> Made:
    """Return a data folder made from transcripts, with the agents that are defined beside them."""
    extract_all_sessions.main(
        projects=(str(root),),
        cache=folder / "cache",
        sessions=folder / "full.json",
        diagnostics=folder / "diagnostics.jsonl",
        manifest=folder / "cache" / "manifest.json",
    )
    extract_enriched_data.main(manifest=folder / "cache" / "manifest.json", sessions=folder / "enriched.json")
    return from_extraction(folder, agents=(root / "agents",))


def from_extraction(
    folder: Path,
    *,
    marathon_over: int = 20,
    periods: str | None = None,
    strategies: tuple[str, ...] = (),
    agents: tuple[Path, ...] = (),
) -> Made:
    """Return a data folder in which the stages after extraction have run."""
    sessions, patterns, marathons = folder / "enriched.json", folder / "patterns.json", folder / "marathons.json"
    extract_routing_patterns.main(sessions=sessions, patterns=patterns, periods=periods, agents=agents)
    classify_marathons.main(sessions=sessions, marathons=marathons, marathon_over=marathon_over)
    segment_data.main(
        sessions=folder / "full.json",
        report=folder / "segmentation.json",
        marathon_over=marathon_over,
        periods=periods,
        agents=agents,
    )
    analysis_runner.main(
        sessions=sessions,
        patterns=patterns,
        marathons=marathons,
        segmentation=folder / "segmentation.json",
        results=folder / "results",
        aggregate=folder / "aggregate.json",
        all=True,
        marathon_over=marathon_over,
        strategies=strategies,
        agents=agents,
    )
    return Made(folder)

"""The files under data/ as records: typed, each read once.

A script names the files that it was given; what it was not given it cannot load.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from common import schema
from common.errors import InputError
from common.records.aggregate import AggregateResults, OwnResult
from common.records.base import Envelope
from common.records.extraction import EnrichedSessions, FullSessions
from common.records.marathons import MarathonClassification, MarathonsResult
from common.records.metrics import MetricsResult
from common.records.patterns import RoutingPatterns
from common.records.routing_quality import RoutingQualityResult
from common.records.segmentation import SegmentationReport
from common.records.sessions import EnrichedDelegation, EnrichedSession

R = TypeVar("R", bound=Envelope)

_BUILT_IN = frozenset({"metrics", "marathons", "routing_quality"})


@dataclass(frozen=True, slots=True)
class Results:
    """What the strategies answered; `own` are those of the user's own strategies, in order."""

    metrics: MetricsResult
    marathons: MarathonsResult
    routing_quality: RoutingQualityResult
    own: list[OwnResult]


class _File(Generic[R]):
    """One file, read at the first call of `load` and kept."""

    def __init__(self, path: Path | None, record: type[R]) -> None:
        self._path = path
        self._record = record
        self._loaded: R | None = None

    @property
    def where(self) -> str:
        return str(self._path)

    def load(self) -> R:
        if self._loaded is None:
            if self._path is None:
                raise InputError(f"a file with {self._record.__name__} is needed, and none was named")
            self._loaded = schema.load(self._path, self._record)
        return self._loaded


class DataRepository:
    """The data files that a script was given."""

    def __init__(  # noqa: PLR0913 (one keyword for each file of the project)
        self,
        *,
        full: Path | None = None,
        enriched: Path | None = None,
        patterns: Path | None = None,
        marathons: Path | None = None,
        segmentation: Path | None = None,
        aggregate: Path | None = None,
    ) -> None:
        self._full = _File(full, FullSessions)
        self._enriched = _File(enriched, EnrichedSessions)
        self._patterns = _File(patterns, RoutingPatterns)
        self._marathons = _File(marathons, MarathonClassification)
        self._segmentation = _File(segmentation, SegmentationReport)
        self._aggregate = _File(aggregate, AggregateResults)

    def load_full(self) -> FullSessions:
        """Return every session, with what was read and which were chosen."""
        return self._full.load()

    def load_enriched(self) -> EnrichedSessions:
        """Return the sessions with delegations, with what was read and which were chosen."""
        return self._enriched.load()

    def load_sessions(self) -> list[EnrichedSession]:
        """Return the sessions with delegations, in the order of the file."""
        return self.load_enriched().sessions

    def load_delegations(self) -> list[EnrichedDelegation]:
        """Return all delegations, session by session."""
        return [delegation for session in self.load_sessions() for delegation in session.delegations]

    def load_routing_patterns(self) -> RoutingPatterns:
        """Return the routing of every period."""
        return self._patterns.load()

    def load_marathons(self) -> MarathonClassification:
        """Return the marathons with their classes."""
        return self._marathons.load()

    def load_segmentation(self) -> SegmentationReport:
        """Return the periods and their comparisons."""
        return self._segmentation.load()

    def load_aggregate(self) -> AggregateResults:
        """Return all results, each as it was written."""
        return self._aggregate.load()

    def load_results(self) -> Results:
        """Return all results as records; `InputError` if one of the three built-in ones is missing."""
        runs = self.load_aggregate().strategies
        missing = sorted(_BUILT_IN - runs.keys())
        if missing:
            raise InputError(f"{self._aggregate.where}: no result of {', '.join(missing)}; run doit analysis")

        def result_of(name: str, record: type[R]) -> R:
            return schema.decode(bytes(runs[name].result), record, f"{self._aggregate.where}, {name}")

        return Results(
            metrics=result_of("metrics", MetricsResult),
            marathons=result_of("marathons", MarathonsResult),
            routing_quality=result_of("routing_quality", RoutingQualityResult),
            own=[result_of(name, OwnResult) for name in runs if name not in _BUILT_IN],
        )

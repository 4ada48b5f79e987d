"""Data files as typed records, each read once.

A script names the files it was given, and can load no others.
"""

from pathlib import Path
from typing import Generic, TypeVar

from common import schema
from common.errors import InputError
from common.records.base import Envelope
from common.records.extraction import EnrichedSessions, FullSessions
from common.records.marathons import MarathonClassification
from common.records.patterns import RoutingPatterns
from common.records.segmentation import SegmentationReport
from common.records.sessions import EnrichedDelegation, EnrichedSession

R = TypeVar("R", bound=Envelope)


class _File(Generic[R]):
    """A file that is read at the first call of `load` and kept."""

    def __init__(self, path: Path | None, record: type[R]) -> None:
        self._path = path
        self._record = record
        self._loaded: R | None = None

    def load(self) -> R:
        if self._loaded is None:
            if self._path is None:
                raise InputError(f"no file with {self._record.__name__} was given. Pass its path to DataRepository")
            self._loaded = schema.load(self._path, self._record)
        return self._loaded


class DataRepository:
    """The sessions and tables that a script was given. Reports load results of strategies themselves."""

    def __init__(
        self,
        *,
        full: Path | None = None,
        enriched: Path | None = None,
        patterns: Path | None = None,
        marathons: Path | None = None,
        segmentation: Path | None = None,
    ) -> None:
        self._full = _File(full, FullSessions)
        self._enriched = _File(enriched, EnrichedSessions)
        self._patterns = _File(patterns, RoutingPatterns)
        self._marathons = _File(marathons, MarathonClassification)
        self._segmentation = _File(segmentation, SegmentationReport)

    def load_full(self) -> FullSessions:
        """Return all sessions, with their source and filters."""
        return self._full.load()

    def load_enriched(self) -> EnrichedSessions:
        """Return the sessions with delegations, with their source and filters."""
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

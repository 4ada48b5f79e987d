"""From the cache to the outputs of the extraction stage: choose sessions, sum them up, write them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec
from blake3 import blake3

from common.projects import project_name, shared_folders
from common.records.base import Envelope
from common.records.extraction import EnrichedSessions, ExtractionManifest, Filters, FullSessions, Source, Summary
from common.schema import envelope
from common.times import Calendar, DayOf, check_day
from common.transcripts.building.counts import summary_of, tokens_elsewhere
from common.transcripts.cache.record_store import RecordStore, RunRow, SessionRow

_json = msgspec.json.Encoder().encode


class Selection(NamedTuple):
    """The chosen sessions and unlinked runs, in order, and the filters that chose them.

    `shared_folders` are those in which sessions of several directories are.
    """

    sessions: list[SessionRow]
    runs: list[RunRow]
    filters: Filters
    shared_folders: list[str]


def select(cache: RecordStore, project: str | None, since: str | None, until: str | None, timezone: str) -> Selection:
    """Choose whole sessions; an unlinked run goes with its session."""
    for option, day in (("since", since), ("until", until)):
        if day is not None:
            check_day(option, day)
    day_of = Calendar(timezone).day
    rows = cache.sessions()
    chosen = [row for row in rows if _is_chosen(row, project, since, until, day_of)]
    left_out = {row.head.id for row in rows} - {row.head.id for row in chosen}
    filtered = project is not None or since is not None or until is not None
    ids = {row.head.id for row in chosen}
    runs = [
        run for run in cache.runs() if run.head.session in ids or (run.head.session not in left_out and not filtered)
    ]
    filters = Filters(project=project, since=since, until=until, timezone=timezone, sessions_left_out=len(left_out))
    return Selection(chosen, runs, filters, shared_folders(_origin(row) for row in chosen))


def _origin(row: SessionRow) -> tuple[str, str | None]:
    """Return a session's folder below the root and its first cwd."""
    return row.head.counts.project, row.head.cwd


def _is_chosen(row: SessionRow, project: str | None, since: str | None, until: str | None, day_of: DayOf) -> bool:
    if project is not None and project.casefold() not in (row.head.cwd or "").casefold():
        return False
    if since is None and until is None:
        return True
    day = day_of(row.head.first or "")
    return day is not None and (since is None or day >= since) and (until is None or day <= until)


def summarize_selection(selection: Selection, marathon_over: int) -> Summary:
    """Return the counts over the chosen sessions and runs."""
    sessions = [row.head.counts for row in selection.sessions]
    return summary_of(sessions, [row.head.counts for row in selection.runs], marathon_over)


def full_sessions(cache: RecordStore, selection: Selection, source: Source, summary: Summary) -> Iterator[bytes]:
    """Yield `full_sessions_data.json`, one session per line."""
    head = [("source", source), ("filters", selection.filters), ("summary", summary)]
    sessions = (cache.session_json(row, enriched=False) or b"" for row in selection.sessions)
    tail = [("shared_folders", selection.shared_folders)]
    yield from _document(FullSessions, head, {b"sessions": sessions, **_loose(cache, selection)}, tail)


def manifest_of(cache: RecordStore, selection: Selection, source: Source, summary: Summary) -> ExtractionManifest:
    """Return the manifest by which the second script checks that the cache still has these sessions."""
    return ExtractionManifest(
        **envelope(ExtractionManifest),
        digest=digest_of(cache, selection),
        source=source,
        filters=selection.filters,
        summary=summary,
        tokens_by_day_elsewhere=tokens_elsewhere(
            (project_name(*_origin(row), selection.shared_folders).key, row.head.counts)
            for row in selection.sessions
            if not row.head.counts.delegations
        ),
    )


def digest_of(cache: RecordStore, selection: Selection) -> str:
    """Return the digest of the JSON of the sessions with delegations, of the unlinked runs and of the workflows."""
    digest = blake3()
    for row in selection.sessions:
        if row.head.counts.delegations:
            digest.update(cache.session_json(row, enriched=True) or b"")
    for run in selection.runs:
        digest.update(cache.run_json(run))
    for workflow in _workflows(cache, selection):
        digest.update(workflow)
    return digest.hexdigest()


def enriched_sessions(cache: RecordStore, selection: Selection, manifest: ExtractionManifest) -> Iterator[bytes]:
    """Yield `enriched_sessions_data.json`, one session per line."""
    head = [("source", manifest.source), ("filters", manifest.filters), ("summary", manifest.summary)]
    rows = [row for row in selection.sessions if row.head.counts.delegations]
    sessions = (cache.session_json(row, enriched=True) or b"" for row in rows)
    tail: list[tuple[str, object]] = [
        ("tokens_by_day_elsewhere", manifest.tokens_by_day_elsewhere),
        ("shared_folders", selection.shared_folders),
    ]
    yield from _document(EnrichedSessions, head, {b"sessions": sessions, **_loose(cache, selection)}, tail)


def _loose(cache: RecordStore, selection: Selection) -> dict[bytes, Iterator[bytes]]:
    """Return the lists of what belongs to no delegation: runs and workflows."""
    runs = (cache.run_json(row) for row in selection.runs)
    return {b"unlinked_runs": runs, b"workflows": _workflows(cache, selection)}


def _workflows(cache: RecordStore, selection: Selection) -> Iterator[bytes]:
    """Yield the workflows of the chosen sessions, session by session."""
    for row in selection.sessions:
        yield from cache.workflows_json(row)


def _document(
    record: type[Envelope],
    head: Iterable[tuple[str, object]],
    lists: Mapping[bytes, Iterable[bytes]],
    tail: Iterable[tuple[str, object]],
) -> Iterator[bytes]:
    yield b"{" + b",\n".join(_field(*pair) for pair in [*envelope(record).items(), *head])
    for name, items in lists.items():
        yield from _list(name, items)
    yield b"".join(b",\n" + _field(*pair) for pair in tail)
    yield b"}\n"


def _field(name: str, value: object) -> bytes:
    return _json(name) + b":" + _json(value)


def _list(name: bytes, items: Iterable[bytes]) -> Iterator[bytes]:
    yield b',\n"' + name + b'":['
    separator = b"\n"
    for item in items:
        yield separator + item
        separator = b",\n"
    yield b"]"

"""Read all transcripts below the roots into sessions, delegations and runs."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from common.defaults import MARATHON_OVER, TIMEZONE, WORKERS
from common.files import write_atomically
from common.records.extraction import Diagnostic
from common.schema import encode
from common.script import Output, conclude, progress, run
from common.text.formatting import plural
from common.transcripts.building.counts import source_of
from common.transcripts.cache.cache_file import on_database
from common.transcripts.cache.file_store import FileStore
from common.transcripts.cache.record_store import RecordStore
from common.transcripts.extraction import Extraction, extract
from common.transcripts.outputs import full_sessions, manifest_of, select, summarize_selection


def main(  # noqa: PLR0913 - its parameters are its options
    *,
    projects: tuple[str, ...],
    cache: Path,
    sessions: Output,
    diagnostics: Output,
    manifest: Output,
    project: str | None = None,
    since: str | None = None,
    until: str | None = None,
    timezone: str = TIMEZONE,
    marathon_over: int = MARATHON_OVER,
    workers: int = WORKERS,
) -> None:
    """Read all transcripts below the roots into sessions, delegations and runs."""

    def work(database: sqlite3.Connection) -> None:
        extraction = extract(FileStore(database), projects, timezone, workers, progress)
        records = RecordStore(database)
        chosen = select(records, project, since, until, timezone)
        source = source_of(list(projects), [counts for _, counts in extraction.counts], len(extraction.passed_over))
        summary = summarize_selection(chosen, marathon_over)
        write_atomically(sessions, full_sessions(records, chosen, source, summary))
        write_atomically(diagnostics, msgspec.json.Encoder().encode_lines(diagnose(extraction)))
        write_atomically(manifest, encode(manifest_of(records, chosen, source, summary)))
        conclude(f"{plural(summary.sessions, 'session')}, {plural(summary.delegations, 'delegation')}")

    on_database(cache, work)


def diagnose(extraction: Extraction) -> Iterator[Diagnostic]:
    """Yield the lines that were not parsed as they are, file by file, then the files that were passed over."""
    for name, counts in extraction.counts:
        for line in counts.bad_lines:
            yield Diagnostic(file=name, line=line.line, offset=line.offset, reason=line.reason, outcome=line.outcome)
        for reason, lines in counts.counted_lines.items():
            yield Diagnostic(
                file=name, line=lines.line, offset=None, reason=reason, outcome=lines.outcome, count=lines.count
            )
    for name, reason in extraction.passed_over:
        yield Diagnostic(file=name, line=None, offset=None, reason=reason, outcome="passed over")


if __name__ == "__main__":
    run(main)

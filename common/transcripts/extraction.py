"""Update the cache from the transcripts below the roots: read and assemble only what changed."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from common.errors import ScriptError
from common.times import Calendar
from common.transcripts.building.assemble import assemble
from common.transcripts.cache.cache_file import DamagedCacheError
from common.transcripts.cache.file_store import FileRow, FileStore
from common.transcripts.find import SNAPSHOT_SUFFIX, Findings, FoundFile, PassedOver, find_transcripts
from common.transcripts.linking.grouping import grouped, shared_keys
from common.transcripts.reading.facts import FileCounts
from common.transcripts.reading.file_reader import FileReading
from common.transcripts.workers import read_files

BATCH = 32 * 1024 * 1024

Progress = Callable[[int, int, str], None]


class Extraction(NamedTuple):
    """The names and counts of this run's transcripts, in order, and the files passed over."""

    counts: list[tuple[str, FileCounts]]
    passed_over: list[PassedOver]


def extract(cache: FileStore, roots: Sequence[str], timezone: str, workers: int, progress: Progress) -> Extraction:
    """Update the cache from the files below the roots."""
    cache.set_timezone(timezone)
    rows, passed_over = _read_all(cache, find_transcripts(roots), workers, progress)
    _assemble_changed(cache, rows, timezone)
    transcripts = [row for row in rows if not row.path.endswith(SNAPSHOT_SUFFIX)]
    counts = cache.file_counts(row.id for row in transcripts)
    return Extraction([(row.name, counts[row.id]) for row in transcripts], passed_over)


def _read_all(
    cache: FileStore, findings: Findings, workers: int, progress: Progress
) -> tuple[list[FileRow], list[PassedOver]]:
    """Read what changed; return the rows of the files, in order, and the files passed over."""
    unread = _read_changed(cache, findings, workers, progress)
    by_place = {(row.root, row.path): row for row in cache.rows()}
    rows = [by_place[key] for f in findings.files if (key := (f.root, f.path)) in by_place]
    return rows, sorted([*findings.passed_over, *unread])


def _read_changed(cache: FileStore, findings: Findings, workers: int, progress: Progress) -> list[PassedOver]:
    """Read new and changed files, forget those that are gone; return those that could not be read."""
    known = {(row.root, row.path): row for row in cache.rows()}
    present = {(file.root, file.path): file for file in findings.files}
    roots = set(findings.roots)
    for key, row in known.items():
        if key not in present and row.root in roots:
            cache.forget(row)
        elif key not in present:
            cache.dissolve([row.group])
    changed: list[tuple[FoundFile, FileRow | None]] = []
    for key, file in present.items():
        before = known.get(key)
        if before is None or (before.stamp, before.meta_stamp) != (file.stamp, file.meta):
            changed.append((file, before))
        elif before.name != file.name:
            cache.rename(before, file.name)
    cache.commit()
    return _read(cache, changed, workers, progress)


def _read(
    cache: FileStore, changed: list[tuple[FoundFile, FileRow | None]], workers: int, progress: Progress
) -> list[PassedOver]:
    """Read files and save their facts in batches; a kill loses one batch at most."""
    unread: list[PassedOver] = []
    total = sum(file.stamp.size for file, _ in changed)
    done = batch = 0
    jobs = [(file, cache.reading(row) if row else None) for file, row in changed]
    rows = dict(changed)
    try:
        for file, reading in read_files(jobs, workers):
            if before := rows[file]:
                cache.forget(before)
            if isinstance(reading, FileReading):
                cache.save(file, reading)
            else:
                unread.append(PassedOver(file.name, reading))
            done, batch = done + file.stamp.size, batch + file.stamp.size
            if batch >= BATCH:
                cache.commit()
                batch = 0
            progress(done, total, "bytes")
    except ScriptError:  # a process died over one file: keep the facts of the others
        cache.commit()
        raise
    cache.commit()
    return unread


def _assemble_changed(cache: FileStore, rows: list[FileRow], timezone: str) -> None:
    """Assemble the groups with new or changed files, and the groups that these files now belong to."""
    open_ids = {row.id for row in rows if row.group is None}
    if not open_ids:
        return
    keys = cache.keys()
    if not keys.keys() >= {row.id for row in rows}:
        raise DamagedCacheError("a file without its content")
    whole = [row for row in rows if row.group is not None]
    fresh = set().union(*(keys[id_] for id_ in open_ids)) if whole else set()
    touched = {row.group for row in whole if not fresh.isdisjoint(keys[row.id])}
    cache.dissolve(touched)
    by_id = {row.id: row for row in rows}
    loose = [row.id for row in rows if row.group is None or row.group in touched]
    day_of = Calendar(timezone).day
    for ids in grouped(shared_keys({id_: keys[id_] for id_ in loose})):
        files = [cache.transcript(rank, by_id[id_]) for rank, id_ in enumerate(ids)]
        cache.save_group(ids, assemble(files, day_of))
    cache.commit()

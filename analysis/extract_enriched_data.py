"""Write the sessions with delegations, with prompts, results, contexts, neighbours and places in files."""

from common.errors import InputError
from common.files import write_atomically
from common.records.extraction import ExtractionManifest
from common.schema import load
from common.script import Input, Output, run
from common.transcripts.cache.cache_file import DamagedCacheError, open_database
from common.transcripts.cache.record_store import RecordStore
from common.transcripts.outputs import digest_of, enriched_sessions, select

REMEDY = "Run `doit forget extraction`, then `doit`"


def main(*, manifest: Input, sessions: Output) -> None:
    """Write the sessions with delegations, with prompts, results, contexts, neighbours and places in files."""
    expected = load(manifest, ExtractionManifest)
    filters = expected.filters
    try:
        with open_database(manifest.parent) as database:
            records = RecordStore(database)
            chosen = select(records, filters.project, filters.since, filters.until, filters.timezone)
            digest = digest_of(records, chosen)
            if digest == expected.digest:
                write_atomically(sessions, enriched_sessions(records, chosen, expected))
    except DamagedCacheError as error:
        raise InputError(f"{manifest.parent}: the cache is damaged ({error}). {REMEDY}") from error
    if digest != expected.digest:
        raise InputError(f"{manifest}: expected a cache with the same sessions, got others. {REMEDY}")


if __name__ == "__main__":
    run(main)

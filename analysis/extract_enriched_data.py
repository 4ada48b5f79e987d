"""Write the sessions with delegations in full: prompts, results, contexts, neighbours and places."""

from hashlib import sha256

from common.errors import InputError
from common.files import write_atomically
from common.records import ExtractionManifest
from common.schema import load
from common.script import Input, Output, run
from common.transcripts.cache import open_cache
from common.transcripts.outputs import enriched_parts, enriched_sessions, select


def main(*, manifest: Input, sessions: Output) -> None:
    """Write the sessions with delegations in full: prompts, results, contexts, neighbours and places."""
    expected = load(manifest, ExtractionManifest)
    filters = expected.filters
    with open_cache(manifest.parent) as cache:
        chosen = select(cache, filters.project, filters.since, filters.until, filters.timezone)
        digest = sha256()
        for part in enriched_parts(cache, chosen):
            digest.update(part)
        if digest.hexdigest() != expected.digest:
            raise InputError(
                f"{manifest}: the cache beside it holds something else; run `doit forget extraction`, then `doit`"
            )
        write_atomically(sessions, enriched_sessions(cache, chosen, expected))


if __name__ == "__main__":
    run(main)

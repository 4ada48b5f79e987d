"""The titles of sessions."""

from collections.abc import Iterable

from common.transcripts.reading.transcript_file import TranscriptFile, threads_of


def titles_by_session(files: list[TranscriptFile]) -> dict[str, str]:
    """Return the title of each session that has one: the user's, else Claude Code's, else a summary; each the last.

    A summary is the title of the sessions that a line of its id ends.
    """
    titles: dict[str, str] = {}
    summaries = {leaf: title for file in files for leaf, title in file.facts.titles.summaries.items()}
    if summaries:
        titles.update(_summarized(files, summaries))
    titles.update(_named((file, file.facts.titles.generated) for file in files))
    titles.update(_named((file, file.facts.titles.custom) for file in files))
    return titles


def _named(titles: Iterable[tuple[TranscriptFile, dict[str, str]]]) -> dict[str, str]:
    """Return the last title of each session; the file named after the session is asked last."""
    placed = [(file, session or file.stem, title) for file, named in titles for session, title in named.items()]
    return {session: title for _, session, title in sorted(placed, key=lambda item: item[0].stem == item[1])}


def _summarized(files: list[TranscriptFile], summaries: dict[str, str]) -> dict[str, str]:
    """Return the summary of each session at the latest of its lines where it ended, or paused, and has one."""
    main = [(thread.last, file, thread) for file, _, thread in threads_of(files) if thread.kind == "main"]
    found: dict[str, str] = {}
    for _, file, thread in sorted(main, key=lambda item: item[0]):
        ends = [leaf for leaf in (*thread.leaves, thread.leaf or "") if leaf in summaries]
        if ends:
            found[file.session_of(thread)] = summaries[ends[-1]]
    return found

"""The lists of agent types that could be called in a session."""

from collections import defaultdict
from collections.abc import Iterable

from common.records.sessions import AgentList
from common.transcripts.reading.transcript_file import TranscriptFile

_Placed = tuple[str, int, int, AgentList]


def agent_lists_by_session(files: Iterable[TranscriptFile]) -> dict[str, list[AgentList]]:
    """Return the lists of each session in order of time; a copy, or a list that repeats the one before, is left out."""
    placed: dict[str, list[_Placed]] = defaultdict(list)
    for file in files:
        for listed in file.facts.agent_lists:
            record = AgentList(
                timestamp=listed.timestamp or None,
                agent_id=listed.agent_id,
                is_whole=listed.is_whole,
                added=listed.added,
                removed=listed.removed,
            )
            placed[listed.session_id or file.stem].append((listed.timestamp, file.rank, listed.line, record))
    return {session: _distinct(lists) for session, lists in placed.items()}


def _distinct(placed: list[_Placed]) -> list[AgentList]:
    kept: list[AgentList] = []
    last: dict[str | None, AgentList] = {}
    for *_, record in sorted(placed, key=lambda item: item[:3]):
        before = last.get(record.agent_id)
        if before is None or _content(before) != _content(record):
            kept.append(record)
            last[record.agent_id] = record
    return kept


def _content(record: AgentList) -> tuple[bool, list[str], list[str]]:
    return record.is_whole, record.added, record.removed

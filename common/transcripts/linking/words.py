"""Words about background work: which delegation each notice is about."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from common.transcripts.linking.calls import CallsById
from common.transcripts.linking.copies import Order
from common.transcripts.reading.facts import Notice
from common.transcripts.reading.transcript_file import TranscriptFile


class Noticed(NamedTuple):
    """A report on a background task, with its place."""

    order: Order
    notice: Notice


class Addressee(NamedTuple):
    """A delegation as notices name it: by its call, and by the ids and names of its agent."""

    key: str
    call: str
    timestamp: str
    sessions: frozenset[str]
    names: frozenset[str]


def notices_by_delegation(
    files: list[TranscriptFile], addressees: Iterable[Addressee], calls: CallsById, groups: Mapping[str, int]
) -> dict[str, list[Noticed]]:
    """Return the notices on each delegation, in order, by its key.

    A notice belongs to the call that it names, else to the agent that it names. Of several with one name it is the
    nearest before it. Names count within a group of sessions.
    """
    # A short id may be in two sessions that have nothing to do with each other:
    #   s1.jsonl  {"toolUseResult":{"isAsync":true,"agentId":"a1b2c3d"}}   <task-id>a1b2c3d</task-id> <status>completed
    #   s2.jsonl  {"toolUseResult":{"isAsync":true,"agentId":"a1b2c3d"}}   <task-id>a1b2c3d</task-id> <status>failed
    agents: dict[tuple[int | str, str, str], list[Addressee]] = defaultdict(list)
    for addressee in sorted(addressees, key=lambda one: one.timestamp):
        for group in {groups.get(session, session) for session in addressee.sessions}:
            for name in addressee.names:
                agents[group, name, ""].append(addressee)
                agents[group, name, addressee.call].append(addressee)
    found: dict[str, list[Noticed]] = defaultdict(list)
    for file in files:
        for notice in file.facts.notices:
            session = notice.session_id or file.stem
            group, call = groups.get(session, session), notice.call
            key = _nearest(agents.get((group, notice.task_id, call)), notice.timestamp) if call else None
            key = key or (calls.named(call, session, notice.timestamp) if call else None)
            key = key or _nearest(agents.get((group, notice.task_id, "")), notice.timestamp)
            if key is not None:
                order = Order(notice.timestamp, foreign=False, rank=file.rank, line=notice.line, position=0)
                found[key].append(Noticed(order, notice))
    return {key: sorted(noticed, key=lambda one: one.order) for key, noticed in found.items()}


def _nearest(addressees: list[Addressee] | None, timestamp: str) -> str | None:
    """Return the key of the last one called before a time, or of the first if none was; None if there are none."""
    if not addressees:
        return None
    before = bisect_right(addressees, timestamp, key=lambda addressee: addressee.timestamp)
    return addressees[max(0, before - 1)].key

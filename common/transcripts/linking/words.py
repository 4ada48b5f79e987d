"""Words about background work: which delegation each notice is about, and which notices are words."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

from msgspec.structs import replace

from common.transcripts.linking.calls import CallsById
from common.transcripts.linking.copies import Order
from common.transcripts.reading.facts import Notice
from common.transcripts.reading.notices import UNDER_WAY
from common.transcripts.reading.texts.sentences import meanings_of_summary
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
    for addressee in sorted(addressees, key=attrgetter("timestamp")):
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
    return {key: sorted(noticed, key=attrgetter("order")) for key, noticed in found.items()}


def _nearest(addressees: list[Addressee] | None, timestamp: str) -> str | None:
    """Return the key of the last one called before a time, or of the first if none was; None if there are none."""
    if not addressees:
        return None
    before = bisect_right(addressees, timestamp, key=lambda addressee: addressee.timestamp)
    return addressees[max(0, before - 1)].key


def words_of(notices: Iterable[Noticed], *, ended: bool) -> list[Noticed]:
    """Return the words on a piece of work, in order, and the messages that resumed it; `ended` by its answer already.

    Not a word: a task that is still under way, an echo, a stop that no record confirms, and a stop of an agent that had
    ended and was not resumed.
    """
    words: list[Noticed] = []
    for noticed in notices:
        notice = noticed.notice
        if notice.source == "resume":
            if not ended:
                continue
            ended = False
        elif not _is_word(notice) or (notice.source == "stop" and ended):
            continue
        elif words and _is_echo(notice, words[-1].notice):
            words[-1] = words[-1]._replace(notice=_merged(words[-1].notice, notice))
            continue
        else:
            ended = True
        words.append(noticed)
    return words


def last_word(words: list[Noticed]) -> Noticed | None:
    """Return the last word by time; None if there is none."""
    return next((word for word in reversed(words) if word.notice.source != "resume"), None)


def _is_word(notice: Notice) -> bool:
    if notice.status in UNDER_WAY:
        return False
    meanings = meanings_of_summary(notice.summary) if notice.summary else []
    return not ("waiting" in meanings or ("no_record" in meanings and notice.status == "stopped"))


def _is_echo(notice: Notice, before: Notice) -> bool:
    return before.source != "resume" and (notice.status, notice.result) == (before.status, before.result)


def _merged(notice: Notice, echo: Notice) -> Notice:
    """Return a notice with what its echo adds."""
    return replace(
        notice,
        duration_ms=echo.duration_ms if notice.duration_ms is None else notice.duration_ms,
        tokens=echo.tokens if notice.tokens is None else notice.tokens,
        synthesis=notice.synthesis or echo.synthesis,
        call=notice.call or echo.call,
        summary=notice.summary or echo.summary,
        channel="delivered" if notice.channel == "delivered" else echo.channel,
        reached=notice.reached or echo.reached,
        used=notice.used or echo.used,
        tool_uses=echo.tool_uses if notice.tool_uses is None else notice.tool_uses,
        agents=notice.agents or echo.agents,
    )

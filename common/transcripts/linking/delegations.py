"""Delegations: calls with the answers and notices that belong to them, over all copies."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import count
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from common.transcripts.linking.calls import CallsById, NamedCall, strand_of
from common.transcripts.linking.copies import Order, Place, order_of
from common.transcripts.linking.words import Addressee, Noticed, last_word, notices_by_delegation, words_of
from common.transcripts.reading.context.following import Followed
from common.transcripts.reading.facts import Call, Result
from common.transcripts.reading.texts.phrases import text_digest
from common.transcripts.reading.transcript_file import TranscriptFile


class Copy(NamedTuple):
    """One copy of a call."""

    order: Order
    file: TranscriptFile
    call: Call

    @property
    def place(self) -> Place:
        """The thread that the copy is in."""
        return Place(self.file.rank, self.call.thread)

    @property
    def session_id(self) -> str:
        """The session that the copy belongs to."""
        return self.file.session_of(self.file.facts.threads[self.call.thread])


class Answered(NamedTuple):
    """One result of a call, with its place."""

    order: Order
    file: TranscriptFile
    result: Result


class DelegationFacts(Struct):
    """One delegation: its copies, results, notices and those of them that are words, each in order.

    `tool_use_id` names it alone: the id of the call, with a number behind it if an earlier call has the same.
    """

    copies: list[Copy]
    tool_use_id: str = ""
    results: list[Answered] = field(default_factory=list)
    notices: list[Noticed] = field(default_factory=list)
    words: list[Noticed] = field(default_factory=list)

    @property
    def first(self) -> Copy:
        """The earliest copy, which decides session, thread and time."""
        return self.copies[0]

    @property
    def answer(self) -> Answered | None:
        """The result that counts: one with a `toolUseResult` object, then the earliest."""
        return min(self.results, key=lambda r: (not r.result.has_object, r.order), default=None)

    @property
    def last_word(self) -> Noticed | None:
        """The last word on its work by time; None if there is none."""
        return last_word(self.words)

    @property
    def reached(self) -> Order | None:
        """The place where the result reached the thread that called; of a background agent, its last word there."""
        answer, word = self.answer, self.last_word
        if answer is not None and not answer.result.launched:
            return answer.order
        if word is None or word.notice.reached is None:
            return None
        timestamp, line = word.notice.reached
        return replace(word.order, timestamp=timestamp, line=line)

    @property
    def followed(self) -> Followed | None:
        """What the user did after it was answered; of several copies, what the file of the call tells first."""
        own = [a.result.followed for a in self.results if a.file is self.first.file]
        others = [a.result.followed for a in self.results if a.file is not self.first.file]
        told = [word.notice.followed for word in self.words]
        return next((followed for followed in (*own, *told, *others) if followed is not None), None)

    @property
    def agent_id_in_text(self) -> str | None:
        """The agent's id in the text of a result."""
        return next((r.result.agent_in_text for r in self.results if r.result.agent_in_text), None)

    @property
    def version(self) -> tuple[int, ...]:
        """The version of Claude Code that made the call; empty if it is not known."""
        numbers = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", self.first.call.version or "")
        return tuple(map(int, numbers.groups())) if numbers else ()

    def prompt_digest(self) -> bytes:
        """Return the digest of the prompt."""
        return text_digest(self.first.call.prompt)


class Delegations(NamedTuple):
    """The delegations by key, in the order of their earliest copies, and their calls by id."""

    by_key: dict[str, DelegationFacts]
    calls: CallsById


def collect_delegations(files: list[TranscriptFile], groups: Mapping[str, int]) -> Delegations:
    """Return the delegations; `groups` are the groups of sessions."""
    copies: dict[str, list[Copy]] = {}
    for file in files:
        for call in file.facts.calls:
            thread = file.facts.threads[call.thread]
            order = order_of(file, thread, call.timestamp, call.line, call.position)
            copies.setdefault(call.key, []).append(Copy(order, file, call))
    for copies_of_call in copies.values():
        copies_of_call.sort(key=lambda copy: copy.order)
    delegations = {key: DelegationFacts(copies[key]) for key in sorted(copies, key=lambda key: copies[key][0].order)}
    _name(delegations.values())
    named = [
        (copy.call.id, NamedCall(copy.order, strand_of(copy.file, copy.call.thread), copy.place, key))
        for key, delegation in delegations.items()
        for copy in delegation.copies
    ]
    collected = Delegations(delegations, CallsById(named, groups))
    _add_results(files, collected)
    _add_notices(files, collected, groups)
    return collected


def _name(delegations: Collection[DelegationFacts]) -> None:
    """Name each delegation: the first by its call's id, later ones of the same id with their number behind it."""
    names = {delegation.first.call.id for delegation in delegations}
    used: Counter[str] = Counter()
    for delegation in delegations:
        name = delegation.first.call.id
        used[name] += 1
        if used[name] > 1:
            numbered = (f"{name}#{number}" for number in count(used[name]))
            name = next(free for free in numbered if free not in names)
            names.add(name)
        delegation.tool_use_id = name


def _add_results(files: list[TranscriptFile], delegations: Delegations) -> None:
    for file in files:
        for result in file.facts.results:
            order = order_of(file, file.facts.threads[result.thread], result.timestamp, result.line)
            place = Place(file.rank, result.thread)
            key = delegations.calls.answered(result.id, order, strand_of(file, result.thread), place)
            if key is not None:
                delegations.by_key[key].results.append(Answered(order, file, result))
    for delegation in delegations.by_key.values():
        delegation.results.sort(key=lambda answered: answered.order)


def _add_notices(files: list[TranscriptFile], delegations: Delegations, groups: Mapping[str, int]) -> None:
    """Add the notices on an agent to the delegation that started it."""
    if not any(file.facts.notices for file in files):
        return
    addressees = [_addressee(key, delegation) for key, delegation in delegations.by_key.items()]
    for key, noticed in notices_by_delegation(files, addressees, delegations.calls, groups).items():
        delegation = delegations.by_key[key]
        answer = delegation.answer
        delegation.notices = noticed
        delegation.words = words_of(noticed, ended=answer is not None and not answer.result.launched)


def _addressee(key: str, delegation: DelegationFacts) -> Addressee:
    """Return the names of a delegation: the id of its call, and the ids and names of its agent."""
    results = [answered.result for answered in delegation.results]
    names = {name for result in results for name in (result.agent_id, result.agent_in_text, *result.names)}
    call = delegation.first.call
    sessions = frozenset(copy.session_id for copy in delegation.copies)
    return Addressee(key, call.id, call.timestamp, sessions, frozenset(name for name in (*names, call.name) if name))

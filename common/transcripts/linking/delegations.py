"""Delegations: calls with the answers and notices that belong to them, over all copies."""

from typing import NamedTuple

from msgspec import Struct, field

from common.transcripts.linking.copies import Order, Place, order_of
from common.transcripts.reading.facts import Call, Notice, Result
from common.transcripts.reading.phrases import agent_in_text, text_digest
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


class Noticed(NamedTuple):
    """A report on a background task, with its place."""

    order: Order
    notice: Notice


class DelegationFacts(Struct):
    """One delegation: its copies, results and notices, each in order."""

    copies: list[Copy]
    results: list[Answered] = field(default_factory=list)
    notices: list[Noticed] = field(default_factory=list)
    corrected: bool = False

    @property
    def first(self) -> Copy:
        """The earliest copy, which decides session, thread and time."""
        return self.copies[0]

    @property
    def answer(self) -> Answered | None:
        """The result that counts: one with a `toolUseResult` object, then the earliest."""
        return min(self.results, key=lambda r: (not r.result.has_object, r.order), default=None)

    @property
    def agent_id(self) -> str | None:
        """The id of the started agent, from a result's object, else from its text."""
        ids = [r.result.agent_id for r in self.results if r.result.agent_id]
        return ids[0] if ids else self.agent_id_in_text

    @property
    def agent_id_in_text(self) -> str | None:
        """The agent's id in the text of a result."""
        return next((agent_id for r in self.results if (agent_id := agent_in_text(r.result.text))), None)

    def prompt_digest(self) -> bytes:
        """Return the digest of the prompt."""
        return text_digest(self.first.call.prompt)


def collect_delegations(files: list[TranscriptFile]) -> dict[str, DelegationFacts]:
    """Return the delegations by tool_use id, in the order of their earliest copies."""
    copies: dict[str, list[Copy]] = {}
    for file in files:
        for call in file.facts.calls:
            thread = file.facts.threads[call.thread]
            order = order_of(file, thread, call.timestamp, call.line, call.position)
            copies.setdefault(call.id, []).append(Copy(order, file, call))
    for copies_of_call in copies.values():
        copies_of_call.sort(key=lambda copy: copy.order)
    delegations = {key: DelegationFacts(copies[key]) for key in sorted(copies, key=lambda key: copies[key][0].order)}
    _add_results(files, delegations)
    _add_notices(files, delegations)
    return delegations


def _add_results(files: list[TranscriptFile], delegations: dict[str, DelegationFacts]) -> None:
    for file in files:
        for result in file.facts.results:
            if delegation := delegations.get(result.id):
                order = order_of(file, file.facts.threads[result.thread], result.timestamp, result.line)
                delegation.results.append(Answered(order, file, result))
        for key in file.facts.corrected:
            if key in delegations:
                delegations[key].corrected = True
    for delegation in delegations.values():
        delegation.results.sort(key=lambda answered: answered.order)


def _add_notices(files: list[TranscriptFile], delegations: dict[str, DelegationFacts]) -> None:
    """Add the notices on an agent to the delegation that launched it in the background."""
    by_task: dict[str, list[Noticed]] = {}
    for file in files:
        for notice in file.facts.notices:
            order = Order(notice.timestamp, foreign=False, rank=file.rank, line=notice.line, position=0)
            by_task.setdefault(notice.task_id, []).append(Noticed(order, notice))
    for delegation in delegations.values():
        answer = delegation.answer
        if answer and answer.result.launched and (agent_id := delegation.agent_id):
            delegation.notices = sorted(by_task.get(agent_id, []), key=lambda noticed: noticed.order)

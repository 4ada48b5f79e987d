"""Messages, runs and delegations of one group of files, linked: the tables that records are built from."""

from operator import attrgetter

from common.records.tokens import Tokens
from common.times import DayOf
from common.transcripts.linking.callers import Caller, caller_at
from common.transcripts.linking.copies import DistinctMessage, Place, distinct_messages
from common.transcripts.linking.delegations import Copy, DelegationFacts, collect_delegations
from common.transcripts.linking.estimates import estimate_outputs
from common.transcripts.linking.forks import drop_inherited
from common.transcripts.linking.links import link_runs
from common.transcripts.linking.related import copied_sessions, groups_of_sessions
from common.transcripts.linking.runs import RunFacts, ThreadAt, collect_runs
from common.transcripts.linking.tokens import spent_tokens
from common.transcripts.linking.workflows import collect_workflows
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of


class Tables:
    """The linked facts of a group of files that shares nothing with other files."""

    def __init__(self, files: list[TranscriptFile], day_of: DayOf) -> None:
        """Link the facts of the files."""
        copied = copied_sessions(files)
        files = [file._replace(copied=copied) for file in files]
        self.files, self.day_of = files, day_of
        forks = drop_inherited(files)
        groups = groups_of_sessions(files)
        messages = distinct_messages(files)
        estimate_outputs((*messages.written, *messages.echoed))
        self.runs = collect_runs(files, messages, groups, forks)
        delegations = collect_delegations(files, groups)
        self.delegations = delegations.by_key
        link_runs(self.runs, delegations, groups)
        self.workflows = collect_workflows(files, self.runs)
        self.run_by_delegation = {run.delegation: run for run in self.runs if run.delegation is not None}
        self._run_by_place = {at.place: run for run in self.runs for at in (*run.threads, *run.echoes)}
        self._by_place: dict[Place, list[DistinctMessage]] = {}
        for message in (*messages.written, *messages.echoed):
            self._by_place.setdefault(message.place, []).append(message)
        self._by_id = {m.best.id: m for m in (*messages.echoed, *messages.written) if m.best.id is not None}
        self._main: dict[str, list[ThreadAt]] = {}
        for file, index, thread in threads_of(files):
            if thread.kind == "main":
                self._main.setdefault(file.session_of(thread), []).append(ThreadAt(file, index, thread))
        self._callers: dict[str | int, Caller] = {}
        self._echoed = {id(message) for message in messages.echoed}
        self.depths = self._depths()
        self.skill_by_agent = {agent: name for file in files for agent, name in file.facts.skill_by_agent.items()}

    def messages_at(self, places: list[Place]) -> list[DistinctMessage]:
        """Return the messages that are counted in threads, in order."""
        messages = [message for place in places for message in self._by_place.get(place, ())]
        return sorted(messages, key=attrgetter("order"))

    def messages_of(self, run: RunFacts) -> list[DistinctMessage]:
        """Return the messages that are counted in a run, in order."""
        return self.messages_at([at.place for at in (*run.threads, *run.echoes)])

    def caller_of(self, delegation: DelegationFacts) -> RunFacts | None:
        """Return the run whose thread made the call; None for the main thread."""
        return self._run_by_place.get(delegation.first.place)

    def calling_thread(self, delegation: DelegationFacts) -> Caller:
        """Return the thread that made the call, over all its files."""
        run, session_id = self.caller_of(delegation), delegation.first.session_id
        key = id(run) if run else session_id
        if key not in self._callers:
            threads = [*run.threads, *run.echoes] if run else self._main.get(session_id, [])
            self._callers[key] = caller_at(threads, self.messages_at([at.place for at in threads]))
        return self._callers[key]

    def calling_message(self, copy: Copy) -> DistinctMessage | None:
        """Return the message of a call; None if it is counted nowhere."""
        if copy.call.message_id is not None:
            return self._by_id.get(copy.call.message_id)
        nameless = (m for m in self._by_place.get(copy.place, ()) if m.order.line == copy.call.line)
        return next(nameless, None)

    def progress_only(self, runs: list[RunFacts]) -> Tokens:
        """Return the tokens of runs that are in progress lines alone."""
        if not self._echoed:
            return Tokens()
        echoed = [m for run in runs for m in self.messages_of(run) if id(m) in self._echoed]
        return spent_tokens(echoed, self.day_of).tokens

    def _depths(self) -> dict[str, int]:
        """Return the depth of each delegation: 1 for a call from the main thread."""
        depths: dict[str, int] = {}
        for start in self.delegations:
            chain: dict[str, None] = {}  # in order; a list would be searched from its start
            key: str | None = start
            while key is not None and key not in depths and key not in chain:
                chain[key] = None
                caller = self.caller_of(self.delegations[key])
                if caller and caller.delegation is None:
                    depths.setdefault(key, 2)
                key = caller.delegation if caller else None
            base = depths.get(key, 0) if key is not None else 0
            for number, link in enumerate(reversed(chain), 1):
                depths.setdefault(link, base + number)
        return depths

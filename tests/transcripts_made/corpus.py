"""A corpus of made transcripts: sessions of several versions and projects, and what is true of them."""

import random
from dataclasses import replace
from pathlib import Path

from tests.transcripts_made import copies, dirt, extras
from tests.transcripts_made.calls import REFUSED, Call, Step
from tests.transcripts_made.delegating import delegate
from tests.transcripts_made.eras import Era
from tests.transcripts_made.files import Files, Json
from tests.transcripts_made.losses import lose_calls
from tests.transcripts_made.naming import Names, milliseconds, slug, timestamp
from tests.transcripts_made.thread import Book, Setting, Thread
from tests.transcripts_made.truth import Truth
from tests.transcripts_made.workflows import TWO_PHASES, Plan, workflow

START = "2026-08-03T09:00:00Z"


class Session:
    """A session being made: each method appends what the user, the model or an agent does next."""

    def __init__(self, main: Thread) -> None:
        self.main = main

    @property
    def session_id(self) -> str:
        return self.main.setting.session_id

    @property
    def path(self) -> str:
        """The main file, relative to the `projects` folder."""
        return self.main.setting.path

    def wait(self, seconds: float) -> None:
        self.main.wait(seconds)

    def prompt(self, text: str) -> None:
        """Append what the user types."""
        self.main.prompt(text)

    def interrupt(self) -> None:
        """Append that the user pressed Esc between tools: no tool was stopped."""
        self.main.user([{"type": "text", "text": "[Request interrupted by user]"}])

    def refuse(self, step: Step) -> None:
        """Append a tool call that the user says no to."""
        self.main.tool(replace(step, result=REFUSED, error=True))
        self.main.note_refusal("tool_stopped")

    def send_plan_back(self, words: str) -> None:
        """Append a plan that the user refuses; without words that may be an approval."""
        said = REFUSED.partition("STOP")[0] + f"To tell you how to proceed, the user said:\n{words}"
        self.main.tool(Step("ExitPlanMode", {"plan": "# Plan"}, said if words else REFUSED, error=True))
        if words:
            self.main.note_refusal("plan_sent_back")

    def say(self, text: str) -> None:
        self.main.say(text)

    def tool(self, step: Step, thought: str | None = None) -> None:
        self.main.tool(step, thought)

    def delegate(self, agent: str | None, prompt: str, **fields: object) -> str:
        """Append a delegation, see `Call`, and return its id."""
        return self.call(Call(agent, prompt, **fields))  # type: ignore[arg-type]  # the fields are those of Call

    def call(self, call: Call, thought: str | None = None) -> str:
        return delegate(self.main, call, thought=thought)[0]

    def parallel(self, *calls: Call) -> list[str]:
        """Append delegations made in one message."""
        return delegate(self.main, *calls)

    def think(self, text: str) -> None:
        """Append a message with a hidden thought and what is said of it."""
        thought: Json = {"type": "thinking", "thinking": "", "signature": "c2lnbmVk"}
        self.main.assistant(thought, {"type": "text", "text": text})

    def warm_up(self) -> Thread:
        return extras.warm_up(self.main)

    def compact(self) -> None:
        extras.compact(self.main)

    def aside(self) -> None:
        extras.aside(self.main)

    def workflow(self, plan: Plan = TWO_PHASES, status: str = "completed") -> str:
        """Append a workflow and return the id of its call."""
        return workflow(self.main, plan, status)

    def teammate(self) -> None:
        extras.teammate(self.main)

    def subtask(self) -> None:
        extras.subtask(self.main)

    def skill(self, name: str = "tidy") -> None:
        extras.skill(self.main, name)

    def orphan(self) -> None:
        extras.orphan(self.main)

    def metadata(self, title: str = "A session") -> None:
        extras.metadata_lines(self.main, title)

    def rename(self, title: str) -> None:
        extras.rename(self.main, title)

    def list_agents(self, *names: str) -> None:
        """Append the list of agent types that newer versions attach."""
        extras.list_agents(self.main, *names)

    def api_error(self, text: str = "API Error: Connection error.") -> None:
        self.main.synthetic(text, isApiErrorMessage=True)

    def soil(self, kind: dirt.Dirt) -> None:
        """Spoil the last line, or append a bad one."""
        dirt.soil(self.main.book.files, self.path, kind)

    def cut_last_line(self) -> None:
        dirt.cut_last_line(self.main.book.files, self.path)

    def leave_open(self) -> None:
        dirt.leave_open(self.main.book.files.transcripts[self.path])


class Corpus:
    """Sessions below one root, made from one seed."""

    def __init__(self, seed: int = 1) -> None:
        rng = random.Random(seed)
        self.files = Files()
        self.truth = Truth()
        self.book = Book(rng, Names(rng), self.files, self.truth)

    def session(
        self,
        version: str = "2.1.172",
        *,
        cwd: str = "/home/dev/atlas",
        start: str = START,
        branch: str = "main",
        session_id: str | None = None,
    ) -> Session:
        """Begin a session; `start` is ISO 8601."""
        identity = session_id or self.book.names.uuid()
        setting = Setting(f"{slug(cwd)}/{identity}.jsonl", identity, cwd, Era(version), branch)
        return Session(Thread(self.book, setting, ("session", identity), milliseconds(start)))

    def resume(self, source: Session, *, start: str, keep_session: bool = False) -> Session:
        """Begin a session in a new file that repeats another, as 1.0.x did: ids of messages and calls alone are kept.

        With `keep_session` the copied lines still bear the old session's id.
        """
        target = self._like(source, self.book.names.uuid(), start)
        copies.copy_lines(source.main, target.main, rewrite=True, keep_session=keep_session)
        return target

    def fork(self, source: Session, *, session_id: str | None = None) -> Session:
        """Begin a session that repeats another with times and uuids kept.

        Its file sorts after the first one's, unless `session_id` says otherwise.
        """
        identity = session_id or self.book.names.uuid()
        while identity < source.session_id and session_id is None:
            identity = "f" + identity[1:] if identity[0] != "f" else self.book.names.uuid()
        target = self._like(source, identity, timestamp(source.main.now))
        copies.copy_lines(source.main, target.main, rewrite=False)
        return target

    def lose_main_file(self, session: Session) -> None:
        """Take a session's main file away: its calls are gone, the runs in its folder belong to none."""
        del self.files.transcripts[session.path]
        lose_calls(session.main)

    def write(self, folder: Path) -> None:
        """Write everything below `folder`, which becomes a configuration directory, into its `projects`."""
        self.files.write(folder / "projects")

    def _like(self, source: Session, session_id: str, start: str) -> Session:
        setting = source.main.setting
        return self.session(
            setting.era.version, cwd=setting.cwd, start=start, branch=setting.branch, session_id=session_id
        )

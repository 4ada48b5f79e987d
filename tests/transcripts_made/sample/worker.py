"""How delegations of the sample come about: by the habits of the agents, chance from the seed, and the period."""

import random
from dataclasses import dataclass, field, replace

from tests.transcripts_made.calls import Call, How, Notice, Step, bash, edit, grep, read, write
from tests.transcripts_made.corpus import Session
from tests.transcripts_made.eras import Era
from tests.transcripts_made.sample.agents import HABITS, Habit
from tests.transcripts_made.sample.projects import Project, Topic
from tests.transcripts_made.sample.words import Ask, Words
from tests.transcripts_made.truth import Outcome

READERS = {"Explore", "Plan", "architect", "code-reviewer", "performance-analyst"}
"""Agents that change no file."""

TRIES = 8
REPROACH = "The last attempt did not do this; stay within what is asked."

FAILED: tuple[tuple[Outcome, How, int], ...] = (
    ("failed", "error", 40),
    ("interrupted", "escape", 22),
    ("rejected", "user", 10),
    ("failed", "limit", 8),
    ("failed", "api_error", 8),
    ("killed", "notice", 5),
    ("killed", "task_stop", 3),
    ("unreported", "silent", 3),
    ("rejected", "rule", 2),
    ("unanswered", "", 2),
)
"""How work fails, or is lost sight of, with weights."""

IN_LINE: dict[Outcome, tuple[Outcome, How]] = {"killed": ("failed", "limit"), "unreported": ("unanswered", "")}
"""What happens instead in versions that run no agent in the background."""


@dataclass(slots=True)
class Desk:
    """Somebody at work in one session; `period` is 0, 1 or 2, `safe` 0 to 1 replaces the agents' own success.

    Chance takes its course as in `newest`, so that the same things happen whichever version writes them down.
    """

    session: Session
    project: Project
    topic: Topic
    period: int
    rng: random.Random
    words: Words
    newest: Era
    safe: float | None = None
    asked: set[str] = field(default_factory=set)

    def hand(self, agent: str, kind: str | None = None, **fixed: object) -> Outcome:
        """Delegate a task to the agent and say something about what came back; return what became of it."""
        call = self.task(agent, kind, **fixed)
        if self.rng.random() < 0.35 and self.session.main.message_count:
            self.session.wait(self.rng.randrange(30, 300))
            self.session.prompt(self.words.say("follow_ups", self.project, self.topic))
        self.session.wait(self.rng.randrange(3, 40))
        thought = self.words.say("thoughts", self.project, self.topic, agent) if self.rng.random() < 0.4 else None
        self.session.call(call, thought)
        self._comment(call)
        return call.outcome

    def hand_again(self, agent: str) -> None:
        """Delegate a task that fails, then nearly the same once more."""
        call = self.task(agent, None, outcome="failed", how="error")
        self.session.call(replace(call, result=self.words.say("failures", self.project, self.topic)))
        again = self.task(agent, None, outcome="completed", how="")
        prompt = f"{call.prompt} The first attempt failed; read the whole file before you edit it."
        self.session.call(replace(again, prompt=prompt, description=call.description))

    def hand_together(self, *agents: str) -> None:
        """Delegate to several agents in one message."""
        self.session.parallel(*(self.task(agent, None) for agent in agents))
        self.session.say(self.words.say("syntheses", self.project, self.topic, agents[0]))

    def task(self, agent: str, kind: str | None, **fixed: object) -> Call:
        """Return a call as chance and habit have it; `fixed` are fields of `Call`."""
        habit = HABITS[agent]
        ask = self._new_ask(kind or agent)
        outcome, how = self._end(habit)
        call = Call(
            agent,
            ask.prompt,
            ask.description,
            model=habit.model,
            steps=self._steps(agent, habit),
            context=self.rng.randrange(*habit.context),
            seconds=self.rng.randrange(*habit.seconds),
            notices=self._notices(),
        )
        call = replace(call, outcome=outcome, how=how)
        call = replace(call, **fixed)  # type: ignore[arg-type]  # the fields are those of Call
        return replace(call, result=self._result(call, ask.result))

    def _new_ask(self, kind: str) -> Ask:
        """Return a task that was not given out in this session before, if one is found in a few tries."""
        for _ in range(TRIES):
            ask = self.words.ask(kind, self.project, self.topic)
            if ask.prompt not in self.asked:
                break
        self.asked.add(ask.prompt)
        return ask

    def _end(self, habit: Habit) -> tuple[Outcome, How]:
        if self.rng.random() < (habit.success[self.period] if self.safe is None else self.safe):
            return "completed", ""
        drawn = self.rng.randrange(sum(weight for _, _, weight in FAILED))
        for outcome, how, weight in FAILED:
            drawn -= weight
            if drawn < 0:
                in_background = self.session.main.setting.era.runs_in_background
                return (outcome, how) if in_background else IN_LINE.get(outcome, (outcome, how))
        raise AssertionError

    def _result(self, call: Call, success: str) -> str:
        if call.how == "limit":
            return self.words.limit(self.session.main.setting.era, self.session.main.now)
        if call.how == "api_error":
            return self.words.api_error
        if call.outcome == "failed":
            return self.words.say("failures", self.project, self.topic)
        return success if call.outcome == "completed" else ""

    def _steps(self, agent: str, habit: Habit) -> tuple[Step, ...]:
        count = self.rng.randint(*habit.steps)
        return tuple(self._step(agent, position, count) for position in range(count))

    def _step(self, agent: str, position: int, count: int) -> Step:
        source, test = self._path(self.topic.source), self._path(self.topic.test)
        if position == 0 and (count > 1 or agent in READERS):
            return read(test if agent == "test-writer" else source)
        if agent in READERS:
            return grep(self.topic.source.rsplit("/", 1)[-1].split(".")[0])
        if position > 1 and position == count - 1:
            return bash(self.project.test_command, self.rng.choice(("ok", "ok", "ok", "1 failed")))
        if agent == "test-writer":
            return write(test)
        if agent in {"doc-writer", "api-designer"}:
            folder = "docs" if agent == "doc-writer" else "docs/api"
            return edit(self._path(f"{folder}/{self.topic.source.rsplit('/', 1)[-1].split('.')[0]}.md"))
        return edit(source)

    def _path(self, relative: str) -> str:
        return f"{self.project.cwd}/{relative}"

    def _notices(self) -> tuple[Notice, ...]:
        if self.newest.number >= (2, 1, 150):
            return self.rng.choice((("queue", "user"), ("queue", "attachment"), ("user",)))
        return ("queue", "user")

    def _comment(self, call: Call) -> None:
        chance = self.rng.random()
        if call.outcome == "interrupted" or (call.outcome == "completed" and chance < self._doubt(call)):
            self._correct()
            if call.outcome == "completed" and self.rng.random() < 0.5:
                self.session.call(replace(call, prompt=f"{call.prompt} {REPROACH}"))
        elif call.outcome != "completed":
            self.session.say(self.words.say("after_failures", self.project, self.topic))
        elif chance > 0.6:
            self.session.say(self.words.say("syntheses", self.project, self.topic, call.agent or ""))

    def _doubt(self, call: Call) -> float:
        """How often the user is not content with a result."""
        doubts = {"general-purpose": 0.15, "developer": 0.08 - 0.03 * self.period, "debugger": 0.06}
        return doubts.get(call.agent or "", 0.01)

    def _correct(self) -> None:
        """The user stops the model or says no, then says what was wrong; the main thread mends it itself."""
        path = self._path(self.topic.source)
        if self.rng.random() < 0.5:
            self.session.interrupt()
        else:
            self.session.refuse(edit(path))
        self.session.wait(self.rng.randrange(20, 120))
        self.session.prompt(self.words.say("corrections", self.project, self.topic))
        self.session.tool(edit(path))

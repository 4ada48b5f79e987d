"""What is said in the sample: templates from `words.toml`, filled in with a topic of a project."""

import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.transcripts_made.eras import Era
from tests.transcripts_made.sample.projects import Project, Topic

Saying = Literal[
    "failures", "beginnings", "follow_ups", "corrections", "thoughts", "syntheses", "after_failures", "answers"
]

FIVE_HOURS = 5 * 3600


@dataclass(frozen=True, slots=True)
class Ask:
    """What an agent is asked, and what it answers when it succeeds."""

    description: str
    prompt: str
    result: str


class Words:
    """Chooses among the templates with a seeded generator."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        with (Path(__file__).parent / "words.toml").open("rb") as file:
            self._templates = tomllib.load(file)

    def limit(self, era: Era, now: int) -> str:
        """Return what is said at the limit of usage; 1.x names the second at which the five hours end."""
        resets = (now // 1000 // FIVE_HOURS + 1) * FIVE_HOURS
        return str(self._templates["old_limit" if era.layout == "inline" else "limit"]).format(resets=resets)

    @property
    def api_error(self) -> str:
        return str(self._templates["api_error"])

    def say(self, saying: Saying, project: Project, topic: Topic, agent: str = "") -> str:
        return self._filled(str(self._rng.choice(self._templates[saying])), project, topic, agent)

    def ask(self, kind: str, project: Project, topic: Topic) -> Ask:
        """Return a task for the agent, or a misrouted one for the generalist (`misrouted`)."""
        chosen = self._rng.choice(self._templates["asks"][kind])
        texts = (str(chosen["description"]), str(chosen["prompt"]), str(self._rng.choice(chosen["results"])))
        return Ask(*(self._filled(text, project, topic) for text in texts))

    @staticmethod
    def _filled(template: str, project: Project, topic: Topic, agent: str = "") -> str:
        """Return the template filled in; a sentence that begins with the topic begins with a capital letter."""
        text = template.format(
            topic=topic.name, source=topic.source, test=topic.test, command=project.test_command, agent=agent
        )
        return text[0].upper() + text[1:] if template.startswith("{topic}") else text

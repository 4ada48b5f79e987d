"""The long sessions of the sample: who was called in turn, and which calls came to nothing."""

from dataclasses import dataclass

from tests.transcripts_made.calls import How
from tests.transcripts_made.sample.worker import Desk
from tests.transcripts_made.truth import Outcome

LOOP = ("developer", "code-reviewer")
ERROR: tuple[Outcome, How] = ("failed", "error")
ESCAPE: tuple[Outcome, How] = ("interrupted", "escape")
SILENT: tuple[Outcome, How] = ("unreported", "silent")


@dataclass(frozen=True, slots=True)
class Marathon:
    """A session with more than twenty delegations; `ends` are those that did not complete, by position from 0."""

    day: str
    agents: tuple[str, ...]
    ends: dict[int, tuple[Outcome, How]]


MARATHONS = (
    Marathon(
        "2026-08-20",
        ("Explore", "Plan", *("developer", "developer", "test-writer", "general-purpose", "debugger") * 5),
        {2: ERROR, 3: ERROR, 5: ESCAPE, 7: ERROR, 10: ESCAPE, 12: ERROR, 13: ERROR, 16: ERROR, 21: ESCAPE, 22: ERROR},
    ),
    Marathon(
        "2026-08-27",
        ("Explore", "Plan", *("developer", "general-purpose", "test-writer", "debugger") * 5),
        {2: ERROR, 3: ERROR, 6: ESCAPE, 7: ERROR, 10: ERROR, 11: ("failed", "limit"), 15: ERROR, 19: ESCAPE},
    ),
    Marathon(
        "2026-09-10",
        ("Explore", "Plan", *LOOP * 5, "test-writer", *LOOP * 5, "test-writer", "doc-writer"),
        {8: ERROR},
    ),
    Marathon(
        "2026-09-22",
        ("Explore", "Explore", "architect", *("developer", "code-reviewer", "debugger") * 7, "test-writer"),
        {5: ERROR, 9: ESCAPE, 14: ERROR, 18: ("rejected", "user")},
    ),
    Marathon(
        "2026-10-15",
        ("Explore", "api-designer", "Plan", *("developer", "code-reviewer", "test-writer") * 8, "doc-writer"),
        {12: ERROR, 20: ERROR},
    ),
    Marathon(
        "2026-10-23",
        ("Explore", "Explore", "Plan", *("developer", "test-writer") * 9, "code-reviewer"),
        {position: SILENT for position in range(3, 21) if position % 3 != 2} | {20: ("unanswered", "")},
    ),
)


def run(desk: Desk, marathon: Marathon) -> None:
    """Play a marathon: only what is listed goes wrong."""
    desk.safe = 1.0
    for position, agent in enumerate(marathon.agents):
        if position % 4 == 3:
            desk.topic = desk.rng.choice(desk.project.topics)
        outcome, how = marathon.ends.get(position, ("completed", ""))
        desk.hand(agent, outcome=outcome, how=how)

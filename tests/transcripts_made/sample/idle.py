"""Sessions of the sample with results that do no work, and a long one that goes half well."""

from dataclasses import replace
from datetime import date

from tests.transcripts_made.sample.worker import Desk
from tests.transcripts_made.truth import ResultKind

VERSION = "1.0.85"
"""It keeps runs in the main file, so that the sample stays small."""
HOLLOW: tuple[tuple[ResultKind, str], ...] = (
    ("invented", "Let me first examine the history.\n\nAll entries since the last release are in the change log."),
    ("invented", "<bash>git log --oneline</bash>\n\nThe notes are written and all links in them work."),
    ("unable", "I'm unable to proceed: there is no tool here that reads files."),
    ("empty", "(no content)"),
    ("invented", '<invoke name="Write">\n<parameter name="file_path">CHANGES.md</parameter>\n</invoke>\n\nDone.'),
)
"""Results of agents that called no tool."""

SPREE = (
    *("Explore", "changelog-writer", "Plan", "test-writer", "changelog-writer", "doc-writer") * 2,
    *("changelog-writer", *("Plan", "test-writer", "Explore") * 4, "doc-writer"),
)
"""Who is called in the long session, in turn. Whatever is asked of the changelog-writer comes to nothing."""


LOOKED_INTO = ("2026-08-04", "2026-08-17", "2026-09-01", "2026-09-30", "2026-10-13")
"""Days on which the qa-helper is given a failure to look into, and does."""
TESTS_DAY, TESTS = "2026-09-14", (0, 1, 2, 3, 4, 1, 3)
"""The day on which it is given the test-writer's work, and which of the hollow results each task brings."""

SPREE_DAY = date(2026, 8, 5)


def spree(desk: Desk) -> None:
    """A long session, four fifths of which do the work: a rule refuses a call, and the generalist plays a role."""
    desk.safe = 1.0
    shapes = iter(HOLLOW)
    for agent in SPREE:
        if agent == "changelog-writer":
            idle(desk, agent, next(shapes))
        else:
            desk.hand(agent, outcome="completed", how="")
    desk.hand("git-helper", outcome="rejected", how="rule")
    played = desk.task("general-purpose", "doc-writer", outcome="completed", how="")
    desk.session.call(replace(played, prompt=f"Act as the doc-writer agent. {played.prompt}"))


def look_into(desk: Desk) -> None:
    """A failure for the qa-helper, which finds its cause; the developer does not mend it."""
    desk.hand("qa-helper", "debugger", outcome="completed", how="")
    desk.hand("developer", outcome="failed", how="error")


def write_tests(desk: Desk) -> None:
    """Tests for the qa-helper to write; it writes none."""
    for number in TESTS:
        idle(desk, "qa-helper", HOLLOW[number], "test-writer")
        desk.topic = desk.rng.choice(desk.project.topics)


def idle(desk: Desk, agent: str, shape: tuple[ResultKind, str], kind: str | None = None) -> None:
    """Delegate a task to which the agent answers without having called a tool."""
    result_kind, result = shape
    task = desk.task(agent, kind, outcome="completed", how="", steps=())
    desk.session.wait(desk.rng.randrange(3, 40))
    desk.session.call(replace(task, kind=result_kind, result=result))

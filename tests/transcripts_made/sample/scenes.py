"""What happens in a session of the sample: scenes, each a piece of work with its delegations."""

from collections.abc import Callable

from tests.transcripts_made.calls import read
from tests.transcripts_made.sample.worker import Desk

Scene = Callable[[Desk], None]


def feature(desk: Desk) -> None:
    """Something new: look, plan, build, test, and from the second period on review and mend."""
    desk.hand("Explore")
    desk.hand("architect" if desk.rng.random() < 0.4 and desk.period < 2 else "Plan")
    if desk.period == 2:
        desk.hand("api-designer")
    desk.hand("developer")
    if desk.period > 0:
        desk.hand("code-reviewer")
        desk.hand("developer", "mending")
        if desk.rng.random() < 0.5:
            desk.hand("code-reviewer", "second_look")
    desk.hand("test-writer")


def bug(desk: Desk) -> None:
    """Something broken: find the cause, mend it."""
    desk.hand("debugger")
    desk.hand("developer")
    if desk.rng.random() < 0.5:
        desk.hand("test-writer")


def second_try(desk: Desk) -> None:
    """A task that fails and is given out again in nearly the same words."""
    desk.hand("Explore")
    desk.hand_again("developer" if desk.period < 2 else "debugger")
    if desk.period > 0:
        desk.hand("code-reviewer")


def cleaning(desk: Desk) -> None:
    """Structure, by the specialist or, early on, by the generalist."""
    desk.hand("Explore")
    if desk.rng.random() < (0.6, 0.35, 0.1)[desk.period]:
        desk.hand("general-purpose", "misrouted")
    else:
        desk.hand("refactoring-expert")
    desk.hand("test-writer")


def chores(desk: Desk) -> None:
    """Work for which nobody is the specialist, or for which nobody looked for one."""
    desk.hand("general-purpose")
    desk.hand("general-purpose", "misrouted" if desk.period < 2 else None)
    if desk.period == 0:
        desk.hand("general-purpose", "misrouted")


def questions(desk: Desk) -> None:
    """Several places looked at side by side."""
    desk.hand_together("Explore", "Explore")
    desk.hand("Explore")


def writing(desk: Desk) -> None:
    """Documentation of what has changed."""
    desk.hand("Explore")
    desk.hand("doc-writer")


def reviewing(desk: Desk) -> None:
    """A branch looked at by several reviewers; before there was a reviewer, by the generalist."""
    if desk.period == 0:
        desk.hand("general-purpose")
        desk.hand("doc-writer")
        return
    desk.hand_together("code-reviewer", "code-reviewer")
    desk.hand("developer", "mending")
    desk.hand("code-reviewer", "second_look")


def designing(desk: Desk) -> None:
    """A larger question before anything is built."""
    desk.hand("Explore")
    desk.hand("architect")
    if desk.period == 2:
        desk.hand("api-designer")
        desk.hand("api-designer")
    desk.hand("Plan")


def slowness(desk: Desk) -> None:
    """Something slow, measured before it is changed."""
    desk.hand("performance-analyst")
    desk.hand("developer")


def alone(desk: Desk) -> None:
    """Work without any agent."""
    desk.session.tool(read(f"{desk.project.cwd}/{desk.topic.source}"))
    desk.session.say(desk.words.say("answers", desk.project, desk.topic))

"""Sessions of the sample that leave rare traces: lists of agents, proofs of use, a plan sent back, a model not had."""

from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

from tests.transcripts_made.calls import edit, read
from tests.transcripts_made.sample.agents import OPUS
from tests.transcripts_made.sample.worker import Desk

NEWEST, GUIDE_DAY = "2.1.205", date(2026, 10, 6)
"""The version is first seen on this day; a built-in agent type that older versions have, too, is first used with it."""
VERSION, PROOF_DAY = "2.1.178", date(2026, 10, 13)
"""The last version that waits for its agents, so that what the user does next follows a result."""

BUILT_IN = ("claude", "claude-code-guide", "Explore", "general-purpose", "Plan", "statusline-setup")
PLUGIN = "security-auditor"
"""An agent of a plugin: it is in the lists, has no file in the agents folder, and is never called."""


def asked_a_guide(desk: Desk) -> None:
    """A question for the guide, then work for the generalist: some for which an agent is listed, some with a role."""
    desk.session.list_agents(*BUILT_IN, PLUGIN)
    _give(
        desk,
        "claude-code-guide",
        "Explain plugins",
        "How does a plugin bring an agent to a project, and who may call it? Answer in three sentences.",
        "A plugin has a folder with agents. They can be called in each project in which it is switched on.",
    )
    _give(
        desk,
        "general-purpose",
        "Review the module for security",
        f"Review the module {desk.topic.source} for security: what could a hostile input do there? Change nothing.",
        "Two inputs are not checked for their length. Nothing else stands out.",
    )
    _give(
        desk,
        "general-purpose",
        "Decide on the release",
        f"You are a release manager. Decide if the change of {desk.topic.name} can go out this week, and say why.",
        "It can go out once the tests of the last change are green.",
    )


def used_and_sent_back(desk: Desk) -> None:
    """Results that the caller uses, a plan that is sent back, an edit that is stopped, a model that was not had."""
    desk.session.list_agents(*BUILT_IN, PLUGIN)
    desk.session.rename("before the audit")
    place = f"{PurePosixPath(desk.topic.source).name}:214"
    _give(
        desk,
        "Explore",
        "Find the gap",
        f"Find the branch of {desk.topic.name} that no test reaches. Answer with its file and line.",
        f"No test reaches the branch at {place}.",
    )
    desk.session.say(f"The gap is at {place}, so I start there.")
    desk.hand("Plan", outcome="completed", how="")
    desk.session.send_plan_back("Only the first step, please. Leave the rest for next week.")
    desk.session.prompt("Go on with the first step.")
    _give(
        desk,
        "developer",
        "Close the gap",
        f"Close the gap at {place}: handle the empty case as the other branches do, and run the tests.",
        "The branch calls skip_empty_rows now, as the others do. All tests pass.",
        requested_model=OPUS,
    )
    desk.session.say("The branch uses skip_empty_rows now; one name is left to change.")
    desk.session.refuse(edit(f"{desk.project.cwd}/{desk.topic.source}"))
    desk.session.prompt("Leave the name as it is.")


def _give(desk: Desk, agent: str, description: str, prompt: str, result: str, **fixed: object) -> None:
    """Delegate a task that succeeds, in words of its own."""
    task = desk.task(agent, "Explore", outcome="completed", how="", **fixed)
    if agent != "developer":
        task = replace(task, steps=(read(f"{desk.project.cwd}/{desk.topic.source}"),))
    desk.session.wait(desk.rng.randrange(3, 40))
    desk.session.call(replace(task, description=description, prompt=prompt, result=result))

"""One small corpus of each kind: what extraction must get right, by name."""

from collections.abc import Callable
from functools import partial
from typing import get_args

from tests.transcripts_made import recent, stories
from tests.transcripts_made.calls import Call, How
from tests.transcripts_made.corpus import Corpus, Session
from tests.transcripts_made.dirt import Dirt
from tests.transcripts_made.truth import Outcome

VERSIONS = (
    "0.2.122",
    "1.0.17",
    "1.0.80",
    "2.0.31",
    "2.0.71",
    "2.1.1",
    "2.1.4",
    "2.1.39",
    "2.1.42",
    "2.1.63",
    "2.1.92",
    "2.1.146",
    "2.1.172",
    "2.1.183",
    "2.1.199",
    "2.1.205",
    "2.1.332",
)
IN_LINE: tuple[tuple[Outcome, How], ...] = (
    ("completed", ""),
    ("failed", "error"),
    ("failed", "limit"),
    ("failed", "api_error"),
    ("rejected", "user"),
    ("rejected", "rule"),
    ("rejected", "plan"),
    ("interrupted", "escape"),
    ("interrupted", "sibling"),
    ("interrupted", "flag"),
    ("not_started", ""),
    ("unanswered", ""),
)
IN_LINE_LATELY: tuple[tuple[Outcome, How], ...] = (
    ("rejected", "denied"),
    ("rejected", "hook"),
    ("rejected", "auto_mode"),
    ("interrupted", "as_refusal"),
    ("interrupted", "sibling_failed"),
    ("not_started", "no_tool"),
    ("failed", "turn_limit"),
    ("failed", "cut"),
)
"""Ends that versions from 2.1.205 on know as well."""
IN_BACKGROUND: tuple[tuple[Outcome, How], ...] = (
    ("completed", "notice"),
    ("failed", "notice"),
    ("killed", "notice"),
    ("killed", "task_stop"),
    ("unreported", "silent"),
    ("unreported", "odd_word"),
    ("completed", "stop_refused"),
)
RESULTS: dict[How, str] = {
    "error": "Error: Command timed out after 2m 0.0s",
    "limit": "You've hit your limit · resets 3pm",
    "api_error": "API Error: 529 overloaded_error",
}
RESULTS_LATELY: dict[How, str] = RESULTS | {
    "limit": "You\u2019ve hit your org's monthly spend limit \u00b7 ask for more"
}


def every_end(version: str) -> Corpus:
    """Every outcome that the version knows, once."""
    corpus = Corpus()
    session = corpus.session(version)
    session.prompt("Please begin.")
    knows_background = session.main.setting.era.runs_in_background
    lately = IN_LINE_LATELY if session.main.setting.era.background_in_runs else ()
    for outcome, how in IN_LINE + lately + (IN_BACKGROUND if knows_background else ()):
        result = (RESULTS_LATELY if lately else RESULTS).get(how, "Done.")
        background = (outcome, how) in IN_BACKGROUND
        call = Call("dev", f"{outcome} by {how}", outcome=outcome, how=how, result=result, background=background)
        session.call(call)
    session.say("That was all.")
    session.metadata()
    return corpus


def dirty(kind: Dirt) -> Corpus:
    """One damaged line of a kind, good ones around it."""
    corpus = Corpus()
    session: Session = corpus.session("2.1.172")
    session.prompt("Begin.")
    session.say("One.")
    session.say("Two.")
    session.soil(kind)
    session.delegate("dev", "Do it.")
    return corpus


TOLD = ("2.0.71", "2.0.76", "2.1.39", "2.1.172", "2.1.332")
KINDS: dict[str, Callable[[], Corpus]] = {
    **{f"every end in {version}": partial(every_end, version) for version in VERSIONS},
    **{f"background in {version}": partial(stories.told, version) for version in TOLD},
    **{f"compaction in {version}": partial(stories.compacted, version) for version in ("1.0.17", "2.0.31", "2.1.172")},
    **{f"line {kind}": partial(dirty, kind) for kind in get_args(Dirt)},
    **{
        f"hollow in {version}": partial(stories.hollow, version)
        for version in ("1.0.80", "2.0.31", "2.0.71", "2.1.39", "2.1.199")
    },
    "runs side by side in the main file": stories.parallel_inline,
    "the same prompt again": stories.same_prompt_again,
    "resumed": stories.resumed,
    "forked": stories.forked,
    "helpers": stories.helpers,
    "workflows": stories.workflows,
    "warm-ups": stories.warm_ups,
    "nested": stories.nested,
    "progress only": stories.progress_only,
    "loosely linked": stories.loosely_linked,
    "followed": stories.followed,
    "odd messages": stories.odd_messages,
    "open ended": stories.open_ended,
    "teammates": stories.teammates,
    "deep": stories.deep,
    "lost main file": stories.lost_main_file,
    "no sessions": stories.no_sessions,
    "forks": recent.forks,
    "cloud": recent.cloud,
    "skills": recent.skills,
    "returning": recent.returning,
    "on clouds": recent.on_clouds,
    "copied before": recent.copied_before,
    "behind a gateway": recent.behind_a_gateway,
    "kept requests": recent.kept_requests,
    "other times": recent.other_times,
    "worktrees": recent.worktrees,
}
"""Makers of corpora; each gives the same corpus every time."""

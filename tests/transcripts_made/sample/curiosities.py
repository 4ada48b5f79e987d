"""Sessions of the sample that show what happens rarely: nesting, resuming, compaction, helpers of several kinds."""

from collections.abc import Callable
from dataclasses import replace

from tests.transcripts_made.corpus import Corpus
from tests.transcripts_made.naming import timestamp
from tests.transcripts_made.sample.worker import Desk

Curiosity = Callable[[Corpus, Desk], None]


def _nested(_: Corpus, desk: Desk) -> None:
    """Agents that call agents, three deep."""
    desk.safe = 1.0
    deepest = desk.task("Explore", None)
    middle = replace(desk.task("developer", None), inside=(deepest,))
    desk.session.call(replace(desk.task("general-purpose", None), inside=(middle, desk.task("test-writer", None))))


def _resumed(corpus: Corpus, desk: Desk) -> None:
    """A session that is taken up again the next morning in a new file."""
    desk.hand("developer")
    later = timestamp(desk.session.main.now + 15 * 3_600_000)
    desk.session = corpus.resume(desk.session, start=later)
    desk.session.prompt("Let's go on where we stopped.")
    desk.hand("developer")


def _forked(corpus: Corpus, desk: Desk) -> None:
    """A conversation that is taken in another direction."""
    desk.hand("Plan")
    desk.session = corpus.fork(desk.session)
    desk.session.prompt("Let me try the other way instead.")
    desk.hand("developer")


def _compacted(_: Corpus, desk: Desk) -> None:
    """A conversation that outgrew its context."""
    desk.hand("Explore")
    desk.session.compact()
    desk.hand("developer")
    desk.session.aside()


def _helpers(_: Corpus, desk: Desk) -> None:
    """A workflow, a teammate, and an agent whose call is in no file."""
    desk.session.workflow()
    desk.session.teammate()
    desk.session.orphan()
    desk.hand("Explore")


def _warm(_: Corpus, desk: Desk) -> None:
    """Agents started to fill the cache, an error of the API, runs that nothing or little but progress lines tell of."""
    desk.session.warm_up()
    desk.session.warm_up()
    desk.session.api_error()
    desk.session.call(replace(desk.task("Explore", None), outcome="completed", how="", place="progress"))
    abandoned = f"Find where the old name of {desk.topic.name} is still used, in code and in prose."
    desk.session.delegate("Explore", abandoned, description="Find old names", outcome="interrupted", how="escape")


def _unknown_agent(_: Corpus, desk: Desk) -> None:
    """An agent that is defined here, but was not known in the session."""
    desk.hand("git-helper", outcome="not_started", how="")
    desk.hand("general-purpose")


def _ignored_limits(_: Corpus, desk: Desk) -> None:
    """A run with a very long context, a plan that was refused, a cancelled sibling."""
    desk.hand("debugger", context=230_000, outcome="completed", how="")
    desk.hand("Plan", outcome="rejected", how="plan")
    again = desk.task("Explore", None)
    desk.session.parallel(
        replace(again, outcome="interrupted", how="escape"), replace(again, outcome="interrupted", how="sibling")
    )


def _polled(_: Corpus, desk: Desk) -> None:
    """A background agent that was asked for its end, one that ended in failure, one with a strange end."""
    desk.hand("test-writer", background=True, outcome="completed", how="notice", notices=("poll",))
    desk.hand("developer", background=True, outcome="failed", how="notice")
    desk.hand("Explore", background=True, outcome="unreported", how="odd_word")


BY_DAY: dict[str, Curiosity] = {
    "2026-08-06": _warm,
    "2026-08-13": _resumed,
    "2026-08-19": _unknown_agent,
    "2026-08-28": _polled,
    "2026-09-07": _compacted,
    "2026-09-16": _ignored_limits,
    "2026-09-29": _unknown_agent,
    "2026-10-07": _nested,
    "2026-10-14": _forked,
    "2026-10-21": _helpers,
}
VERSIONS = {
    "2026-08-06": "2.1.4",
    "2026-08-13": "1.0.80",
    "2026-08-19": "2.1.146",
    "2026-08-28": "2.1.39",
    "2026-09-07": "2.1.172",
    "2026-09-16": "2.1.172",
    "2026-09-29": "2.1.176",
    "2026-10-07": "2.1.176",
    "2026-10-14": "2.1.178",
    "2026-10-21": "2.1.183",
}

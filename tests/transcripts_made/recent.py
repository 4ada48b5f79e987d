"""Small corpora of what 2.1.200 and later versions write, and of gateways."""

from tests.transcripts_made.calls import Call, bash, edit, read
from tests.transcripts_made.corpus import Corpus
from tests.transcripts_made.gateway import through_gateway
from tests.transcripts_made.returning import lose_record, resume_by_message
from tests.transcripts_made.sent import keep_requests, write_other_times

NEWEST = "2.1.332"
CLOUD_NAMES = ("us.anthropic.claude-opus-4-6-v1:0", "claude-opus-4-6@default", "anthropic/claude-opus-4.6")


def forks() -> Corpus:
    """Forks of the main thread, two of them of one message, and a fork of an agent."""
    corpus = Corpus()
    session = corpus.session(NEWEST)
    session.prompt("Begin.")
    session.delegate("fork", "Try it.")
    session.parallel(Call("fork", "Try left."), Call("fork", "Try right."))
    inner = Call("fork", "Try it inside.", steps=(read("/w/a.py"),))
    session.call(Call("dev", "Work on it.", inside=(inner, Call("Explore", "Look around."))))
    session.delegate("fork", "Fail.", outcome="failed", how="error", result="Error: no")
    session.subtask()
    session.say("All forks are back.")
    return corpus


def cloud() -> Corpus:
    """Agents in the cloud, known by their task alone: here they leave no transcript."""
    corpus = Corpus()
    for version in ("2.1.63", NEWEST):
        session = corpus.session(version, start=f"2026-08-0{len(version)}T09:00:00Z")
        session.prompt("Begin.")
        for outcome in ("completed", "failed", "killed"):
            session.delegate("dev", f"{outcome} in {version}", place="none", outcome=outcome, how="cloud")
    return corpus


def skills() -> Corpus:
    """Skills that ran as agents, before and after a delegation."""
    corpus = Corpus()
    for version in ("2.1.205", NEWEST):
        session = corpus.session(version, start=f"2026-08-0{len(version)}T09:00:00Z")
        session.skill("tidy")
        session.delegate("dev", f"Do it in {version}.")
        session.skill("lint")
    return corpus


def returning() -> Corpus:
    """Agents taken up again by a message, once and twice, and one that the program lost."""
    corpus = Corpus()
    session = corpus.session(NEWEST)
    session.prompt("Begin.")
    once, twice = session.delegate("dev", "Do it."), session.delegate("Explore", "Look.")
    resume_by_message(session.main, once, edit("/w/a.py"))
    resume_by_message(session.main, twice)
    resume_by_message(session.main, twice, read("/w/a.py"))
    lost = session.delegate("dev", "Vanish.", outcome="unreported", how="silent")
    lose_record(session.main, lost)
    session.metadata()
    return corpus


def on_clouds() -> Corpus:
    """One model under the names of three clouds, in sessions and in runs."""
    corpus = Corpus()
    for day, model in enumerate(CLOUD_NAMES, 3):
        session = corpus.session(NEWEST, start=f"2026-08-0{day}T09:00:00Z")
        session.main.model = model
        session.prompt("Begin.")
        session.delegate("dev", f"Do it on {model}.", model=model)
    return corpus


def copied_before() -> Corpus:
    """A session begun by `--fork-session`, whose file sorts before the original's."""
    corpus = Corpus()
    first = corpus.session(NEWEST, session_id="f0000000-0000-4000-a000-000000000000")
    first.prompt("Begin.")
    first.delegate("dev", "Do it.")
    second = corpus.fork(first, session_id="10000000-0000-4000-a000-000000000000")
    second.delegate("dev", "Do it otherwise.")
    return corpus


def behind_a_gateway() -> Corpus:
    """One message id for all, calls numbered in each turn, agents that call agents.

    No two messages have the same counts, by which alone they can be told apart.
    """
    corpus = Corpus()
    session = corpus.session("2.1.172")
    session.prompt("Begin.")
    steps = (read("/w/a.py"), edit("/w/a.py"), bash("make"))
    session.delegate("dev", "First.", steps=steps)
    session.delegate("dev", "Second.", context=26_000, outcome="failed", how="error", result="Error: no", steps=steps)
    session.parallel(
        Call("Explore", "Left.", steps=steps, context=21_000), Call("Explore", "Right.", steps=steps, context=22_000)
    )
    session.call(
        Call(
            "dev",
            "Outer.",
            context=23_000,
            inside=(Call("Explore", "Inner.", context=24_000), Call("Explore", "Another inner.", context=25_000)),
        )
    )
    return through_gateway(corpus)


def kept_requests() -> Corpus:
    """Sessions and a run whose files keep copies of what was sent, calls too."""
    corpus = Corpus()
    session = corpus.session(NEWEST)
    session.prompt("Begin.")
    for prompt in ("First.", "Second."):
        call = session.delegate("dev", prompt, steps=(read("/w/a.py"),))
        keep_requests(session.main)
        keep_requests(corpus.book.runs[call])
    return corpus


def other_times() -> Corpus:
    """A session whose times another tool wrote anew, with agents that call agents and come back in the background."""
    corpus = Corpus()
    session = corpus.session("2.1.172")
    session.prompt("Begin.")
    session.delegate("dev", "Do it.", steps=(read("/w/a.py"), edit("/w/a.py")))
    session.call(Call("dev", "Outer.", inside=(Call("Explore", "Inner."),)))
    session.delegate("dev", "Wait.", background=True, how="notice")
    session.say("That was all.")
    for path in corpus.files.transcripts:
        write_other_times(corpus.files, path)
    return corpus


def worktrees() -> Corpus:
    """A session of a project and one of a worktree in it."""
    corpus = Corpus()
    for number, cwd in enumerate(("/home/dev/atlas", "/home/dev/atlas/.claude/worktrees/gate")):
        session = corpus.session(NEWEST, cwd=cwd, start=f"2026-08-0{3 + number}T09:00:00Z")
        session.prompt("Begin.")
        session.delegate("dev", "Do it.")
    return corpus

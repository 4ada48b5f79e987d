"""Small corpora that each tell of one thing that is easily got wrong."""

from tests.transcripts_made import oddities
from tests.transcripts_made.calls import Call, bash, edit, read
from tests.transcripts_made.corpus import Corpus
from tests.transcripts_made.files import TranscriptFile
from tests.transcripts_made.hollow import SHAPES


def parallel_inline() -> Corpus:
    corpus = Corpus()
    steps = (read("/w/a.py"), edit("/w/a.py"), bash("pytest"))
    session = corpus.session("1.0.80")
    session.parallel(Call("Explore", "Left.", steps=steps), Call("Explore", "Right.", steps=steps))
    session.parallel(Call("Explore", "Same."), Call("Explore", "Same."))
    return corpus


def same_prompt_again() -> Corpus:
    """The first of two equal prompts had been answered before the only run began."""
    corpus = Corpus()
    session = corpus.session("1.0.80")
    session.delegate("dev", "Do it.", place="none", outcome="failed", how="error", result="Error: no")
    session.delegate("dev", "Do it.")
    return corpus


def resumed() -> Corpus:
    corpus = Corpus()
    first = corpus.session("1.0.80")
    first.prompt("Begin.")
    first.delegate("dev", "Do it.")
    second = corpus.resume(first, start="2026-08-04T08:00:00Z")
    second.delegate("dev", "Do the rest.")
    third = corpus.resume(second, start="2026-08-05T08:00:00Z", keep_session=True)
    third.say("And on.")
    return corpus


def forked() -> Corpus:
    corpus = Corpus()
    first = corpus.session("2.1.172")
    first.prompt("Begin.")
    first.delegate("dev", "Do it.")
    corpus.fork(first).delegate("dev", "Do it otherwise.")
    return corpus


def compacted(version: str) -> Corpus:
    corpus = Corpus()
    session = corpus.session(version)
    session.delegate("Explore", "Look.")
    session.compact()
    session.prompt("Go on.")
    session.delegate("Explore", "Look again.")
    return corpus


def helpers() -> Corpus:
    corpus = Corpus()
    session = corpus.session("2.1.183")
    session.workflow()
    session.teammate()
    session.orphan()
    session.aside()
    session.delegate("Explore", "Look.")
    return corpus


def workflows() -> Corpus:
    """Return workflows of every end, in a version whose journal tells of failures and in one whose journal does not."""
    corpus = Corpus()
    for number, version in enumerate(("2.1.183", "2.1.332")):
        session = corpus.session(version, start=f"2026-08-0{number + 3}T09:00:00Z")
        session.prompt("Begin.")
        session.workflow((("Plan", ("done",)), ("Build", ("done", "error", "done")), ("Check", ())))
        session.workflow((("Build", ("done", "progress")),), "killed")
        session.workflow((("Build", ("error", "progress", "done")),), "unreported")
        session.workflow((), "failed")
        session.say("That was all.")
    corpus.fork(session)
    return corpus


def warm_ups() -> Corpus:
    corpus = Corpus()
    first, second = corpus.session("2.1.4"), corpus.session("2.1.4", start="2026-08-03T09:10:00Z")
    run = first.warm_up()
    first.say("Hello.")
    second.say("Hello again.")
    oddities.tear_run(run, second.main)
    second.warm_up()
    corpus.session("2.0.71", start="2026-08-03T11:00:00Z").warm_up()
    return corpus


def nested() -> Corpus:
    corpus = Corpus()
    deepest = Call("Explore", "Third.")
    middle = Call("dev", "Second.", inside=(deepest, Call("Explore", "Also third.")))
    for version in ("2.1.92", "2.1.176", "2.1.199"):
        corpus.session(version).call(Call("general-purpose", f"First in {version}.", inside=(middle,)))
    return corpus


def progress_only() -> Corpus:
    corpus = Corpus()
    session = corpus.session("2.1.39")
    session.delegate("Explore", "Look.", place="progress")
    session.delegate("Explore", "Look here too.")
    session.delegate("Explore", "Look, then stop.", outcome="interrupted", how="escape")
    return corpus


def loosely_linked() -> Corpus:
    """Runs whose answers do not name them, whose files lack the prompt, whose type only the answer knows."""
    corpus = Corpus()
    for version in ("2.0.71", "2.1.63", "2.1.92", "2.1.172"):
        session = corpus.session(version)
        session.delegate("dev", f"Nameless in {version}.", known_agent_id=False)
        session.delegate("dev", f"Promptless in {version}.", prompt_line=False)
        session.delegate(None, f"Typeless in {version}.", known_as="dev")
        session.delegate("dev", f"Without a trace in {version}.", place="none")
    return corpus


def told(version: str) -> Corpus:
    corpus = Corpus()
    session = corpus.session(version)
    session.delegate("dev", "Polled.", how="notice", background=True, notices=("poll",))
    session.delegate("dev", "Queued.", how="notice", background=True, notices=("queue",))
    session.delegate("dev", "Typed.", how="notice", background=True, notices=("user",))
    session.delegate("dev", "Attached.", how="notice", background=True, notices=("attachment",))
    session.delegate("dev", "Failed first.", how="notice", background=True, told_before=("running", "failed"))
    session.delegate("dev", "Said again.", how="said_again", background=True)
    return corpus


def followed() -> Corpus:
    corpus = Corpus()
    session = corpus.session("2.1.172")
    for number in range(3):
        session.prompt(f"Part {number}.")
        session.delegate("dev", f"Do part {number}.")
    session.refuse(edit("/w/a.py"))
    session.prompt("No.")
    session.delegate("Plan", "Plan it.")
    session.send_plan_back("")
    session.send_plan_back("Use the parser.")
    session.parallel(Call("dev", "Do one."), Call("dev", "Do two.", outcome="unanswered", how="silent"))
    session.refuse(edit("/w/b.py"))
    session.delegate("dev", "Do it right.")
    for path in ("/w/a.py", "/w/b.py", "/w/c.py"):
        session.tool(read(path))
    session.refuse(edit("/w/a.py"))
    for number in range(3):
        session.prompt(f"Remark {number}.")
    session.send_plan_back("Too late.")
    session.interrupt()
    return corpus


def odd_messages() -> Corpus:
    corpus = Corpus()
    session = corpus.session("2.1.172")
    session.prompt("Begin.")
    session.think("Hm.")
    oddities.nameless_message(session.main)
    oddities.changing_model(session.main)
    oddities.unknown_usage(session.main)
    oddities.inner_calls(session.main)
    oddities.broken_up_message(session.main, read("/w/a.py"), read("/w/b.py"))
    oddities.pasted_call(session.main)
    oddities.rewind(session.main)
    session.api_error()
    call = session.delegate("dev", "Do it.")
    oddities.continue_run(session.main, call, (edit("/w/a.py"),))
    return corpus


def teammates() -> Corpus:
    """Agents of a team: begun by a call, known by a name, not by their id."""
    corpus = Corpus()
    session = corpus.session("2.1.176")
    session.delegate("scout", "Look at the queue.", outcome="unreported", how="spawned")
    session.delegate("smith", "Mend the queue.", how="spawned", result="")
    session.delegate("clerk", "Count the queue.", outcome="failed", how="spawned", result="")
    session.prompt("Thank them.")
    session.delegate("dev", "Thank them.")
    session.teammate()
    return corpus


def deep() -> Corpus:
    """As deep as agents have been seen to call agents."""
    corpus = Corpus()
    call = Call("dev", "The deepest.", steps=())
    for depth in range(78, 0, -1):
        call = Call("dev", f"Depth {depth}.", steps=(), inside=(call,))
    corpus.session("2.1.176").call(call)
    return corpus


def lost_main_file() -> Corpus:
    corpus = Corpus()
    lost, kept = corpus.session("2.1.92"), corpus.session("2.1.92", start="2026-08-04T09:00:00Z")
    for session in (lost, kept):
        session.prompt("Begin.")
        session.delegate("Explore", "Look.")
    corpus.lose_main_file(lost)
    return corpus


def no_sessions() -> Corpus:
    """Files that hold no session: a summary alone, typed prompts, nothing at all."""
    corpus = Corpus()
    corpus.files.append("-w/summary.jsonl", {"type": "summary", "summary": "Old work", "leafUuid": "gone"})
    corpus.files.append("-w/titles.jsonl", {"type": "ai-title", "aiTitle": "Old work", "sessionId": "s"})
    corpus.files.append("history.jsonl", {"display": "hello", "timestamp": 1700000000000, "project": "/w"})
    corpus.files.transcripts["-w/empty.jsonl"] = TranscriptFile()
    return corpus


def hollow(version: str) -> Corpus:
    """Each shape as the result of an agent without tool calls, and each again of one with a call."""
    corpus = Corpus()
    session = corpus.session(version)
    for number, (kind, result) in enumerate(SHAPES):
        session.delegate("dev", f"Do {number}.", kind=kind, result=result, steps=())
        session.delegate("dev", f"Do {number} by a tool.", kind=kind, result=result)
    if session.main.setting.era.runs_in_background:
        for number, (kind, result) in enumerate(SHAPES):
            later: dict[str, object] = {"how": "notice", "background": True, "kind": kind, "result": result}
            session.delegate("dev", f"Do {number} in the background.", steps=(), **later)
            session.delegate("dev", f"Do {number} unseen.", place="none", **later)
    return corpus


def open_ended() -> Corpus:
    corpus = Corpus()
    whole, cut = corpus.session("2.1.172"), corpus.session("2.1.172", start="2026-08-04T09:00:00Z")
    whole.say("Whole.")
    whole.leave_open()
    cut.delegate("dev", "Do it.")
    cut.cut_last_line()
    return corpus

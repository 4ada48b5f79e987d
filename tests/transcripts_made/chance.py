"""A corpus as chance has it: any version, any end, any helper, damaged lines; the same for the same seed."""

import random
from collections.abc import Callable
from typing import get_args

from tests.transcripts_made import oddities
from tests.transcripts_made.calls import Call, Notice, Step, bash, edit, grep, read, write
from tests.transcripts_made.corpus import Corpus, Session
from tests.transcripts_made.dirt import Dirt
from tests.transcripts_made.hollow import SHAPES
from tests.transcripts_made.kinds import IN_BACKGROUND, IN_LINE, IN_LINE_LATELY, RESULTS, VERSIONS
from tests.transcripts_made.workflows import End

AGENTS = ("Explore", "Plan", "dev", "Dev", "superpowers:code-reviewer", None)
MODELS = ("claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5-20251001", "a-model-nobody-knows")
STEPS = (read("/w/a.py"), edit("/w/a.py"), write("/w/b.py"), bash("make"), grep("x"), Step("NotebookEdit", {}))
NOTICES: tuple[tuple[Notice, ...], ...] = (("queue",), ("user",), ("queue", "user"), ("attachment",), ("poll",))
UNTOLD_IN_RUNS = ("interrupted", "flag")
"""An end that only `toolUseResult` tells of, which later versions leave out of a run's own file."""


def chance_corpus(seed: int) -> Corpus:
    """Return a corpus of one to four sessions, some of them resumed or forked."""
    corpus, rng = Corpus(seed), random.Random(f"chance {seed}")
    sessions = [_session(corpus, rng, number) for number in range(rng.randint(1, 4))]
    source = rng.choice(sessions)
    if source.main.setting.era.layout == "inline":
        _act(corpus.resume(source, start="2026-09-01T08:00:00Z"), rng)
    elif rng.random() < 0.3:
        _act(corpus.fork(source), rng)
    return corpus


def _session(corpus: Corpus, rng: random.Random, number: int) -> Session:
    session = corpus.session(rng.choice(VERSIONS), start=f"2026-08-{number + 3:02d}T{rng.randrange(10, 20)}:00:00Z")
    session.prompt(f"Session {number}.")
    for _ in range(rng.randrange(1, 12)):
        _act(session, rng)
    return session


def _act(session: Session, rng: random.Random) -> None:
    """Let anything happen; delegations more often than the rest."""
    actions: list[Callable[[], object]] = [
        lambda: session.prompt(f"Prompt {rng.randrange(100)}."),
        lambda: session.tool(rng.choice(STEPS)),
        lambda: session.refuse(rng.choice(STEPS)),
        lambda: session.think("Hm."),
        lambda: _soil(session, rng.choice(get_args(Dirt))),
        lambda: oddities.nameless_message(session.main),
        lambda: oddities.broken_up_message(session.main, *rng.choices(STEPS, k=2)),
        lambda: oddities.unknown_usage(session.main),
        lambda: oddities.inner_calls(session.main),
        session.interrupt,
        session.compact,
        session.metadata,
        session.api_error,
    ]
    if session.main.setting.era.layout != "inline":
        actions += [session.warm_up, session.orphan]
    if session.main.setting.era.layout == "subagents":
        actions += [lambda: _workflow(session, rng), session.aside, session.skill, session.subtask]
    if rng.random() < 0.5:
        session.parallel(*(_call(session, rng) for _ in range(rng.choice((1, 1, 1, 2, 3)))))
    else:
        rng.choice(actions)()


def _workflow(session: Session, rng: random.Random) -> None:
    """Let a workflow of one or two phases end in any way."""
    plan = tuple(
        (f"Phase {n}", tuple(rng.choices(get_args(End), k=rng.randrange(3)))) for n in range(rng.randint(1, 2))
    )
    session.workflow(plan, rng.choice(("completed", "failed", "killed", "unreported")))


def _soil(session: Session, kind: Dirt) -> None:
    """Spoil a line that was whole, with a whole one before it."""
    session.say("One.")
    session.say("Two.")
    session.soil(kind)


def _call(session: Session, rng: random.Random, depth: int = 1) -> Call:
    """Return a delegation with an end that the version knows and perhaps others inside."""
    era = session.main.setting.era
    knows_background = era.background_in_runs or (depth == 1 and era.runs_in_background)
    ends = IN_LINE + (IN_LINE_LATELY if era.background_in_runs else ()) + (IN_BACKGROUND if knows_background else ())
    outcome, how = rng.choice([end for end in ends if depth == 1 or end != UNTOLD_IN_RUNS])
    nests = session.main.setting.era.layout != "inline" and depth < 4 and rng.random() < 0.2
    kind, result = rng.choice(SHAPES) if outcome == "completed" and rng.random() < 0.3 else ("report", "Done.")
    return Call(
        rng.choice(AGENTS),
        f"Task {rng.getrandbits(64):x}.",
        f"Task {rng.randrange(1000)}",
        outcome=outcome,
        how=how,
        result=RESULTS.get(how, result),
        kind=kind,
        model=rng.choice(MODELS),
        steps=tuple(rng.choices(STEPS, k=rng.randrange(4))),
        inside=(_call(session, rng, depth + 1),) if nests else (),
        context=rng.choice((5_000, 50_000, 250_000)),
        seconds=rng.randrange(1, 900),
        background=(outcome, how) in IN_BACKGROUND,
        notices=rng.choice(NOTICES),
        prompt_line=rng.random() < 0.95,
        known_agent_id=depth > 1 or rng.random() < 0.9,
    )

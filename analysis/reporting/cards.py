"""Cards: one for each delegation, with the task, the outcome, the effort and the place in the transcripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Code, Plain, Quote, Sentence, Value
from analysis.reporting.charts.palette import SIGN_BY_STANDING
from analysis.reporting.evidence import Group
from common.measures.rates import context_tokens
from common.measures.success import standing
from common.records.sessions import HOLLOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analysis.reporting.context import Context
    from analysis.reporting.inputs import Numbered
    from common.records.sessions import EnrichedDelegation

TEXT_LENGTH = 6_000
TEXT_BUDGET = 3_000_000
CARD_BYTES = 870
PAGE_BUDGET = 5_700_000


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a delegation; `name` finds its label among the words."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A delegation. `facts` are (label, value); `texts` is None where they are left out to keep the page small."""

    number: int
    colour: str
    sign: str
    outcome: str
    moment: str | None
    agent: Code
    description: Quote | None
    facts: tuple[tuple[str, Plain | Sentence], ...]
    texts: tuple[Text, ...] | None


@dataclass(frozen=True, slots=True)
class SessionCards:
    """The cards of a session, and the address of the session."""

    anchor: str
    session: Code
    project: Code
    day: str | None
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group of delegations: what they have in common, and their numbers as (first, last) of each stretch."""

    anchor: str
    title: Sentence
    stretches: tuple[tuple[int, int], ...]


def cards_of(context: Context) -> tuple[SessionCards, ...]:
    """Return the cards, session by session; the newest delegations keep their texts while the page has room."""
    room = min(TEXT_BUDGET, PAGE_BUDGET - CARD_BYTES * len(context.inputs.delegations))
    texts: dict[int, tuple[Text, ...]] = {}
    for numbered in reversed(context.inputs.delegations):
        found = tuple(_texts(context, numbered.delegation))
        room -= sum(len(text.text.encode()) for text in found)
        if room < 0:
            break
        texts[numbered.number] = found
    by_session: dict[str, list[Card]] = {}
    for numbered in context.inputs.delegations:
        by_session.setdefault(numbered.session.session_id, []).append(
            _card(context, numbered, texts.get(numbered.number))
        )
    sessions = {session.session_id: session for session in context.inputs.enriched.sessions}
    return tuple(
        SessionCards(
            context.groups.anchor_by_session[name],
            context.masking.session(name),
            context.masking.project(context.inputs.project_of(sessions[name]).name),
            next((card.moment[:10] for card in cards if card.moment), None),
            tuple(cards),
        )
        for name, cards in by_session.items()
    )


def _texts(context: Context, delegation: EnrichedDelegation) -> Iterator[Text]:
    """Yield the texts of a delegation that exist and may be shown."""
    named = (
        ("before", delegation.user_context_before),
        ("asked", delegation.prompt),
        ("answered", delegation.result),
        ("after", delegation.assistant_synthesis_after),
    )
    for name, text in named:
        shown = context.masking.whole(text, TEXT_LENGTH)
        if shown is not None:
            yield Text(name, shown)


def _card(context: Context, numbered: Numbered, texts: tuple[Text, ...] | None) -> Card:
    """Return a delegation's card."""
    colour = standing(numbered.delegation)
    return Card(
        number=numbered.number,
        colour=colour,
        sign=SIGN_BY_STANDING[colour],
        outcome=numbered.delegation.outcome,
        moment=numbered.moment.strftime("%Y-%m-%d %H:%M") if numbered.moment else None,
        agent=context.masking.name(numbered.delegation.agent_type),
        description=context.masking.words(numbered.delegation.description, 100),
        facts=tuple(_facts(context, numbered)),
        texts=texts,
    )


def _facts(context: Context, numbered: Numbered) -> Iterator[tuple[str, Plain | Sentence]]:
    """Yield what is known of a delegation."""
    delegation = numbered.delegation
    if why := context.masking.reason(delegation):
        yield "why", why
    yield from _judged(context, delegation)
    yield from _times(delegation)
    if delegation.model is not None:
        yield "model", context.masking.name(delegation.model)
    yield "run", _run(delegation)
    if delegation.link is not None:
        yield "linked", context.masking.name(delegation.link)
    if numbered.cost is not None:
        yield "cost", Sentence("dollars", {"dollars": numbered.cost})
    break_even = context.inputs.results.metrics.break_even.get(delegation.tool_use_id)
    if break_even is not None:
        yield "break_even", Sentence("breaks_even", {"share": break_even})
    if place := context.masking.place(delegation.file, delegation.line):
        yield "where", place


def _judged(context: Context, delegation: EnrichedDelegation) -> Iterator[tuple[str, Sentence]]:
    """Yield what ended the delegation, what it gave back, and what came of it."""
    if delegation.cause is not None:
        yield "cause", Sentence("cause", {"cause": delegation.cause})
    if delegation.result_kind in HOLLOW:
        yield "result_kind", Sentence("result_kind", {"kind": delegation.result_kind})
    if delegation.followed_by is not None:
        place = context.masking.place(delegation.file, delegation.followed_line or delegation.line)
        yield "followed", Sentence(f"followed_{delegation.followed_by}", {"place": place})
    if delegation.used is not None:
        token, place = delegation.used.token, context.masking.place(delegation.file, delegation.used.line)
        yield "used", Sentence("used", {"token": context.masking.words(token, 100), "place": place})


def _times(delegation: EnrichedDelegation) -> Iterator[tuple[str, Sentence]]:
    """Yield the elapsed and the active time that are known."""
    for name, seconds in (("time", delegation.duration_seconds), ("active", delegation.active_seconds)):
        if seconds is not None:
            yield name, Sentence("seconds", {"seconds": seconds})


def _run(delegation: EnrichedDelegation) -> Sentence:
    """Return what the run took."""
    run = delegation.run
    if run is None:
        return Sentence("no_run")
    values: dict[str, Value] = {
        "messages": run.messages,
        "tools": run.tool_calls,
        "input": context_tokens(run.tokens),
        "output": run.tokens.output_estimated,
        "nested": run.depth if run.depth > 1 else None,
    }
    return Sentence("run", values)


def group_lines(context: Context) -> tuple[GroupLine, ...]:
    """Return every group with its numbers."""
    return tuple(
        GroupLine(group.anchor, _title(context, group), stretches(group.numbers))
        for group in context.groups.group_by_key.values()
    )


def stretches(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return ascending numbers as (first, last) of each stretch without a gap."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def _title(context: Context, group: Group) -> Sentence:
    """Return what the delegations of a group have in common."""
    kind, *names = group.key
    result = names.pop() if kind == "agent" and len(names) > 1 else None
    if kind == "model_pin":
        names = [name for name in names[:3] if name]
    shown: tuple[Code, ...] = tuple(context.masking.name(name) for name in names)
    if kind in {"project", "spending_by_project"}:
        shown = (context.masking.project(names[0]),)
    elif kind in {"outcome", "standing", "spending_by_place"}:
        return Sentence("group_outcome", {"outcome": names[0], "count": len(group.numbers)})
    elif kind in {"role", "role callable"} and context.masking.share:  # the name of a role is out of a prompt
        shown = shown[:1]
    elif kind in {"next", "shown"}:
        values: dict[str, Value] = {"step": names[0], "names": shown[1:], "count": len(group.numbers)}
        return Sentence("group_next", values)
    elif kind in {"stopped", "retried"}:
        return Sentence("group_stopped", {"kind": kind, "cause": names[0], "count": len(group.numbers)})
    return Sentence("group", {"kind": kind, "names": shown, "result": result, "count": len(group.numbers)})


def without_text(sessions: tuple[SessionCards, ...]) -> int:
    """Return how many delegations have their texts left out."""
    return sum(card.texts is None for session in sessions for card in session.cards)

"""The events after delegations: plans sent back, tools stopped, retries, repeats, files edited again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.strategies.retries import are_alike, find_retries, is_later, text_words
from common.measures.cases import Case, events, tool_use_ids
from common.measures.success import standing
from common.records.following import LATER, NEXT_STEPS, Following, NextStep, Retries
from common.records.sessions import UNRECORDED, Delegation, Edit, EnrichedDelegation, EnrichedSession

NEAR_SAME = 0.8
NEAREST = 50
"""Earlier delegations of the session of which one may be repeated."""
STOPPED = frozenset({"interrupted", "rejected", "killed"})
_MAIN = ""

Retried = Mapping[str, EnrichedDelegation]
"""The delegation that tried again, by the id of the one that did not complete."""


@dataclass(frozen=True, slots=True)
class Sequels:
    """What followed the delegations of all sessions, by their ids."""

    retried: Retried
    repeated: frozenset[str]
    edited_again: frozenset[str]


def find_sequels(sessions: Sequence[EnrichedSession]) -> Sequels:
    """Return what followed the delegations of these sessions."""
    return Sequels(
        {tool_use_id: retry for session in sessions for tool_use_id, retry in find_retries(session).items()},
        frozenset(before.tool_use_id for session in sessions for _, before in repeats(session)),
        frozenset(tool_use_id for session in sessions for tool_use_id in edited_again(session)),
    )


def following(cases: Sequence[Case], sequels: Sequels) -> Following:
    """Return what happened after these delegations."""
    steps = {name: [case for case in cases if next_step(case.delegation) == name] for name in NEXT_STEPS}
    done = [case for case in cases if _is_done(case.delegation)]
    return Following(
        **{name: tool_use_ids(inside) for name, inside in steps.items()},
        events=events(steps["stopped"]),
        repeated=tool_use_ids(case for case in done if case.delegation.tool_use_id in sequels.repeated),
        edited_again=tool_use_ids(case for case in done if case.delegation.tool_use_id in sequels.edited_again),
    )


def count_following(after: Following) -> dict[str, int]:
    """Return the number of delegations by what happened after them."""
    return {name: len(getattr(after, name)) for name in (*NEXT_STEPS, *LATER)}


def next_step(delegation: Delegation) -> NextStep:
    """Return what the user did next: stopped the delegation itself, else what followed its answer."""
    if delegation.outcome in UNRECORDED:
        return "no_end"
    if delegation.outcome in STOPPED and delegation.cause == "user":
        return "stopped"
    return delegation.followed_by or "went_on"


def retries(cases: Sequence[Case], retried: Retried) -> Retries:
    """Return how many of these were tried again, and how many retries succeeded."""
    again = [case for case in cases if case.delegation.tool_use_id in retried]
    succeeded = sum(standing(retried[case.delegation.tool_use_id]) == "succeeded" for case in again)
    return Retries(retried=len(again), succeeded=succeeded, tool_use_ids=tool_use_ids(again))


def repeats(session: EnrichedSession) -> list[tuple[EnrichedDelegation, EnrichedDelegation]]:
    """Return (delegation, nearest earlier completed one with a run that it repeats) in order of the later one."""
    if len(session.delegations) < 2:  # noqa: PLR2004 (one repeats nothing)
        return []
    prompts = [text_words(delegation.prompt) for delegation in session.delegations]
    found = []
    for later, repeat in enumerate(session.delegations):
        for earlier in range(later - 1, max(later - 1 - NEAREST, -1), -1):
            before = session.delegations[earlier]
            near = _is_done(before) and is_later(before, repeat)
            if near and are_alike(prompts[earlier], prompts[later], NEAR_SAME):
                found.append((repeat, before))
                break
    return found


def _is_done(delegation: EnrichedDelegation) -> bool:
    """Return whether the delegation is completed and has a run."""
    return delegation.outcome == "completed" and delegation.run is not None


def edited_again(session: EnrichedSession) -> set[str]:
    """Return the ids of delegations a file of whose run was edited later, by another run or the main thread."""
    newest: dict[str, str] = {}
    last: dict[tuple[str, str], str] = {}
    for owner, edits in _edits(session):
        for edit in edits:
            time = edit.timestamp or ""
            newest[edit.path] = max(newest.get(edit.path, ""), time)
            last[edit.path, owner] = max(last.get((edit.path, owner), ""), time)
    return {owner for (path, owner), time in last.items() if newest[path] > time} - {_MAIN}


def _edits(session: EnrichedSession) -> Iterator[tuple[str, Sequence[Edit]]]:
    yield _MAIN, session.edits
    for delegation in session.delegations:
        if delegation.run:
            yield delegation.tool_use_id, delegation.run.edits

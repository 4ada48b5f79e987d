"""Work that had to be done again although its delegation was completed.

A completed delegation is repeated if a later one of its session, not called along with it, has a near-same prompt:
the two sets of words, sizes a and b with c in common, have 2c / (a + b) of at least 0.8, and neither prompt names a
path or a number that the other lacks while lacking one of its own, since that is another task from the same template.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.strategies.retries import are_alike, is_later, words_of
from common.measures import rates
from common.measures.cases import Case, evidence, tool_use_ids
from common.measures.prices import PICODOLLARS
from common.records.sessions import Edit, EnrichedDelegation, EnrichedSession
from common.records.shared import Rework

NEAR_SAME = 0.8
EXAMPLES = 3
_MAIN = ""


def repeats(session: EnrichedSession) -> list[tuple[EnrichedDelegation, EnrichedDelegation]]:
    """Return (delegation, nearest earlier completed one with a run that it repeats) in order of the later one."""
    if len(session.delegations) < 2:  # noqa: PLR2004 (one repeats nothing)
        return []
    prompts = [words_of(delegation.prompt) for delegation in session.delegations]
    found = []
    for later, repeat in enumerate(session.delegations):
        for earlier in range(later - 1, -1, -1):
            before = session.delegations[earlier]
            if (
                is_reworkable(before)
                and is_later(before, repeat)
                and are_alike(prompts[earlier], prompts[later], NEAR_SAME)
            ):
                found.append((repeat, before))
                break
    return found


def is_reworkable(delegation: EnrichedDelegation) -> bool:
    """Return whether the delegation can be reworked: it is completed and has a run."""
    return delegation.outcome == "completed" and delegation.run is not None


def edited_again(session: EnrichedSession) -> set[str]:
    """Return the ids of delegations a file of whose run was edited later, by another run or the main thread."""
    by_path: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for owner, edits in _edits(session):
        for edit in edits:
            by_path[edit.path].append((edit.timestamp or "", owner))
    return {
        owner
        for history in by_path.values()
        for owner, last in _last_by_owner(history).items()
        if any(editor != owner and time > last for time, editor in history)
    } - {_MAIN}


def _last_by_owner(history: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {owner: time for time, owner in sorted(history)}


def _edits(session: EnrichedSession) -> Iterable[tuple[str, Sequence[Edit]]]:
    yield _MAIN, session.edits
    for delegation in session.delegations:
        if delegation.run:
            yield delegation.tool_use_id, delegation.run.edits


@dataclass(frozen=True, slots=True)
class Reworked:
    """The rework of completed delegations, by their ids.

    `charged` are the picodollars of the repeats, each charged to the nearest earlier match.
    """

    repeated: frozenset[str]
    corrected: frozenset[str]
    edited_again: frozenset[str]
    charged: dict[str, int]


def find_rework(sessions: Iterable[EnrichedSession], cases: Iterable[Case]) -> Reworked:
    """Return the rework of all sessions."""
    cost = {case.delegation.tool_use_id: case.priced.estimated for case in cases if case.priced}
    charged: dict[str, int] = defaultdict(int)
    repeated, again, corrected = set(), set(), set()
    for session in sessions:
        for later, before in repeats(session):
            repeated.add(before.tool_use_id)
            charged[before.tool_use_id] += cost.get(later.tool_use_id, 0)
        again |= edited_again(session)
        corrected |= {
            delegation.tool_use_id
            for delegation in session.delegations
            if delegation.followed_by and is_reworkable(delegation)
        }
    return Reworked(frozenset(repeated), frozenset(corrected), frozenset(again), dict(charged))


def summarize_rework(cases: Sequence[Case], reworked: Reworked) -> Rework:
    """Return the rework of these delegations."""
    able = [case for case in cases if is_reworkable(case.delegation)]
    redone = [case for case in able if case.delegation.tool_use_id in reworked.repeated | reworked.corrected]
    edited = [case for case in able if case.delegation.run and case.delegation.run.edits]
    return Rework(
        rate=rates.rate(len(redone), len(able)),
        repeated=sum(case.delegation.tool_use_id in reworked.repeated for case in able),
        corrected=sum(case.delegation.tool_use_id in reworked.corrected for case in able),
        edited_again=rates.rate(
            sum(case.delegation.tool_use_id in reworked.edited_again for case in edited), len(edited)
        ),
        repeat_cost=sum(reworked.charged.get(case.delegation.tool_use_id, 0) for case in able) / PICODOLLARS,
        examples=[
            evidence(case, "repeated" if case.delegation.tool_use_id in reworked.repeated else "corrected")
            for case in redone[:EXAMPLES]
        ],
        tool_use_ids=tool_use_ids(redone),
    )

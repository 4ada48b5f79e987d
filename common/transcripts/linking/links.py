"""Runs to the delegations that they carried out."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from common.records.sessions import Link
from common.transcripts.linking.copies import Order
from common.transcripts.linking.delegations import DelegationFacts, Delegations
from common.transcripts.linking.runs import RunFacts, ThreadAt
from common.transcripts.reading.identity import is_long_agent


def link_runs(runs: list[RunFacts], delegations: Delegations, groups: Mapping[str, int]) -> None:
    """Link runs to delegations, best evidence first, at most one to one."""
    # Newer versions name the call or the agent; the oldest have only the words of the prompt.
    #   2.1.17x         agent-a1.meta.json        {"agentType":"dev","toolUseId":"toolu_1"}             meta
    #   2.0.2x          the call's result         "toolUseResult":{"status":"completed","agentId":"a1"} agent_id
    #   2.1.0 – 2.1.63  progress lines            "parentToolUseID":"toolu_1","data":{"agentId":"a1"}   agent_progress
    #   2.1.32          result in an agent file   "agentId: a1 ..." as text, no toolUseResult           text
    #   0.2 – 1.0.x     sidechain in main file    its first user text is the call's prompt              prompt
    by_key = delegations.by_key
    evidence: list[tuple[Link, Callable[[RunFacts], Iterator[str]]]] = [
        ("meta", _by_meta(delegations)),
        ("agent_id", _by_agent(by_key, groups, lambda d: {r.result.agent_id for r in d.results})),
        ("agent_progress", _by_progress(delegations)),
        ("text", _by_agent(by_key, groups, lambda d: {d.agent_id_in_text})),
        ("prompt", _by_prompt(by_key)),
    ]
    taken: set[str] = set()
    for link, candidates in evidence:
        for run in runs:
            if run.delegation is not None:
                continue
            for key in candidates(run):
                if key in by_key and key not in taken:
                    run.link, run.delegation = link, key
                    taken.add(key)
                    break


def _by_meta(delegations: Delegations) -> Callable[[RunFacts], Iterator[str]]:
    def candidates(run: RunFacts) -> Iterator[str]:
        for at in run.threads:
            name = at.file.meta.tool_use_id if at.file.meta else None
            if name and (key := delegations.calls.named(name, run.session_id, at.thread.first)):
                yield key

    return candidates


def _by_progress(delegations: Delegations) -> Callable[[RunFacts], Iterator[str]]:
    def candidates(run: RunFacts) -> Iterator[str]:
        for at in (*run.threads, *run.echoes):
            name = at.thread.parent_tool_use_id
            if name and (key := delegations.calls.named(name, run.session_id, at.thread.first)):
                yield key

    return candidates


def _by_agent(
    delegations: Mapping[str, DelegationFacts],
    groups: Mapping[str, int],
    agents_of: Callable[[DelegationFacts], Iterable[str | None]],
) -> Callable[[RunFacts], Iterator[str]]:
    """Find a run's delegations by its agent's id, those of its own session first, then those of its group.

    A short id of another group is another agent's.
    """
    started: dict[str, list[str]] = {}
    for key, delegation in delegations.items():
        for agent_id in agents_of(delegation):
            if agent_id:
                started.setdefault(agent_id, []).append(key)

    def distance(run: RunFacts, key: str) -> int:
        session = delegations[key].first.session_id
        return 0 if session == run.session_id else 1 if groups[session] == groups[run.session_id] else 2

    def candidates(run: RunFacts) -> Iterator[str]:
        agent_id = run.agent_id or ""
        furthest = 2 if is_long_agent(agent_id) else 1
        ranked = sorted((distance(run, key), number, key) for number, key in enumerate(started.get(agent_id, [])))
        yield from (key for far, _, key in ranked if far <= furthest)

    return candidates


def _by_prompt(delegations: Mapping[str, DelegationFacts]) -> Callable[[RunFacts], Iterator[str]]:
    by_prompt: dict[bytes, list[str]] = {}
    for key, delegation in delegations.items():
        by_prompt.setdefault(delegation.prompt_digest(), []).append(key)

    def candidates(run: RunFacts) -> Iterator[str]:
        prompt = run.prompt()
        ranked = [
            (rank, number, key)
            for number, key in enumerate(by_prompt.get(prompt, []) if prompt else [])
            if (rank := _fits(run, delegations[key])) is not None
        ]
        for _, _, key in sorted(ranked):
            yield key

    return candidates


def _fits(run: RunFacts, delegation: DelegationFacts) -> int | None:
    """Rank a call that has the run's prompt: 0 answered after the run began, 1 unanswered, 2 other; None if impossible.

    The call comes before the run: in the same session if the run has its own file, else in the same file.
    """
    # Up to 1.0.x one prompt may have been used twice; times tell which call made which run. Order does not:
    #   line 10  call toolu_1 "check"    line 12  its result, refused: no run
    #   line 14  call toolu_2 "check"    line 15  {"isSidechain":true,"parentUuid":null, ... "check"}
    # toolu_1 was answered before line 15, so the run is toolu_2's.
    near = [
        copy.order
        for copy in delegation.copies
        if (copy.session_id == run.session_id if run.has_own_file else copy.file.rank == run.first.file.rank)
    ]
    if not any(_is_before(order, run.first, otherwise=True) for order in near):
        return None
    if not delegation.results:
        return 1
    return 2 if all(_is_before(r.order, run.first, otherwise=False) for r in delegation.results) else 0


def _is_before(order: Order, start: ThreadAt, *, otherwise: bool) -> bool:
    """Say whether something came before a thread's first line: by time, else by line; `otherwise` if neither tells."""
    if order.timestamp and start.thread.first and order.timestamp != start.thread.first:
        return order.timestamp < start.thread.first
    return order.line < start.thread.line if order.rank == start.file.rank else otherwise

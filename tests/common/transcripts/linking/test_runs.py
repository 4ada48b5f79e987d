"""Which sidechains are one run, which delegation started it, and how that is known."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Found,
    Json,
    agent_path,
    answer,
    at,
    call,
    extract,
    launched,
    line,
    said,
    side,
    tool,
    user,
    write_files,
)

ECHO = {"type": "agent_progress", "agentId": "a1", "prompt": "Do it."}
OTHER_MAIN = f"-w-app/{OTHER}.jsonl"


def agent_lines(agent: str, second: int | None = 2, prompt: str = "Do it.", **fields: object) -> list[Json]:
    """Return the transcript of an agent that says one thing, `second` being that of its prompt."""
    later = None if second is None else second + 1
    spoken = said(later, f"{agent} here.", key=f"msg-{agent}", **fields)  # type: ignore[arg-type]  # plain fields
    return [side(user(prompt, second, **fields), agent), side(spoken, agent)]


def inline(root: str, second: int | None, prompt: str = "Do it.") -> list[Json]:
    """Return a sidechain as old versions wrote it: in the main file, told apart by its parents alone."""
    later = None if second is None else second + 1
    spoken = said(later, f"{root} here.", key=f"msg-{root}", uuid=f"{root}-2", parentUuid=root)
    return [side(user(prompt, second, uuid=root)), side(spoken)]


def started_by(found: Found) -> dict[str, str | None]:
    """Return the file or the message by which each delegation's run can be told."""
    return {key: d.run.first_timestamp if d.run else None for key, d in found.delegations.items()}


def links(found: Found) -> dict[str, str | None]:
    return {key: d.link for key, d in found.delegations.items()}


# -- the five links


def test_the_meta_file_decides_before_all_else(tmp_path: Path) -> None:
    lines = [said(1, call("c1"), call("c2")), answer("c1", 8, beside={"agentId": "a1"}), answer("c2", 9)]
    meta = b'{"toolUseId":"c2"}'
    files = {MAIN: lines, agent_path("a1"): agent_lines("a1")}
    write_files(tmp_path / "root", {agent_path("a1").replace(".jsonl", ".meta.json"): meta})
    found = extract(tmp_path, files)
    assert links(found) == {"c1": None, "c2": "meta"}
    assert found.agent_by_call() == {"c1": None, "c2": "a1"}


def test_the_agents_id_in_the_result_decides_before_the_rest(tmp_path: Path) -> None:
    echo = line(
        "progress", 3, parentToolUseID="c2", data={"type": "agent_progress", "agentId": "a1", "prompt": "Do it."}
    )
    lines = [said(1, call("c1", "Else."), call("c2")), echo, answer("c1", 8, beside={"agentId": "a1"}), answer("c2", 9)]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent_lines("a1")})
    assert links(found) == {"c1": "agent_id", "c2": None}


def test_progress_lines_decide_before_the_text(tmp_path: Path) -> None:
    echo = line(
        "progress", 3, parentToolUseID="c2", data={"type": "agent_progress", "agentId": "a1", "prompt": "Do it."}
    )
    lines = [said(1, call("c1", "Else."), call("c2")), echo, answer("c1", 8, "Done.\nagentId: a1")]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent_lines("a1")})
    assert links(found) == {"c1": None, "c2": "agent_progress"}


def test_the_text_decides_before_the_prompt(tmp_path: Path) -> None:
    lines = [said(1, call("c1"), call("c2")), answer("c1", 8), answer("c2", 9, "Done.\n\nagentId: a1 (for resuming)")]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent_lines("a1")})
    assert links(found) == {"c1": None, "c2": "text"}


def test_the_last_id_in_a_text_is_the_agents_for_foreign_text_stands_before_it(tmp_path: Path) -> None:
    blocks = [{"type": "text", "text": "It printed agentId: a2."}, {"type": "text", "text": "agentId: a1"}]
    found = extract(
        tmp_path, {MAIN: [said(1, call("c1")), answer("c1", 8, blocks)], agent_path("a1"): agent_lines("a1")}
    )
    assert links(found) == {"c1": "text"}


@pytest.mark.parametrize(("agent", "link"), [("a0123456789abcdef", "text"), ("a012345", None)])
def test_a_long_agents_id_in_a_text_links_over_sessions_too(tmp_path: Path, agent: str, link: str | None) -> None:
    lines = [said(1, call("c1")), answer("c1", 8, f"Done.\nagentId: {agent}")]
    run = agent_lines(agent, prompt="Another.", sessionId=OTHER)
    found = extract(tmp_path, {MAIN: lines, agent_path(agent, OTHER): run})
    assert links(found) == {"c1": link}


def test_an_equal_prompt_links_last_outer_white_space_aside(tmp_path: Path) -> None:
    files = {MAIN: [said(1, call("c1", " Do it.\n"))], agent_path("a1"): agent_lines("a1")}
    assert links(extract(tmp_path, files)) == {"c1": "prompt"}


def test_a_prompt_of_blocks_is_read_as_well(tmp_path: Path) -> None:
    agent = [side(user([{"type": "text", "text": "Do it."}], 2), "a1")]
    assert links(extract(tmp_path, {MAIN: [said(1, call("c1"))], agent_path("a1"): agent})) == {"c1": "prompt"}


def test_a_teammate_is_linked_by_the_prompt_inside_the_message_of_the_lead(tmp_path: Path) -> None:
    prompt = '<teammate-message teammate_id="team-lead" summary="s">\nDo it.\n</teammate-message>'
    found = extract(tmp_path, {MAIN: [said(1, call("c1"))], agent_path("a1"): agent_lines("a1", prompt=prompt)})
    assert links(found) == {"c1": "prompt"}


def test_no_prompt_links_nothing(tmp_path: Path) -> None:
    agent = [side(said(2, "I begin.", key="x"), "a1")]
    found = extract(tmp_path, {MAIN: [said(1, call("c1", ""))], agent_path("a1"): agent})
    assert links(found) == {"c1": None}
    assert [run.kind for run in found.full.unlinked_runs] == ["unlinked"]


def test_one_run_a_delegation_and_one_delegation_a_run(tmp_path: Path) -> None:
    lines = [said(1, call("c1", "One."), call("c2", "Two."))]
    lines += [answer(key, 9, beside={"agentId": "a1"}) for key in ("c1", "c2")]
    files = {MAIN: lines, agent_path("a1"): agent_lines("a1"), agent_path("a2"): agent_lines("a2", prompt="One.")}
    found = extract(tmp_path, files)
    assert found.agent_by_call() == {"c1": "a1", "c2": None}
    assert [run.agent_id for run in found.full.unlinked_runs] == ["a2"]


def test_an_agent_that_is_resumed_adds_to_the_same_run(tmp_path: Path) -> None:
    lines = [said(1, call("c1")), answer("c1", 4, beside={"agentId": "a1"})]
    more = [side(user("And then?", 20), "a1"), side(said(21, "That.", key="more"), "a1")]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): [*agent_lines("a1"), *more]})
    assert (found.run("c1").messages, found.run("c1").last_timestamp) == (2, at(21))
    assert found.full.unlinked_runs == []


# -- equal prompts


@pytest.mark.parametrize("own_files", [False, True])
def test_of_equal_prompts_the_call_answered_after_the_start_comes_first(tmp_path: Path, *, own_files: bool) -> None:
    """The earlier call had been answered before the run began."""
    lines = [said(1, call("c1")), answer("c1", 3), said(4, call("c2")), answer("c2", 9)]
    if own_files:
        found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent_lines("a1", 5)})
    else:
        found = extract(tmp_path, [*lines[:3], *inline("r1", 5), lines[3]])
    assert started_by(found) == {"c1": None, "c2": at(5)}


def test_then_one_without_an_answer(tmp_path: Path) -> None:
    lines = [said(1, call("c1")), answer("c1", 3), said(4, call("c2"))]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent_lines("a1", 5)})
    assert started_by(found) == {"c1": None, "c2": at(5)}


def test_then_call_order(tmp_path: Path) -> None:
    lines = [said(1, call("c1"), call("c2")), answer("c2", 8), answer("c1", 9)]
    files = {MAIN: lines, agent_path("a2"): agent_lines("a2", 3), agent_path("a1"): agent_lines("a1", 4)}
    assert started_by(extract(tmp_path, files)) == {"c1": at(3), "c2": at(4)}


def test_a_call_answered_before_the_run_began_is_better_than_none(tmp_path: Path) -> None:
    files = {MAIN: [said(1, call("c1")), answer("c1", 3)], agent_path("a1"): agent_lines("a1", 5)}
    assert started_by(extract(tmp_path, files)) == {"c1": at(5)}


@pytest.mark.parametrize("own_file", [False, True])
def test_a_call_made_after_the_run_began_did_not_start_it(tmp_path: Path, *, own_file: bool) -> None:
    lines = [user("Hi.", 1), said(9, call("c1")), answer("c1", 12)]
    if own_file:
        found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent_lines("a1", 5)})
    else:
        found = extract(tmp_path, [*inline("r1", 5), *lines])
    assert started_by(found) == {"c1": None}


def test_an_answer_at_the_very_start_of_the_run_counts_as_after_it(tmp_path: Path) -> None:
    lines = [said(1, call("c1")), answer("c1", 3), said(3, call("c2")), answer("c2", 5)]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent_lines("a1", 5)})
    assert started_by(found) == {"c1": None, "c2": at(5)}


@pytest.mark.parametrize("second", [4, None])
def test_within_a_file_lines_decide_where_times_do_not(tmp_path: Path, second: int | None) -> None:
    first, run, then = said(second, call("c1"), key="m1"), inline("r1", second), said(second, call("c2"), key="m2")
    second_run = inline("r2", second)
    lines = [first, *run, answer("c1", second), then, *second_run, answer("c2", second)]
    found = extract(tmp_path, lines)
    assert {key: d.run.line if d.run else None for key, d in found.delegations.items()} == {"c1": 2, "c2": 6}
    reversed_ = [*inline("r1", second), said(second, call("c1"), key="m1"), answer("c1", second)]
    assert links(extract(tmp_path / "after", reversed_)) == {"c1": None}


@pytest.mark.parametrize("second", [4, None])
def test_within_a_file_an_answer_on_an_earlier_line_came_before(tmp_path: Path, second: int | None) -> None:
    lines = [
        said(second, call("c1"), key="m1"),
        answer("c1", second),
        said(second, call("c2"), key="m2"),
        *inline("r1", second),
        answer("c2", second),
    ]
    found = extract(tmp_path, lines)
    assert {key: d.run.line if d.run else None for key, d in found.delegations.items()} == {"c1": None, "c2": 4}


def test_a_run_without_times_in_a_file_of_its_own_is_linked_by_call_order(tmp_path: Path) -> None:
    lines = [said(1, call("c1")), said(2, call("c2"))]
    files = {MAIN: lines, agent_path("a1"): agent_lines("a1", None), agent_path("a2"): agent_lines("a2", None)}
    assert extract(tmp_path, files).agent_by_call() == {"c1": "a1", "c2": "a2"}


def test_a_run_is_not_linked_to_a_call_that_it_made_itself(tmp_path: Path) -> None:
    agent = [*agent_lines("a1", 4), side(said(4, call("inner"), key="again"), "a1")]
    found = extract(tmp_path, {MAIN: [user("Hi.", 1)], agent_path("a1"): agent})
    assert links(found) == {"inner": None}
    assert found.delegation.caller == "a1"


def test_equal_prompts_of_another_session_link_nothing(tmp_path: Path) -> None:
    files = {MAIN: [said(1, call("c1"))], agent_path("a1", OTHER): agent_lines("a1", sessionId=OTHER)}
    assert links(extract(tmp_path, files)) == {"c1": None}


def test_equal_prompts_of_another_file_link_no_inline_run(tmp_path: Path) -> None:
    files = {MAIN: [said(1, call("c1"))], OTHER_MAIN: [*inline("r1", 3), user("Hi.", 5)]}
    assert links(extract(tmp_path, files)) == {"c1": None}


# -- sidechains


def test_inline_sidechains_of_parallel_calls_are_told_apart_by_their_parents(tmp_path: Path) -> None:
    one, two = inline("r1", 3, "One."), inline("r2", 4, "Two.")
    lines = [said(1, call("c1", "One."), call("c2", "Two.")), one[0], two[0], two[1], one[1]]
    found = extract(tmp_path, [*lines, answer("c2", 9), answer("c1", 9)])
    assert {key: (d.run.line, d.run.messages) for key, d in found.delegations.items() if d.run} == {
        "c1": (2, 1),
        "c2": (3, 1),
    }


def test_a_chain_of_parents_as_long_as_a_file_is_one_run(tmp_path: Path) -> None:
    chain = [side(user("Do it.", 2, uuid="n0"))]
    chain += [side(user("Go on.", 2, uuid=f"n{n}", parentUuid=f"n{n - 1}")) for n in range(1, 30_000)]
    chain += [side(said(3, "End.", uuid="end", parentUuid="n29999"))]
    found = extract(tmp_path, [said(1, call("c1")), *chain])
    assert found.run("c1").messages == 1
    assert found.full.unlinked_runs == []


def test_parents_in_a_circle_end(tmp_path: Path) -> None:
    circle = [side(user("Do it.", 2, uuid="x", parentUuid="y")), side(said(3, "So.", uuid="y", parentUuid="x"))]
    assert links(extract(tmp_path, [said(1, call("c1")), *circle])) == {"c1": "prompt"}


def test_an_agent_torn_over_two_folders_is_one_run_where_one_part_goes_on_from_the_other(tmp_path: Path) -> None:
    first = [side(user("Warmup", 2, uuid="w1"), "a1"), side(said(3, "Hi.", key="m1", uuid="w2"), "a1")]
    later = [side(said(5, "Yes.", key="m2", uuid="w3", parentUuid="w2", sessionId=OTHER), "a1")]
    found = extract(tmp_path, {agent_path("a1"): first, agent_path("a1", OTHER): later})
    assert [(run.kind, run.session_id, run.messages) for run in found.full.unlinked_runs] == [("warmup", SESSION, 2)]


def test_an_agent_torn_over_two_folders_is_one_run_where_both_hold_a_message(tmp_path: Path) -> None:
    first = [side(user("Warmup", 2), "a1"), side(said(3, "Hi.", key="m1"), "a1")]
    later = [side(said(3, "Yes.", key="m1", sessionId=OTHER), "a1")]
    found = extract(tmp_path, {agent_path("a1"): first, agent_path("a1", OTHER): later})
    assert [(run.kind, run.messages) for run in found.full.unlinked_runs] == [("warmup", 1)]


def test_agents_that_copy_the_main_threads_context_stay_apart(tmp_path: Path) -> None:
    context = said(1, "Context.", key="shared")
    files = {MAIN: [context, said(2, call("c1", "One."), call("c2", "Two."), key="m")]}
    for agent, prompt in (("a1", "One."), ("a2", "Two.")):
        files[agent_path(agent)] = [*agent_lines(agent, 3, prompt), side(context | {"timestamp": at(3)}, agent)]
    found = extract(tmp_path, files)
    assert found.agent_by_call() == {"c1": "a1", "c2": "a2"}
    assert [found.run(key).tokens.messages for key in ("c1", "c2")] == [1, 1]


def test_one_agent_id_in_two_sessions_without_a_tie_is_two_runs(tmp_path: Path) -> None:
    other = [{**made, "message": made["message"]} for made in agent_lines("a1", 5, sessionId=OTHER)]
    other[1] = side(said(6, "Else.", key="else", sessionId=OTHER), "a1")
    found = extract(tmp_path, {agent_path("a1"): agent_lines("a1"), agent_path("a1", OTHER): other})
    assert [run.session_id for run in found.full.unlinked_runs] == [SESSION, OTHER]


# -- kinds of runs of no delegation


@pytest.mark.parametrize(
    ("path", "prompt", "kind"),
    [
        (agent_path("a1"), "Warmup", "warmup"),
        (agent_path("a1"), "Warmup now", "unlinked"),
        (agent_path("acompact-9"), "Your task is to create a summary.", "compaction"),
        (agent_path("aside_question-9"), "What is it?", "aside"),
        (agent_path("prompt_suggestion-9"), "Suggest.", "aside"),
        (f"-w-app/{SESSION}/subagents/workflows/wf_1/agent-a1.jsonl", "Step.", "workflow"),
        (agent_path("a1"), '<teammate-message teammate_id="x">Do.</teammate-message>', "teammate"),
        (agent_path("a1"), "Who called?", "unlinked"),
    ],
)
def test_runs_of_no_delegation_have_their_kind(tmp_path: Path, path: str, prompt: str, kind: str) -> None:
    agent = path.rpartition("/agent-")[2].removesuffix(".jsonl")
    found = extract(tmp_path, {path: agent_lines(agent, prompt=prompt)})
    (run,) = found.full.unlinked_runs
    assert (run.kind, run.agent_id, run.session_id, run.file) == (kind, agent, SESSION, path)


def test_the_members_of_a_team_are_teammates(tmp_path: Path) -> None:
    found = extract(tmp_path, {agent_path("a1"): agent_lines("a1", teamName="t")})
    assert [run.kind for run in found.full.unlinked_runs] == ["teammate"]


def test_a_result_whose_call_is_gone_starts_nothing(tmp_path: Path) -> None:
    lines = [user("Hi.", 1), answer("gone", 4, beside={"agentId": "a1"})]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent_lines("a1")})
    assert found.full.summary.delegations == 0
    assert [run.kind for run in found.full.unlinked_runs] == ["unlinked"]


# -- nesting


def nested(depth: int) -> dict[str, Sequence[Json | bytes]]:
    """Return files of one call, whose run makes one, and so on."""
    files: dict[str, Sequence[Json | bytes]] = {MAIN: [said(1, call("c1", "P1")), answer("c1", 900)]}
    for n in range(1, depth + 1):
        spoken = [side(said(n + 2, call(f"c{n + 1}", f"P{n + 1}"), key=f"m{n}"), f"a{n}")] if n < depth else []
        files[agent_path(f"a{n}")] = [side(user(f"P{n}", n + 1), f"a{n}"), *spoken]
    return files


def test_runs_of_runs_know_their_depth_and_their_caller(tmp_path: Path) -> None:
    found = extract(tmp_path, nested(79))
    assert [found.run(f"c{n}").depth for n in range(1, 80)] == list(range(1, 80))
    assert [found.delegations[f"c{n}"].caller for n in range(1, 80)] == [None, *(f"c{n}" for n in range(1, 79))]
    assert len(found.session.delegations) == 79


def test_what_a_run_of_no_delegation_starts_is_one_deeper(tmp_path: Path) -> None:
    lost = [*agent_lines("lost", 2, "Who?"), side(said(4, call("c1"), key="m"), "lost")]
    found = extract(tmp_path, {agent_path("lost"): lost, agent_path("a1"): agent_lines("a1", 5)})
    assert (found.delegation.caller, found.run("c1").depth) == ("lost", 2)


def test_runs_that_claim_to_have_started_each_other_end(tmp_path: Path) -> None:
    agents = [[*agent_lines(f"a{n}", 2, f"P{n}"), side(said(4, call(f"c{n}"), key=f"m{n}"), f"a{n}")] for n in (1, 2)]
    files = {agent_path(f"a{n}"): agents[n - 1] for n in (1, 2)}
    metas = {agent_path(f"a{n}")[:-6] + ".meta.json": b'{"toolUseId":"c%d"}' % (3 - n) for n in (1, 2)}
    write_files(tmp_path / "root", metas)
    assert links(extract(tmp_path, files)) == {"c1": "meta", "c2": "meta"}


def test_a_run_counts_its_calls_tools_and_edits_once(tmp_path: Path) -> None:
    work = [
        side(said(3, tool("t1", "Edit", file_path="/w/b.py"), key="m1"), "a1"),
        side(said(3, tool("t1", "Edit", file_path="/w/b.py"), key="m1"), "a1"),
        side(said(4, tool("t2", "Write", file_path="/w/a.py"), tool("t3", "Bash", command="ls"), key="m2"), "a1"),
        side(said(5, tool("t4", "NotebookEdit", notebook_path="/w/n.ipynb"), key="m3"), "a1"),
        side(said(6, tool("t5", "MultiEdit", file_path=7), key="m4"), "a1"),
    ]
    found = extract(tmp_path, {MAIN: [said(1, call("c1"))], agent_path("a1"): [*agent_lines("a1"), *work]})
    run = found.run("c1")
    assert (run.tool_calls, run.tools) == (5, {"Bash": 1, "Edit": 1, "MultiEdit": 1, "NotebookEdit": 1, "Write": 1})
    assert [(edit.timestamp, edit.path) for edit in run.edits] == [
        (at(3), "/w/b.py"),
        (at(4), "/w/a.py"),
        (at(5), "/w/n.ipynb"),
    ]
    assert found.session.tools == {"Agent": 1}
    assert found.session.edits == []


def test_the_model_is_the_one_most_messages_bear_else_the_resolved_else_the_requested(tmp_path: Path) -> None:
    many = [said(n, "x", model=model) for n, model in ((3, "b"), (4, "b"), (5, "a"))]
    lines = [said(1, call("c1", model="opus")), answer("c1", 9, beside={"agentId": "a1", "resolvedModel": "resolved"})]
    agent = [side(made, "a1") for made in many]
    assert extract(tmp_path / "1", {MAIN: lines, agent_path("a1"): agent}).delegation.model == "b"
    assert extract(tmp_path / "2", {MAIN: lines}).delegation.model == "resolved"
    assert extract(tmp_path / "3", {MAIN: lines[:1]}).delegation.model == "opus"
    nameless = [side(said(3, "x", model=None), "a1")]
    assert extract(tmp_path / "4", {MAIN: lines, agent_path("a1"): nameless}).delegation.model == "resolved"


def test_an_agent_started_in_the_background_is_linked_at_once(tmp_path: Path) -> None:
    found = extract(
        tmp_path, {MAIN: [said(1, call("c1")), launched("c1", 2, "a1")], agent_path("a1"): agent_lines("a1")}
    )
    assert links(found) == {"c1": "agent_id"}

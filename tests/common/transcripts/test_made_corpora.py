"""Extraction finds in made transcripts of every kind what their maker declares."""

from collections.abc import Callable
from functools import partial
from typing import get_args

import pytest

from common.records.tokens import sum_tokens
from tests.common.transcripts.compared import (
    Both,
    declared_delegation,
    declared_session,
    declared_unlinked,
    declared_workflow,
    extract,
    found_delegation,
    found_session,
    found_unlinked,
    found_workflow,
    spent,
)
from tests.transcripts_made import Corpus
from tests.transcripts_made.__main__ import sample_corpus
from tests.transcripts_made.chance import chance_corpus
from tests.transcripts_made.files import Reading
from tests.transcripts_made.kinds import KINDS

MAKERS: dict[str, Callable[[], Corpus]] = {
    **KINDS,
    "the sample": sample_corpus,
    **{f"chance {seed}": partial(chance_corpus, seed) for seed in range(40)},
}


@pytest.fixture(scope="module", params=MAKERS)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    return extract(MAKERS[request.param](), tmp_path_factory.mktemp("corpus"))


def test_every_delegation_is_found_with_its_end_and_its_run(both: Both) -> None:
    declared = {i: declared_delegation(both.truth, d) for i, d in both.truth.delegations.items()}
    found = {
        delegation.tool_use_id: found_delegation(delegation, session.session_id, declared[delegation.tool_use_id])
        for session in both.found.sessions
        for delegation in session.delegations
    }
    assert found == declared


def test_durations_are_those_that_the_answers_tell(both: Both) -> None:
    told = {i: d.duration_seconds for i, d in both.truth.delegations.items() if d.duration_seconds is not None}
    found = {d.tool_use_id: d.duration_seconds for session in both.found.sessions for d in session.delegations}
    assert {i: found[i] for i in told} == told


def test_every_session_is_found(both: Both) -> None:
    declared = {i: declared_session(both.truth, session) for i, session in both.truth.sessions.items()}
    assert {session.session_id: found_session(session) for session in both.found.sessions} == declared


def test_runs_of_no_delegation_are_kept_apart_by_kind(both: Both) -> None:
    declared = sorted(str(declared_unlinked(both.truth, run)) for run in both.truth.unlinked.values())
    assert sorted(str(found_unlinked(run)) for run in both.found.unlinked_runs) == declared


def test_every_workflow_is_found_with_its_agents_and_its_end(both: Both) -> None:
    declared = {key: declared_workflow(both.truth, workflow) for key, workflow in both.truth.workflows.items()}
    assert {workflow.tool_use_id: found_workflow(workflow) for workflow in both.found.workflows} == declared
    assert both.enriched.workflows == both.found.workflows
    for workflow in both.found.workflows:
        for name in ("agents", "completed_agents", "failed_agents", "unfinished_agents"):
            assert sum(getattr(phase, name) for phase in workflow.phases) == getattr(workflow, name)
        assert sum_tokens(phase.tokens for phase in workflow.phases) == workflow.tokens


def test_tokens_are_right_in_total_and_add_up(both: Both) -> None:
    summary = both.found.summary
    assert spent(summary.tokens) == both.truth.spent()
    assert {model: spent(tokens) for model, tokens in summary.tokens_by_model.items()} == both.truth.spent_by_model()
    assert spent(summary.tokens_progress_only) == both.truth.spent_in_progress_only()
    parts = [session.tokens for session in both.found.sessions] + [run.tokens for run in both.found.unlinked_runs]
    parts += [d.run.tokens for session in both.found.sessions for d in session.delegations if d.run is not None]
    for field in summary.tokens.__struct_fields__:
        assert sum(getattr(part, field) for part in parts) == getattr(summary.tokens, field)


def test_every_line_is_accounted_for(both: Both) -> None:
    source, readings = both.found.source, both.corpus.files.readings()
    assert {reading: getattr(source, reading) for reading in get_args(Reading)} == {
        reading: readings[reading] for reading in get_args(Reading)
    }
    assert source.lines == readings.total()
    assert source.files == len(both.corpus.files.transcripts)


def test_counts_by_outcome_answer_and_type_are_those_declared(both: Both) -> None:
    summary, truth = both.found.summary, both.truth
    assert {k: n for k, n in summary.outcomes.items() if n} == dict(truth.outcomes())
    assert {k: n for k, n in summary.answers.items() if n} == dict(truth.answers())
    assert summary.agent_types == dict(truth.agent_types())


def test_words_before_and_within_a_delegation_are_kept_whole(both: Both) -> None:
    found = {d.tool_use_id: d for session in both.enriched.sessions for d in session.delegations}
    assert {i: d.prompt for i, d in found.items()} == {i: d.prompt for i, d in both.truth.delegations.items()}
    main = {i: d.context_before for i, d in both.truth.delegations.items() if d.caller is None}
    assert {i: found[i].user_context_before for i in main} == main


def test_neighbours_are_those_of_the_same_thread(both: Both) -> None:
    for session in both.enriched.sessions:
        assert [d.sequence_number for d in session.delegations] == list(range(1, len(session.delegations) + 1))
        for caller in {d.caller for d in session.delegations}:
            thread = [d for d in session.delegations if d.caller == caller]
            types: list[str | None] = [d.agent_type for d in thread]
            assert [d.previous_agent for d in thread] == [None, *types[:-1]]
            assert [d.next_agent for d in thread] == [*types[1:], None]

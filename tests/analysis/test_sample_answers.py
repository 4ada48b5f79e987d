"""What the bundled sample says, read through every script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from analysis import (
    analysis_runner,
    classify_marathons,
    extract_all_sessions,
    extract_enriched_data,
    extract_routing_patterns,
    segment_data,
)
from analysis.reporting.results import Results, load_results
from common.data_repository import DataRepository
from common.records.metrics import VerdictWord
from common.records.paying import PAY_CLASSES
from common.records.sessions import CAUSES
from tests.tools import json_schema

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def data(folder: Path) -> DataRepository:
    manifest, full, enriched = folder / "cache" / "manifest.json", folder / "full.json", folder / "enriched.json"
    patterns, marathons, segmentation = (folder / name for name in ("patterns.json", "marathons.json", "periods.json"))
    aggregate, agents = folder / "results" / "aggregate_results.json", (SAMPLE / "agents",)
    extract_all_sessions.main(
        projects=(str(SAMPLE),),
        cache=folder / "cache",
        sessions=full,
        diagnostics=folder / "diagnostics.jsonl",
        manifest=manifest,
        workers=1,
    )
    extract_enriched_data.main(manifest=manifest, sessions=enriched)
    extract_routing_patterns.main(sessions=enriched, patterns=patterns, agents=agents)
    classify_marathons.main(sessions=enriched, marathons=marathons)
    segment_data.main(sessions=full, report=segmentation, agents=agents)
    analysis_runner.main(
        sessions=enriched,
        patterns=patterns,
        marathons=marathons,
        segmentation=segmentation,
        results=aggregate.parent,
        aggregate=aggregate,
        agents=agents,
        all=True,
    )
    return DataRepository(
        full=full,
        enriched=enriched,
        patterns=patterns,
        marathons=marathons,
        segmentation=segmentation,
    )


@pytest.fixture(scope="module")
def results(data: DataRepository, folder: Path) -> Results:
    assert data.load_sessions()  # every script was run
    return load_results(folder / "results" / "aggregate_results.json")


def test_no_model_of_the_sample_is_unpriced(results: Results) -> None:
    assert results.metrics.unpriced == []
    assert results.metrics.totals.cost.messages > 1000
    assert results.metrics.totals.cost.messages_unpriced == 0


def test_every_total_is_that_of_the_extraction(data: DataRepository, results: Results) -> None:
    assert [one for one in results.metrics.reconciliation if not one.equal] == []
    summary, totals = data.load_full().summary, results.metrics.totals
    assert (totals.delegations, totals.sessions, totals.tokens) == (
        summary.delegations,
        summary.sessions,
        summary.tokens,
    )
    assert dict(totals.outcomes) == summary.outcomes
    assert {one.agent_type: one.delegations for one in results.metrics.agents} == summary.agent_types


def test_every_table_of_spending_adds_up_to_the_total(results: Results) -> None:
    metrics = results.metrics
    for table in (
        metrics.spending_by_place,
        metrics.spending_by_model,
        metrics.spending_by_day,
        metrics.spending_by_project,
        metrics.spending_by_period,
    ):
        assert sum(one.tokens.messages for one in table) == metrics.totals.tokens.messages
        assert sum(one.cost.estimated for one in table) == pytest.approx(metrics.totals.cost.estimated, abs=1e-9)


def test_every_script_has_the_same_periods(data: DataRepository, results: Results) -> None:
    periods = [(one.name, one.first, one.last) for one in data.load_segmentation().periods]
    assert [(one.name, one.first, one.last) for one in data.load_routing_patterns().periods] == periods
    assert [(one.name, one.first, one.last) for one in results.marathons.periods] == periods
    assert [(one.name, one.first, one.last) for one in results.routing_quality.periods] == periods
    assert [one.name for one in results.metrics.periods] == [name for name, _, _ in periods]
    assert len(periods) == 3


def test_delegations_add_up_over_periods_days_hours_and_models(results: Results) -> None:
    metrics = results.metrics
    for table in (metrics.periods, metrics.days, metrics.hours, metrics.weekdays, metrics.models, metrics.projects):
        assert sum(one.delegations for one in table) == metrics.totals.delegations


def test_marathons_of_the_file_and_of_the_result_are_the_same(data: DataRepository, results: Results) -> None:
    found = data.load_marathons()
    assert {one.session_id for one in found.marathons} == {one.session_id for one in results.marathons.marathons}
    assert {one.classification for one in found.marathons} == {"POSITIVE", "NEGATIVE", "AMBIGUOUS", "UNKNOWN"}


def test_the_sample_shows_every_verdict_and_both_grounds_of_fix(results: Results) -> None:
    verdicts = {agent.agent_type: agent.verdict for agent in results.metrics.agents if agent.verdict}
    assert {verdict.verdict for verdict in verdicts.values()} == set(get_args(VerdictWord))
    assert verdicts["developer"].grounds == ["success below the others"]
    assert verdicts["changelog-writer"].grounds == ["hollow results"]
    assert (verdicts["qa-helper"].verdict, verdicts["qa-helper"].overlaps_with) == ("retire", "test-writer")


def test_the_sample_shows_every_cause_that_is_not_the_agents_and_retries(results: Results) -> None:
    stopped = {row.cause: row for row in results.metrics.stopped}
    assert stopped.keys() == set(CAUSES) - {"agent"}
    assert stopped["user"].events < stopped["user"].delegations
    assert any(row.retries.succeeded for row in stopped.values())


def test_the_sample_holds_misroutes_that_its_rules_find(results: Results) -> None:
    assert {one.suggested for one in results.routing_quality.misroutes} >= {"test-writer", "refactoring-expert"}


def test_the_sample_shows_a_suggestion_that_a_list_of_agents_makes_possible(results: Results) -> None:
    found = {one.suggested: one.available for one in results.routing_quality.misroutes}
    assert found["security-auditor"] == "listed"
    assert found["test-writer"] == "started"


def test_the_sample_holds_lists_of_agents_from_attachments_and_from_errors(data: DataRepository) -> None:
    lists = [found.added for session in data.load_sessions() for found in session.agent_lists]
    assert ["general-purpose", "Explore", "Plan"] in lists
    assert ["security-auditor" in names for names in lists].count(True) == 2


def test_the_sample_shows_a_role_with_an_agent_of_its_name_and_one_without(results: Results) -> None:
    played = {one.role: (one.delegations, one.suggested) for one in results.routing_quality.role_play}
    assert played == {"doc-writer agent": (1, "doc-writer"), "release manager": (1, None)}


def test_the_sample_shows_what_the_user_did_next(results: Results) -> None:
    following = {agent.agent_type: agent.following for agent in results.metrics.agents}
    assert [agent for agent, next_ in following.items() if next_.plan_sent_back] == ["Plan"]
    assert len(following["developer"].tool_stopped) == 3
    assert following["developer"].stopped
    assert following["developer"].repeated


def test_the_sample_shows_a_title_of_each_origin(data: DataRepository) -> None:
    titles = [session.title for session in data.load_sessions() if session.title]
    assert "before the audit" in titles
    assert len([title for title in titles if title.startswith("Work on ")]) == 24


def test_the_sample_shows_a_model_asked_for_that_did_not_run_with_its_price(results: Results) -> None:
    (pin,) = [pin for pin in results.metrics.model_pins if pin.as_asked == "no"]
    assert (pin.agent_type, pin.asked, pin.asked_by) == ("developer", "claude-opus-4-8", "call")
    assert pin.model == "claude-sonnet-4-6"
    assert pin.asked_price.other > pin.asked_price.actual > 0


def test_the_sample_shows_each_kind_of_evidence(data: DataRepository, results: Results) -> None:
    shown = {agent.agent_type: agent.shown for agent in results.metrics.agents}
    assert len(shown["changelog-writer"].no_tool_call) == 5
    assert shown["developer"].edited
    assert shown["developer"].checked
    used = [one.used.token for session in data.load_sessions() for one in session.delegations if one.used]
    assert {"tide_table.ex:214", "skip_empty_rows"} <= set(used)


def test_the_sample_shows_each_class_of_paying_with_a_break_even_share(results: Results) -> None:
    paying = [agent.paying for agent in results.metrics.agents]
    for name in PAY_CLASSES:
        assert sum(getattr(agent, name) for agent in paying), name


def test_the_sample_shows_a_built_in_type_that_comes_with_a_new_version(data: DataRepository) -> None:
    report = data.load_segmentation()
    uses = [(use.agent_type, use.version, use.day) for period in report.periods for use in period.built_in]
    assert ("claude-code-guide", "2.1.205", "2026-10-06") in uses
    assert ["claude-code-guide"] in [one.first_used for pair in report.comparisons for one in pair.confounders]


def test_every_file_is_as_its_json_schema_says(folder: Path, results: Results) -> None:
    assert results.own == []
    files = sorted(folder.rglob("*.json"))
    assert len(files) == 10
    for path in files:
        found = json.loads(path.read_bytes())
        described = json.loads((SCHEMAS / f"{found['schema_type']}.schema.json").read_bytes())
        assert json_schema.faults(found, described, described["$defs"]) == [], path.name


def test_a_file_that_is_not_as_its_json_schema_says_is_noticed(folder: Path, results: Results) -> None:
    assert results.own == []
    found = json.loads((folder / "marathons.json").read_bytes())
    described = json.loads((SCHEMAS / "marathon_classification.schema.json").read_bytes())
    found["marathon_over"], found["extra"] = "20", 1
    found["marathons"][0]["success"]["hits"] = None
    del found["summary"]["POSITIVE"]
    assert sorted(json_schema.faults(found, described, described["$defs"])) == [
        "$.marathon_over: no integer",
        "$.marathons[0].success.hits: no integer",
        "$.summary: POSITIVE is missing",
        "$: extra is unknown",
    ]

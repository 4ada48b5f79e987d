"""What was spent, where: every token of the chosen sessions in one place, and the sums beside those of extraction."""

from __future__ import annotations

import pytest

from analysis.strategies import spending
from analysis.strategies.spending import Expense
from common.measures.prices import load_prices
from tests.builders.records import MODEL, delegation, enriched, run, session, spent, unlinked


def test_all_that_was_spent_has_its_place_and_its_project() -> None:
    data = enriched(
        session("s1", delegation("t1", run=run(spent(input=2))), delegation("t2"), project="p1", days=[spent(input=1)]),
        elsewhere={"p2": [spent(input=3)]},
        unlinked=[
            unlinked(spent(input=4), session_id="s1"),
            unlinked(spent(input=5), session_id="gone"),
            unlinked(spent(input=6), session_id=None),
        ],
    )
    assert spending.expenses(data) == [
        Expense("main", "p1", spent(input=1)),
        Expense("runs", "p1", spent(input=2), "t1"),
        Expense("main", "p2", spent(input=3)),
        Expense("unlinked", "p1", spent(input=4)),
        Expense("unlinked", None, spent(input=5)),
        Expense("unlinked", None, spent(input=6)),
    ]


def test_what_was_spent_in_worktrees_is_in_their_project_with_their_number() -> None:
    data = enriched(
        session("s1", delegation("t1", run=run(spent(input=2))), project="-w-a-b", cwd="/w/a-b", days=[spent(input=1)]),
        session("s2", delegation("t2"), project="-w-a-b", cwd="/w/a/b", days=[spent(input=4)]),
        session("s3", delegation("t3"), project="-w-c", cwd="/w/c/.claude/worktrees/x", days=[spent(input=8)]),
        elsewhere={
            "/w/a/b/.claude/worktrees/x": [spent(input=16)],
            "-w-c--claude-worktrees-x": [spent(input=32)],
            "-w-c--claude-worktrees-y": [spent(input=64)],
        },
        unlinked=[unlinked(spent(input=128), session_id="s3")],
        shared_folders=["-w-a-b"],
    )
    rows = spending.by_project(spending.expenses(data), load_prices())
    assert [(row.name, row.tokens.input, row.worktrees) for row in rows] == [
        ("-w-c", 8 + 32 + 64 + 128, 2),
        ("/w/a/b", 4 + 16, 1),
        ("/w/a-b", 1 + 2, 0),
    ]


def test_what_was_spent_stands_by_name_dearest_first_and_ties_by_name() -> None:
    parts = [
        Expense("main", "cheap", spent(input=1)),
        Expense("main", None, spent(input=5)),
        Expense("main", "dear", spent(input=7)),
        Expense("runs", "cheap", spent(input=1)),
        Expense("main", "also", spent(input=2)),
    ]
    found = spending.by(parts, lambda one: one.project, load_prices())
    assert [(one.name, one.tokens.input) for one in found] == [("dear", 7), ("(unknown)", 5), ("also", 2), ("cheap", 2)]
    assert found[0].cost.estimated == pytest.approx(21e-6)  # $3 a million


def test_models_without_a_price_stand_with_their_reasons_most_messages_first() -> None:
    parts = [
        Expense("main", "p", spent(model="gpt-5-mini", messages=2)),
        Expense("main", "p", spent(model=None, messages=3)),
        Expense("runs", "p", spent(model="gpt-5-mini", messages=2)),
        Expense("runs", "p", spent(tier="fast", messages=3)),
        Expense("runs", "p", spent(messages=9)),
    ]
    assert [(one.model, one.reason, one.messages) for one in spending.unpriced(parts, load_prices())] == [
        ("gpt-5-mini", "no price", 4),
        ("(unknown)", "no price", 3),
        (MODEL, "no price for this tier", 3),
    ]


def test_every_total_stands_beside_that_of_extraction() -> None:
    day = spent(messages=2, input=3, output=5, output_estimated=6, cache_creation_5m=7, cache_read=11)
    data = enriched(session("s1", delegation("t1"), delegation("t2", outcome="failed"), days=[day]))
    parts = [*spending.expenses(data), Expense("main", "p", spent(model=None, messages=1))]
    assert [(one.figure, one.here, one.extraction, one.equal) for one in spending.reconcile(data, parts)] == [
        ("delegations", 2, 2, True),
        ("sessions with delegations", 1, 1, True),
        ("outcome completed", 1, 1, True),
        ("outcome failed", 1, 1, True),
        ("outcome rejected", 0, 0, True),
        ("outcome interrupted", 0, 0, True),
        ("outcome not_started", 0, 0, True),
        ("outcome killed", 0, 0, True),
        ("outcome unreported", 0, 0, True),
        ("outcome unanswered", 0, 0, True),
        ("tokens messages", 3, 2, False),
        ("tokens input", 3, 3, True),
        ("tokens output", 5, 5, True),
        ("tokens output_estimated", 6, 6, True),
        ("tokens cache_creation", 7, 7, True),
        ("tokens cache_read", 11, 11, True),
        ("tokens messages_without_stop_reason", 0, 0, True),
        ("tokens placeholders", 0, 0, True),
        ("(none): messages", 1, 0, False),
        ("(none): input", 0, 0, True),
        ("(none): output", 0, 0, True),
        ("(none): cache_creation", 0, 0, True),
        ("(none): cache_read", 0, 0, True),
        (f"{MODEL}: messages", 2, 2, True),
        (f"{MODEL}: input", 3, 3, True),
        (f"{MODEL}: output", 5, 5, True),
        (f"{MODEL}: cache_creation", 7, 7, True),
        (f"{MODEL}: cache_read", 11, 11, True),
    ]

"""The table of what happened next says what there is, and nothing about what there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Cell, Paragraph, Table
from analysis.reporting.render import Terminal, sentences
from analysis.reporting.sections.following import following_blocks
from tests.analysis.reporting.test_findings import context
from tests.builders.records import delegation, session

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.reporting.blocks import Block
    from common.records.sessions import EnrichedDelegation

FACTS = "These are facts, not judgements: no verdict uses them."


def lead(blocks: tuple[Block, ...]) -> str:
    (paragraph,) = [block for block in blocks if isinstance(block, Paragraph)]
    return " ".join(sentences(Terminal(), list(paragraph.sentences)))


def blocks_of(folder: Path, *made: EnrichedDelegation) -> tuple[Block, ...]:
    return following_blocks(context(folder, session("s", *made)))


def test_there_is_no_table_if_the_user_went_on_everywhere(tmp_path: Path) -> None:
    assert blocks_of(tmp_path, delegation("t1"), delegation("t2", outcome="failed", number=2)) == ()


def test_the_sentences_are_about_what_there_is(tmp_path: Path) -> None:
    sent_back = delegation("t1", followed_by="plan_sent_back")
    said = lead(blocks_of(tmp_path / "1", sent_back))
    assert said == f"{FACTS} The user sent a plan back with words after 1 delegation."
    pressed = [delegation(f"t{n}", outcome="interrupted", press="t1", number=n) for n in (1, 2)]
    said = lead(blocks_of(tmp_path / "2", *pressed))
    assert said == f"{FACTS} The user stopped or refused 2 delegations, in 1 event."
    again = [
        delegation("t1", outcome="failed", description="Draw the map"),
        delegation("t2", description="Draw the map", number=2),
    ]
    said = lead(blocks_of(tmp_path / "3", *again))
    assert said == f"{FACTS} After 1 delegation that did not complete, the same was tried again, 1 time with success."


def test_each_row_has_the_counts_of_an_agent_with_the_way_to_them(tmp_path: Path) -> None:
    made = [
        delegation("t1", "developer", followed_by="tool_stopped"),
        delegation("t2", "developer", "interrupted", press="t2", number=2),
        delegation("t3", "developer", number=3),
        delegation("t4", "reviewer", "unreported", number=4),
    ]
    made_context = context(tmp_path, session("s", *made))
    (table,) = [block for block in following_blocks(made_context) if isinstance(block, Table)]
    assert [[cell.value for cell in row[1:]] for row in table.rows] == [
        [1, 0, 1, 1, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 0, 0, 0, 0],
    ]
    target = made_context.groups.target("next", "tool_stopped", "developer")
    assert target is not None
    assert table.rows[0][3] == Cell(1, "count", target)

"""The table of evidence says what is shown, each count after the number that it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analysis.reporting.blocks import Cell, Sentence, Table
from analysis.reporting.cards import cards_of
from analysis.reporting.render import Terminal, sentences
from analysis.reporting.sections.evidence import evidence_blocks
from common.records.sessions import Edit, Used
from tests.analysis.reporting.test_findings import context
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from pathlib import Path

HELPER = "<b>splitFirstBatch"
USED = Used(token=HELPER, line=7)


def test_there_is_no_table_where_nothing_is_known(tmp_path: Path) -> None:
    assert evidence_blocks(context(tmp_path, session("s", delegation("t1")))) == ()


def test_each_row_has_the_counts_of_an_agent_with_the_way_to_them(tmp_path: Path) -> None:
    edit = Edit(timestamp=None, tool="Edit", path="/w/a")
    made = [
        replace(delegation("t1", "developer", result="Done."), used=USED, tool_calls=0),
        delegation("t2", "developer", run=replace(run(spent(), edits=[edit]), checks=1), number=2),
        delegation("t3", "reviewer", result="Done.", number=3),
        delegation("t4", "writer", number=4),
    ]
    made_context = context(tmp_path, session("s", *made))
    (table,) = [block for block in evidence_blocks(made_context) if isinstance(block, Table)]
    assert [[cell.value for cell in row[1:]] for row in table.rows] == [
        [1, 1, 1, 1, 1, 1, 1],
        [0, None, 0, None, None, 1, 0],
    ]
    target = made_context.groups.target("shown", "used", "developer")
    assert target is not None
    assert table.rows[0][7] == Cell(1, "count", target)


def test_the_card_has_the_token_and_its_line_as_plain_text(tmp_path: Path) -> None:
    made = replace(delegation("t1", result="Done."), used=USED)
    ((cards,),) = [session_cards.cards for session_cards in cards_of(context(tmp_path, session("s", made)))]
    (fact,) = [value for name, value in cards.facts if name == "used"]
    assert isinstance(fact, Sentence)
    (said,) = sentences(Terminal(), [fact])
    assert said.startswith("for certain: ")
    assert "<b>splitFirstBatch" in said
    assert said.endswith(":7)")

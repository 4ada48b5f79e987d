"""The section on routing: suspected misroutes, roles, and the learned router; and their columns for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from analysis import export_csv
from tests.builders.records import delegation, session
from tests.builders.reports import Made, from_sessions

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "Act as the zebra keeper agent."


def made(folder: Path) -> Made:
    return from_sessions(
        folder,
        session(
            "s",
            delegation("t1", "general-purpose", prompt=ROLE),
            delegation("t2", "general-purpose", prompt=ROLE),
            delegation("t3", "general-purpose", prompt="You are a song writer. Write.", description="Write a poem"),
            delegation("t4", "zebra-keeper"),
        ),
    )


def table(report: str, first_head: str) -> list[list[str]]:
    """Return the cells of the Markdown table whose heads begin so."""
    lines = report.split(f"| {first_head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_a_suspected_misroute_stands_with_its_words_and_why_the_agent_could_be_called(tmp_path: Path) -> None:
    assert [row[1:6] for row in table(made(tmp_path).markdown(), "delegation | went to | suggested")] == [
        [
            "`general-purpose`",
            "`zebra-keeper`",
            "it began in this project",
            "`role play`",
            "`Act as the zebra keeper agent`",
        ],
    ] * 2


def test_roles_are_counted_with_the_agent_that_could_have_been_called(tmp_path: Path) -> None:
    report = made(tmp_path).markdown()
    assert "`general-purpose` was asked to play a role 3 times." in report
    assert table(report, "agent | was asked to play") == [
        ["`general-purpose`", "`zebra keeper agent`", "2", "2", "`zebra-keeper`"],
        ["`general-purpose`", "`song writer`", "1", "0", "–"],
    ]


def test_a_report_for_sharing_names_no_role(tmp_path: Path) -> None:
    report = made(tmp_path)
    assert "zebra keeper" in report.html()
    assert "zebra keeper" not in report.html(share=True) + report.markdown(share=True)


def test_without_roles_the_section_does_not_speak_of_them(tmp_path: Path) -> None:
    report = from_sessions(tmp_path, session("s", delegation("t", "tester"))).markdown()
    assert "asked to play" not in report


def test_a_silent_router_says_why_with_its_agreement(tmp_path: Path) -> None:
    tests = [session(f"s{n}", delegation(f"a{n}", "writer", prompt=TESTS[n % 3])) for n in range(12)]
    others = [session(f"r{n}", delegation(f"b{n}", "baker", prompt=TESTS[n % 3])) for n in range(6)]
    docs = session("d", *[delegation(f"c{n}", "writer", prompt="rewrite handbook chapter two") for n in range(2)])
    report = from_sessions(tmp_path, *tests, *others, docs).markdown()
    assert "Its first choice is the agent that you chose in" in report
    assert "always naming `writer` would be right in 12 of 18" in report
    assert "It suggests nothing: always naming the most used agent would agree at least as often." in report


TESTS = ["write unit checks for module alpha", "write unit checks for module beta", "more unit checks for gamma"]


def test_too_few_agents_need_no_figures(tmp_path: Path) -> None:
    report = from_sessions(tmp_path, session("s", delegation("t", "tester"))).markdown()
    assert "The learned router suggests nothing: fewer than two agents did enough work to learn from." in report


def test_the_spreadsheet_has_the_suggestion_and_the_role(tmp_path: Path) -> None:
    inputs = made(tmp_path)
    export_csv.main(**inputs.inputs(), out=tmp_path / "csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "csv" / "delegations.csv").read_text(encoding="utf-8"))))
    columns = ("suggested_agent", "suggested_by", "suggested_was", "asked_to_play")
    assert [tuple(row[column] for column in columns) for row in rows] == [
        ("zebra-keeper", "role play", "started", "zebra keeper agent"),
        ("zebra-keeper", "role play", "started", "zebra keeper agent"),
        ("", "", "", "song writer"),
        ("", "", "", ""),
    ]

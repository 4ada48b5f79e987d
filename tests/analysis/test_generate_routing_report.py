from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from analysis import generate_routing_report
from common.records.sessions import NOT_RECORDED
from tests.analysis.attacks import PAYLOADS, everywhere
from tests.builders.records import delegation, enriched, full, run, session, spent
from tests.builders.reports import from_records, from_sessions
from tests.tools.sinks import hold_markdown

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedSession

TITLES = [
    "What was read",
    "The answer",
    "Agents",
    "Routing",
    "Transitions",
    "Marathons",
    "Periods compared",
    "Costs",
    "Does it pay",
    "Data quality",
]


def sessions(count: int, each: int = 6) -> list[EnrichedSession]:
    """Made sessions: every third delegation is the reviewer's, and every second of those fails."""
    made = []
    for day in range(count):
        steps = [
            delegation(
                f"t{day}-{n}",
                "reviewer" if n % 3 == 2 else "developer",
                "failed" if n % 6 == 5 else "completed",
                timestamp=f"2026-03-{day % 28 + 1:02}T10:{n:02}:00.000Z",
                description=f"Task {n} of {day}",
                prompt=f"Please do step {n} of day {day}",
                result="done",
                duration=60.0 + n,
                run=run(spent(f"2026-03-{day % 28 + 1:02}", output=1000, input=2000)),
                number=n + 1,
            )
            for n in range(each)
        ]
        made.append(session(f"s{day}", *steps, first=f"2026-03-{day % 28 + 1:02}T09:00:00.000Z"))
    return made


def test_the_parts_stand_in_their_order(tmp_path: Path) -> None:
    page = from_sessions(tmp_path, *sessions(6)).markdown()
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == TITLES


def test_no_sessions_is_said_and_is_no_error(tmp_path: Path) -> None:
    page = from_records(tmp_path, enriched(), full()).markdown()
    assert "No sessions found in `" in page
    assert page.split("## The answer\n")[1].strip().startswith("No delegation was found")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == TITLES


def test_one_delegation_is_too_few_to_say_anything_of(tmp_path: Path) -> None:
    page = from_sessions(tmp_path, session("s", delegation("t"))).markdown()
    assert "- 1 of 1 (100 %, 21–100 %) judged delegations did the work." in page
    assert len(re.findall(r"^- ", page.split("## The answer\n")[1].split("\n## ")[0], re.MULTILINE)) == 1
    assert "| `developer` | 1 | 1 of 1 (100 %, 21–100 %) | 0 | 0 | 0 | 100 % |" in page


def test_grounds_are_announced_only_where_a_verdict_is_shown(tmp_path: Path) -> None:
    grounds = "Each names its grounds and the delegations that prove it."
    assert grounds in from_sessions(tmp_path, *sessions(10)).markdown()
    calm = from_sessions(tmp_path, session("s", delegation("t"))).markdown()
    assert "1 agent ran and got a verdict; none needs attention (fix or retire)." in calm
    assert grounds not in calm


def test_pairs_in_parallel_are_told_only_if_there_are_any(tmp_path: Path) -> None:
    calls = [delegation(f"t{n}", number=n + 1) for n in range(3)]
    page = from_sessions(tmp_path, session("s", *calls)).markdown()
    assert "2 transitions from one delegation to the next in the same thread. 2 of 2 (100 %, 34–100 %) went to" in page
    calls[1:] = [delegation(f"t{n}", number=n + 1, message_id="m") for n in (1, 2)]
    page = from_sessions(tmp_path, session("s", *calls)).markdown()
    assert "in the same thread; 1 pair ran in parallel and is counted separately. 1 of 1 (100 %" in page


def test_a_number_stands_with_its_sample(tmp_path: Path) -> None:
    page = from_sessions(tmp_path, *sessions(10)).markdown()
    assert "- 50 of 60 (83 %, 72–91 %) judged delegations did the work; 10 failed." in page
    assert "| `reviewer` | 20 | 10 of 20 (50 %, 30–70 %) | 0 | 10 | 0 |" in page
    assert "`reviewer` needs attention (**fix**): 10 of 20 (50 %, 30–70 %) of its judged delegations" in page


def test_the_answer_has_at_most_five_sentences(tmp_path: Path) -> None:
    page = from_sessions(tmp_path, *sessions(20, each=24)).markdown()
    answer = page.split("## The answer\n")[1].split("\n## ")[0]
    assert 2 <= len(re.findall(r"^- ", answer, re.MULTILINE)) <= 5


def test_the_page_stays_short_however_much_there_is(tmp_path: Path) -> None:
    agents = [f"agent-{n}" for n in range(60)]
    many = [
        delegation(f"t{n}", agents[n % 60], timestamp=f"2026-03-{n % 28 + 1:02}T10:00:00.{n:03}Z", number=n + 1)
        for n in range(900)
    ]
    made = [session(f"s{n}", *many[n * 30 : n * 30 + 30], project=f"p{n}") for n in range(30)]
    page = from_sessions(tmp_path, *made).markdown()
    assert len(page.splitlines()) <= 400
    assert "more are in the HTML report." in page


def test_the_page_stays_short_with_many_agents_that_fail_and_many_periods(tmp_path: Path) -> None:
    made = [
        session(
            f"s{day}-{agent}",
            *(
                delegation(
                    f"t{day}-{agent}-{n}",
                    f"agent-{agent}",
                    "failed" if agent % 2 else "completed",
                    number=n + 1,
                    timestamp=f"2026-03-{day:02}T10:{agent:02}:{n:02}.000Z",
                    prompt=f"{day} {agent} {n}",
                )
                for n in range(2)
            ),
            first=f"2026-03-{day:02}T09:00:00.000Z",
        )
        for day in range(1, 21)
        for agent in range(30)
    ]
    days = [f'{{"name": "day {day}", "first": "2026-03-{day:02}", "last": "2026-03-{day:02}"}}' for day in range(1, 21)]
    page = from_sessions(tmp_path, *made, periods=f"[{', '.join(days)}]").markdown()
    assert len(page.splitlines()) <= 400
    assert "more comparisons" not in page
    assert "more are in the HTML report." in page


def test_names_from_transcripts_stay_in_their_cell_and_lead_nowhere(tmp_path: Path) -> None:
    name = "a|b ![x](https://e.example/x.png) `c` <img src=x>"
    page = from_sessions(tmp_path, session("s", delegation("t", name))).markdown()
    row = next(line for line in page.splitlines() if line.startswith("| ``a"))
    assert row.startswith("| ``a\\|b ![x](https://e.example/x.png) `c` <img src=x>`` | 1 |")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_foreign_is_read_as_markdown(tmp_path: Path, payload: str) -> None:
    made = sessions(1, each=22)
    chosen, every = everywhere(
        enriched(*made), full(*made), lambda text, _: f"{payload} | `a` ``b`` [c](d) {text[:12]}"
    )
    page = from_records(tmp_path, chosen, every).markdown()
    hold_markdown(page)
    assert [line for line in page.splitlines() if line.startswith("| `")]


def test_the_diagram_of_transitions_is_mermaid(tmp_path: Path) -> None:
    page = from_sessions(tmp_path, *sessions(3)).markdown()
    diagram = page.split("```mermaid\n")[1].split("```")[0]
    assert diagram.splitlines() == [
        "flowchart LR",
        '  n0["developer"]',
        '  n1["reviewer"]',
        "  n0 -->|6| n0",
        "  n0 -->|6| n1",
        "  n1 -->|3| n0",
    ]


def test_warnings_of_the_run_are_repeated(tmp_path: Path) -> None:
    page = from_sessions(tmp_path, *sessions(1)).markdown(warnings=("extraction was left out; it is not up to date",))
    assert "- **Warning**: extraction was left out; it is not up to date" in page


def test_secrets_are_masked_unless_chosen_otherwise(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    made = from_sessions(tmp_path, session("s", delegation("t", token)))
    assert token not in made.markdown()
    assert "`[secret:github:1]`" in made.markdown()
    assert token in made.markdown(redact=False)


def test_a_shared_report_holds_no_words_and_no_places(tmp_path: Path) -> None:
    planted = delegation("t", description="Canary words", prompt="Canary prompt", result="Canary result")
    page = from_sessions(tmp_path, session("canary-session", planted, project="-canary-project")).markdown(share=True)
    assert "anary" not in page
    assert "Made for sharing" in page


def test_the_same_input_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    made = from_sessions(tmp_path, *sessions(5))
    pages = set()
    for seed in ("0", "1", "2"):
        arguments = [f"--{name}={path}" for name, path in made.inputs().items()]
        command = [sys.executable, "-m", "analysis.generate_routing_report", *arguments, f"--report={tmp_path}/r.md"]
        surroundings = {"PYTHONHASHSEED": seed, "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONUTF8": "0"}
        surroundings |= {"PYTHONCOERCECLOCALE": "0"}
        subprocess.run(command, check=True, env=surroundings, capture_output=True)
        pages.add((tmp_path / "r.md").read_bytes())
    assert len(pages) == 1


def test_the_answer_is_said_in_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = from_sessions(tmp_path, *sessions(10))
    capsys.readouterr()
    made.markdown()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("50 of 60 (83 %, 72–91 %) judged delegations did the work; 10 failed.")
    assert re.fullmatch(r"\d+ lines", lines[-1])
    assert len(lines) <= 10


def test_the_script_draws_nothing() -> None:
    code = f"import sys, {generate_routing_report.__name__}; print('lets_plot' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"


def test_no_heading_has_nothing_under_it(tmp_path: Path) -> None:
    page = from_sessions(tmp_path, session("s", delegation("t"))).markdown()
    assert re.findall(r"^### (.*)\n+(?=#|\Z)", page, re.MULTILINE) == []


def test_calls_without_an_agent_type_are_no_agent_types(tmp_path: Path) -> None:
    page = from_sessions(tmp_path, session("s", delegation("t", NOT_RECORDED))).markdown()
    assert "0 agent types" not in page
    assert "No call names an agent type." in page


def test_what_other_models_would_cost_is_said_only_where_it_differs(tmp_path: Path) -> None:
    made = session("s", delegation("t", run=run(spent(output=100_000))), days=[spent(output=100)])
    assert "the same tokens on the model that delegated" not in from_sessions(tmp_path, made).markdown()

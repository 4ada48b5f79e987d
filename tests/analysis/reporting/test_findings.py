from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Ref
from analysis.reporting.findings import answer_sentences
from analysis.reporting.inputs import load_inputs
from analysis.reporting.render import Terminal, sentences
from analysis.reporting.report import report_context
from common.data_repository import DataRepository
from common.measures.prices import load_prices
from common.records.sessions import NOT_RECORDED
from tests.builders.records import delegation, run, session, spent
from tests.builders.reports import from_sessions

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.reporting.blocks import Sentence
    from analysis.reporting.context import Context
    from common.records.sessions import EnrichedSession


def context(folder: Path, *sessions: EnrichedSession, marathon_over: int = 20) -> Context:
    folder.mkdir(exist_ok=True)
    made = from_sessions(folder, *sessions, marathon_over=marathon_over).inputs()
    repository = DataRepository(
        enriched=made["sessions"],
        patterns=made["patterns"],
        marathons=made["marathons"],
        segmentation=made["segmentation"],
    )
    inputs = load_inputs(repository, made["aggregate"], made["diagnostics"], "UTC", load_prices())
    return report_context(inputs, redact=True, share=False)


def names(said: tuple[Sentence, ...]) -> list[str]:
    return [sentence.name for sentence in said]


def one(number: int, agent: str, outcome: str = "completed", dollars_of_output: int = 0) -> EnrichedSession:
    made = delegation(
        f"t{number}",
        agent,
        outcome,  # type: ignore[arg-type] # the names of outcomes
        prompt=f"unlike any other {number} {agent}",
        run=run(spent(output=dollars_of_output)) if dollars_of_output else None,
    )
    return session(f"s{number}", made)


def test_without_a_delegation_there_is_no_answer(tmp_path: Path) -> None:
    assert answer_sentences(context(tmp_path)) == ()


def test_with_few_delegations_only_success_is_said(tmp_path: Path) -> None:
    said = answer_sentences(context(tmp_path, *(one(n, "developer", "failed") for n in range(9))))
    assert names(said) == ["answer_success"]
    rate = said[0].values["rate"]
    assert (rate.hits, rate.total) == (0, 9)  # type: ignore[union-attr] # a rate


def test_where_nothing_is_judged_that_is_said(tmp_path: Path) -> None:
    said = answer_sentences(context(tmp_path, *(one(n, "developer", "unanswered") for n in range(12))))
    assert names(said) == ["answer_nothing_judged"]


def test_an_agent_to_fix_is_said_with_its_proof(tmp_path: Path) -> None:
    sessions = [one(n, "developer") for n in range(60)]
    sessions += [one(100 + n, "helper", "failed" if n < 25 else "completed") for n in range(30)]
    said = answer_sentences(context(tmp_path, *sessions))
    fix = next(sentence for sentence in said if sentence.name == "answer_verdict")
    agent, cases = fix.values["agent"], fix.values["cases"]
    assert isinstance(agent, Ref)
    assert agent.value.text == "helper"  # type: ignore[union-attr] # a name
    assert (fix.values["verdict"], fix.values["hollow"], fix.values["more"]) == ("fix", None, ())
    assert [ref.value for ref in cases] == ["#61", "#62", "#63", "#64", "#65"]  # type: ignore[union-attr] # references


def test_of_two_agents_to_fix_the_one_with_more_cases_is_said_first(tmp_path: Path) -> None:
    sessions = [one(n, "developer") for n in range(60)]
    sessions += [one(100 + n, "helper", "failed" if n < 12 else "completed") for n in range(15)]
    sessions += [one(200 + n, "fixer", "failed" if n < 25 else "completed") for n in range(30)]
    said = answer_sentences(context(tmp_path, *sessions))
    fix = next(sentence for sentence in said if sentence.name == "answer_verdict")
    assert fix.values["agent"].value.text == "fixer"  # type: ignore[union-attr] # a name
    assert [ref.value.text for ref in fix.values["more"]] == ["helper"]  # type: ignore[union-attr] # names


def test_a_single_result_without_work_is_said_with_its_agent(tmp_path: Path) -> None:
    hollow = delegation("h", "helper", kind="invented", result="<bash>make</bash>")
    said = answer_sentences(context(tmp_path, *(one(n, "developer") for n in range(3)), session("sh", hollow)))
    found = next(sentence for sentence in said if sentence.name == "answer_hollow")
    assert found.values["own"].value == 1  # type: ignore[union-attr] # a reference
    assert (found.values["completed"], found.values["more"], found.values["others"]) == (1, (), 0)
    assert [ref.value for ref in found.values["cases"]] == ["#4"]  # type: ignore[union-attr] # references


def test_the_hollow_results_of_the_agent_to_fix_are_said_once(tmp_path: Path) -> None:
    def hollow(number: int, agent: str) -> EnrichedSession:
        return session(f"s{number}", delegation(f"t{number}", agent, kind="empty", prompt=f"{number}"))

    sessions = [one(n, "developer") for n in range(60)] + [hollow(100 + n, "helper") for n in range(6)]
    assert names(answer_sentences(context(tmp_path / "only", *sessions)))[1:] == ["answer_verdict"]
    said = answer_sentences(context(tmp_path / "other", *sessions, hollow(200, "reviewer")))
    assert names(said)[1:] == ["answer_verdict", "answer_hollow"]
    assert " ".join(sentences(Terminal(), said[2:])).startswith(
        "reviewer gave 1 result without work, of 1 completed delegation. See #67."
    )


def test_what_stopped_most_work_is_said_from_ten_delegations_on(tmp_path: Path) -> None:
    stopped = [one(100 + n, "developer", "rejected") for n in range(2)]
    nine = answer_sentences(context(tmp_path / "a", *(one(n, "developer") for n in range(7)), *stopped))
    ten = answer_sentences(context(tmp_path / "b", *(one(n, "developer") for n in range(8)), *stopped))
    assert "answer_stopped" not in names(nine)
    found = next(sentence for sentence in ten if sentence.name == "answer_stopped")
    assert (found.values["cause"], found.values["events"], found.values["retried"]) == ("user", None, 0)


def test_the_agent_that_costs_more_is_said_with_its_part_of_the_work(tmp_path: Path) -> None:
    sessions = [one(n, "developer", dollars_of_output=10_000) for n in range(40)]
    sessions += [one(100 + n, "architect", dollars_of_output=200_000) for n in range(10)]
    said = answer_sentences(context(tmp_path, *sessions))
    dear = next(sentence for sentence in said if sentence.name == "answer_dear")
    assert dear.values["agent"].value.text == "architect"  # type: ignore[union-attr] # a reference to a name
    assert dear.values["work"] == 0.2
    assert round(float(dear.values["share"]), 3) == round(2_000_000 / 2_400_000, 3)  # type: ignore[arg-type] # a share


def test_an_only_agent_does_not_cost_more(tmp_path: Path) -> None:
    sessions = [one(n, "developer", dollars_of_output=10_000) for n in range(40)]
    assert names(answer_sentences(context(tmp_path, *sessions))) == ["answer_success"]


def test_agents_that_cost_alike_are_not_said(tmp_path: Path) -> None:
    sessions = [one(n, "ab"[n % 2], dollars_of_output=10_000) for n in range(40)]
    assert names(answer_sentences(context(tmp_path, *sessions))) == ["answer_success"]


def test_calls_that_name_no_agent_type_are_no_leader_and_cost_nothing_of_note(tmp_path: Path) -> None:
    sessions = [one(n, "(none)", dollars_of_output=900_000) for n in range(40)]
    sessions += [one(100 + n, "abcd"[n % 4], dollars_of_output=1000) for n in range(16)]
    said = answer_sentences(context(tmp_path, *sessions))
    assert "(none)" not in repr(said)


def test_marathons_are_said_if_one_ran_out_of_control(tmp_path: Path) -> None:
    short = [one(n, "developer") for n in range(12)]

    def long(outcome: str) -> EnrichedSession:
        made = (
            delegation(f"m{n}", outcome=outcome, number=n + 1, prompt=f"{n}")  # type: ignore[arg-type] # an outcome
            for n in range(12)
        )
        return session("long", *made)

    good = answer_sentences(context(tmp_path / "good", long("completed"), *short, marathon_over=10))
    assert "answer_marathons" not in names(good)
    bad = answer_sentences(context(tmp_path / "bad", long("failed"), *short, marathon_over=10))
    found = next(sentence for sentence in bad if sentence.name == "answer_marathons")
    assert (found.values["share"], found.values["sessions"], found.values["negative"]) == (0.5, 13, 1)


def test_of_many_findings_the_heaviest_are_said_heaviest_first(tmp_path: Path) -> None:
    agents = ["developer", "reviewer", "tester", "writer"]
    sessions = [one(n, agents[n % 4], dollars_of_output=1000) for n in range(80)]
    sessions += [one(200 + n, "helper", "failed", dollars_of_output=100_000) for n in range(20)]
    said = answer_sentences(context(tmp_path, *sessions))
    assert names(said)[:2] == ["answer_success", "answer_verdict"]
    assert len(said) <= 5
    assert len(set(names(said))) == len(said)


def test_leaders_are_named_only_where_they_lead(tmp_path: Path) -> None:
    equal = [one(number, f"agent {number % 4}") for number in range(40)]
    assert "answer_leaders" not in names(answer_sentences(context(tmp_path / "equal", *equal)))
    ahead = [*equal, *(one(number, f"agent {number % 3}") for number in range(40, 100))]
    assert "answer_leaders" in names(answer_sentences(context(tmp_path / "ahead", *ahead)))


def test_an_agent_that_costs_more_each_time_is_not_said_to_cost_most(tmp_path: Path) -> None:
    sessions = [one(n, "developer", dollars_of_output=100_000) for n in range(60)]
    sessions += [one(100 + n, "architect", dollars_of_output=200_000) for n in range(10)]
    said = [sentence for sentence in answer_sentences(context(tmp_path, *sessions)) if sentence.name == "answer_dear"]
    words = " ".join(sentences(Terminal(), said))
    assert "architect costs more than the other agents" in words
    assert "costs most" not in words


def test_hollow_results_of_no_agent_type_are_given_to_no_agent(tmp_path: Path) -> None:
    agents = [*["developer"] * 3, *["reviewer"] * 2, *[NOT_RECORDED] * 4]
    made = [session(f"s{n}", delegation(f"t{n}", agent, kind="empty")) for n, agent in enumerate(agents)]
    hollow = next(said for said in answer_sentences(context(tmp_path, *made)) if said.name == "answer_hollow")
    assert " ".join(sentences(Terminal(), [hollow])).startswith(
        "developer gave 3 results without work, of 3 completed delegations; reviewer gave 2 others."
    )

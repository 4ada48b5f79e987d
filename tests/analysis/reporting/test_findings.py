from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.reporting.blocks import Ref
from analysis.reporting.findings import answer_sentences
from analysis.reporting.inputs import load_inputs
from analysis.reporting.report import report_context
from common.data_repository import DataRepository
from common.measures.prices import load_prices
from tests.builders.records import delegation, run, session, spent
from tests.builders.reports import from_sessions

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.reporting.blocks import Sentence
    from analysis.reporting.context import Context
    from common.records.sessions import EnrichedSession


def context(folder: Path, *sessions: EnrichedSession, marathon_over: int = 20) -> Context:
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


def test_the_weakest_agent_is_said_once_with_the_others_that_are_weak(tmp_path: Path) -> None:
    sessions = [one(n, "developer") for n in range(60)]
    sessions += [one(100 + n, "helper", "failed" if n < 25 else "completed") for n in range(30)]
    sessions += [one(200 + n, "fixer", "failed" if n < 12 else "completed") for n in range(15)]
    said = answer_sentences(context(tmp_path, *sessions))
    weak = next(sentence for sentence in said if sentence.name == "answer_weak")
    agent, more = weak.values["agent"], weak.values["more"]
    assert isinstance(agent, Ref)
    assert agent.value.text == "helper"  # type: ignore[union-attr] # a name
    assert [ref.value.text for ref in more] == ["fixer"]  # type: ignore[union-attr] # names
    assert names(said).count("answer_weak") == 1


def test_the_agent_that_costs_most_is_said_with_its_part_of_the_work(tmp_path: Path) -> None:
    sessions = [one(n, "developer", dollars_of_output=10_000) for n in range(40)]
    sessions += [one(100 + n, "architect", dollars_of_output=200_000) for n in range(10)]
    said = answer_sentences(context(tmp_path, *sessions))
    dear = next(sentence for sentence in said if sentence.name == "answer_dear")
    assert dear.values["agent"].value.text == "architect"  # type: ignore[union-attr] # a reference to a name
    assert dear.values["work"] == 0.2
    assert round(float(dear.values["share"]), 3) == round(2_000_000 / 2_400_000, 3)  # type: ignore[arg-type] # a share


def test_marathons_are_said_with_what_they_hold(tmp_path: Path) -> None:
    long = session("long", *(delegation(f"m{n}", number=n + 1, prompt=f"{n}") for n in range(12)))
    said = answer_sentences(context(tmp_path, long, *(one(n, "developer") for n in range(12)), marathon_over=10))
    found = next(sentence for sentence in said if sentence.name == "answer_marathons")
    assert (found.values["share"], found.values["sessions"], found.values["negative"]) == (0.5, 13, 0)


def test_of_many_findings_the_heaviest_are_said_heaviest_first(tmp_path: Path) -> None:
    agents = ["developer", "reviewer", "tester", "writer"]
    sessions = [one(n, agents[n % 4], dollars_of_output=1000) for n in range(80)]
    sessions += [one(200 + n, "helper", "failed", dollars_of_output=100_000) for n in range(20)]
    said = answer_sentences(context(tmp_path, *sessions))
    assert names(said)[:2] == ["answer_success", "answer_weak"]
    assert len(said) <= 5
    assert len(set(names(said))) == len(said)

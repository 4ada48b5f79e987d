"""Models asked for and models that ran. A million tokens of input: Opus 4.5 $5, Sonnet 4.5 $3, Haiku 4.5 $1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from analysis.strategies.metrics import answer_metrics
from analysis.strategies.model_pins import asked_model, families
from common.measures.prices import load_prices
from tests.builders.material import material
from tests.builders.records import MODEL, delegation, run, session, spent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.records.paying import ModelPin
    from common.records.sessions import EnrichedDelegation

OPUS, SONNET, HAIKU = "claude-opus-4-5-20251101", MODEL, "claude-haiku-4-5-20251001"


def ran(
    name: str, model: str = SONNET, asked: str | None = None, agent: str = "a", caller: str | None = None
) -> EnrichedDelegation:
    made = delegation(name, agent, model=model, caller=caller, run=run(spent(model=model, input=1_000_000)))
    return structs.replace(made, requested_model=asked)


def pins(
    *delegations: EnrichedDelegation, main: Sequence[str] = (OPUS,), pinned: dict[str, str] | None = None
) -> list[ModelPin]:
    days = [spent(model=model, messages=3) for model in main]
    return answer_metrics(material(session("s", *delegations, days=days), pinned=pinned)).model_pins


def test_runs_are_counted_by_agent_model_and_model_asked_for() -> None:
    found = pins(
        ran("t1"),
        ran("t2", HAIKU, "haiku"),
        ran("t3", HAIKU, "haiku"),
        ran("t4", OPUS, agent="b"),
    )
    assert [(pin.agent_type, pin.model, pin.asked, pin.asked_by, pin.as_asked, pin.tool_use_ids) for pin in found] == [
        ("a", HAIKU, "haiku", "call", "yes", ["t2", "t3"]),
        ("a", SONNET, None, None, None, ["t1"]),
        ("b", OPUS, None, None, None, ["t4"]),
    ]
    assert [(pin.delegations, pin.cost.estimated) for pin in found] == [(2, 2.0), (1, 3.0), (1, 5.0)]


@pytest.mark.parametrize(
    ("call", "definition", "asked"),
    [
        ("opus", "haiku", ("opus", "call")),
        (None, "haiku", ("haiku", "definition")),
        ("default", "haiku", ("haiku", "definition")),
        ("", "", (None, None)),
        (None, "default", (None, None)),
        (None, None, (None, None)),
    ],
)
def test_the_call_asks_before_the_definition(
    call: str | None, definition: str | None, asked: tuple[str | None, str | None]
) -> None:
    assert asked_model(call, definition) == asked


@pytest.mark.parametrize(
    ("asked", "model", "kept"),
    [
        ("sonnet", SONNET, "yes"),
        ("sonnet[1m]", SONNET, "yes"),
        ("sonnet", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "yes"),
        ("sonnet", OPUS, "no"),
        ("claude-sonnet-4-5", SONNET, "yes"),
        ("anthropic/claude-sonnet-4.5", SONNET, "yes"),
        ("claude-sonnet-4-6", SONNET, "no"),
        ("sonnet", "glm-4.6", "cannot be known"),
        ("opusplan", SONNET, "cannot be known"),
        ("four", "claude-four-4", "cannot be known"),
        ("inherit", OPUS, "yes"),
        ("inherit", "claude-opus-4-5", "yes"),
        ("inherit", SONNET, "no"),
        ("x" * 300, SONNET, "cannot be known"),
    ],
)
def test_a_name_is_compared_whole_and_an_alias_by_family(asked: str, model: str, kept: str) -> None:
    assert [pin.as_asked for pin in pins(ran("t1", model, asked))] == [kept]


def test_inherit_is_any_model_of_the_calling_thread() -> None:
    assert pins(ran("t1", SONNET), main=(OPUS, SONNET), pinned={"a": "inherit"})[0].as_asked == "yes"
    assert pins(ran("t1", SONNET), main=(), pinned={"a": "inherit"})[0].as_asked == "cannot be known"
    nested = pins(ran("t1", HAIKU), ran("t2", HAIKU, caller="t1", agent="b"), pinned={"b": "inherit"})
    assert [(pin.agent_type, pin.as_asked) for pin in nested] == [("a", None), ("b", "yes")]


def test_the_money_of_the_difference_is_that_of_the_same_tokens() -> None:
    (pin,) = pins(ran("t1", SONNET, "claude-haiku-4-5"), ran("t2", SONNET, "claude-haiku-4-5"))
    assert (pin.asked_price.delegations, pin.asked_price.actual, pin.asked_price.other) == (2, 6.0, 2.0)
    assert (pin.parent_price.delegations, pin.parent_price.actual, pin.parent_price.other) == (2, 6.0, 10.0)


def test_an_alias_has_no_price_and_inherit_has_the_callers() -> None:
    (alias,) = pins(ran("t1", SONNET, "haiku"))
    assert (alias.asked_price.delegations, alias.asked_price.other) == (0, 0.0)
    (inherit,) = pins(ran("t1", SONNET), pinned={"a": "inherit"})
    assert (inherit.as_asked, inherit.asked_price.other) == ("no", 5.0)


def test_without_a_run_the_model_that_the_result_names_ran() -> None:
    named = delegation("t1", "a", model="claude-opus-4-8[1m]")
    (pin,) = pins(structs.replace(named, requested_model="opus"))
    assert (pin.model, pin.as_asked, pin.cost.messages, pin.asked_price.delegations) == (named.model, "yes", 0, 0)


def test_it_is_not_known_which_model_ran_where_only_the_request_names_one() -> None:
    nameless = structs.replace(ran("t2"), model=None)
    requested = structs.replace(delegation("t3", "a", model="opus"), requested_model="opus")
    assert pins(delegation("t1", "a", run=run()), nameless, requested) == []


def test_families_are_the_words_in_the_names_of_the_price_table() -> None:
    assert families(load_prices()) >= {"opus", "sonnet", "haiku", "fable"}
    assert not families(load_prices()) & {"claude", "gpt", "default"}

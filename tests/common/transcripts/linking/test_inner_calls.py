"""Calls of an advisor and of a compaction, in `usage.iterations`, stand outside the figures of their message."""

from pathlib import Path

import pytest

from common.records.tokens import DayTokens, Tokens
from tests.common.transcripts.written import MAIN, MODEL, OTHER, SESSION, Json, extract, said, usage

ADVISOR_MODEL = "claude-opus-4-7"
OWN: Json = {"type": "message", "input_tokens": 1, "output_tokens": 5}


def advisor(**fields: object) -> Json:
    return {"type": "advisor_message", "model": ADVISOR_MODEL, "input_tokens": 1000, "output_tokens": 100} | fields


def compaction(**fields: object) -> Json:
    return {"type": "compaction", "input_tokens": 3000, "output_tokens": 300} | fields


def of_session(tmp_path: Path, *iterations: object, **fields: object) -> tuple[dict[str, Tokens], list[DayTokens]]:
    spent = usage(5, iterations=list(iterations), **fields)
    session = extract(tmp_path, [said(1, "a", spent=spent)]).session
    return session.tokens_by_model, session.tokens_by_day


def test_an_advisors_tokens_stand_under_its_own_model_and_its_message_counts_once(tmp_path: Path) -> None:
    by_model, _ = of_session(tmp_path, OWN, advisor(cache_read_input_tokens=7, cache_creation_input_tokens=9), OWN)
    own = Tokens(messages=1, input=1, output=5, output_estimated=5, cache_creation=10, cache_read=100)
    theirs = Tokens(messages=0, input=1000, output=100, output_estimated=100, cache_creation=9, cache_read=7)
    assert by_model == {MODEL: own, ADVISOR_MODEL: theirs}


def test_a_compaction_is_added_to_the_model_of_its_message(tmp_path: Path) -> None:
    by_model, days = of_session(tmp_path, compaction(), OWN)
    assert by_model[MODEL] == Tokens(
        messages=1, input=3001, output=305, output_estimated=305, cache_creation=10, cache_read=100
    )
    assert [(day.messages, day.messages_in_part) for day in days] == [(1, 0)]


def test_a_row_says_of_how_many_messages_of_other_rows_it_holds_a_part(tmp_path: Path) -> None:
    _, days = of_session(tmp_path, advisor(), advisor(), compaction(input_tokens=180_000))
    rows = [(day.model, day.over_100k, day.messages, day.messages_in_part, day.input) for day in days]
    assert rows == [
        (MODEL, False, 1, 0, 1),
        (MODEL, True, 0, 1, 180_000),
        (ADVISOR_MODEL, False, 0, 1, 2000),
    ]


def test_a_call_inside_has_the_cache_lifetimes_and_the_tier_that_are_recorded(tmp_path: Path) -> None:
    split = {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 6}
    call = advisor(cache_creation_input_tokens=10, cache_creation=split)
    _, days = of_session(tmp_path, call, inference_geo="us")
    (day,) = [day for day in days if day.model == ADVISOR_MODEL]
    assert (day.cache_creation_5m, day.cache_creation_1h, day.tier) == (4, 6, "us")


def test_an_advisor_that_names_no_model_has_none(tmp_path: Path) -> None:
    by_model, _ = of_session(tmp_path, advisor(model=None))
    assert by_model["(none)"].input == 1000


def test_the_calls_are_those_of_the_line_that_counts(tmp_path: Path) -> None:
    lines = [
        said(1, "a", key="m", spent=usage(3, iterations=[advisor(output_tokens=1)]), stop=None),
        said(2, "b", key="m", spent=usage(70, iterations=[advisor(output_tokens=40)])),
        said(3, "c", key="m", spent=usage(9), stop=None),
    ]
    assert extract(tmp_path, lines).session.tokens_by_model[ADVISOR_MODEL].output == 40


def test_a_copy_in_another_session_adds_nothing(tmp_path: Path) -> None:
    lines = [said(1, "a", key="msg_011CopiedCopiedCopied", spent=usage(5, iterations=[advisor()]))]
    copied = [line | {"sessionId": OTHER} for line in lines]
    found = extract(tmp_path, {MAIN: lines, f"-w-app/{OTHER}.jsonl": copied})
    assert found.full.summary.tokens_by_model[ADVISOR_MODEL].output == 100
    assert [s.session_id for s in found.full.sessions if ADVISOR_MODEL in s.tokens_by_model] == [SESSION]


@pytest.mark.parametrize(
    "iterations",
    [
        "advisor_message",
        {"type": "compaction"},
        ["compaction", 3, None, ["advisor_message"]],
        [{"type": ["compaction"]}, {"type": "advisor_message_2", "input_tokens": 9}],
        [compaction(input_tokens="3", output_tokens=-1, cache_creation=[])],
        [advisor(model=7, input_tokens=1.5, output_tokens=10**40) | {"model": MODEL}],
    ],
)
def test_what_is_no_call_or_no_count_adds_nothing(tmp_path: Path, iterations: object) -> None:
    found = extract(tmp_path, [said(1, "a", spent=usage(5, iterations=iterations))])
    assert found.session.tokens == Tokens(
        messages=1, input=1, output=5, output_estimated=5, cache_creation=10, cache_read=100
    )


@pytest.mark.parametrize(
    ("geo", "tier"), [("us", "us"), ("eu", "eu"), ("global", None), ("not_available", None), ("", None), (None, None)]
)
def test_the_place_of_inference_is_kept_where_one_was_asked_for(tmp_path: Path, geo: object, tier: str | None) -> None:
    _, days = of_session(tmp_path, inference_geo=geo)
    assert [day.tier for day in days] == [tier]


def test_speed_service_tier_and_place_stand_together(tmp_path: Path) -> None:
    _, days = of_session(tmp_path, speed="fast", service_tier="priority", inference_geo="us")
    assert [day.tier for day in days] == ["fast, priority, us"]

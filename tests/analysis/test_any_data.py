"""Empty, tiny, lopsided and absurd data: every script answers, and no answer holds what is no number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from analysis.strategies import STRATEGIES
from common import schema
from common.records.base import Envelope
from common.records.sessions import OUTCOMES, Edit
from tests.builders.material import material
from tests.builders.records import delegation, run, session, spent

if TYPE_CHECKING:
    from common.records.sessions import EnrichedDelegation, EnrichedSession

DAYS = ["0001-01-01", "2026-03-02", "2026-03-09", "2026-04-01", "9999-12-31"]
TIMES = st.sampled_from([None, "", "soon", *(f"{day}T23:59:59.999Z" for day in DAYS)])
TEXTS = st.sampled_from(["", "?", "Write unit tests for a.py.", "Write unit tests for a.py", "x " * 900])
MODELS = st.sampled_from([None, "", "claude-opus-4-5", "gpt-5-mini"])
AGENTS = st.sampled_from(["a", "(none)", "plugin:x", "", "general-purpose", "tester"])
COUNTS = st.sampled_from([0, 1, 10**15])
SIZES = st.sampled_from([None, 0, 1, 10**15])


@st.composite
def delegations(draw: st.DrawFn, number: int) -> EnrichedDelegation:
    edit = Edit(timestamp=draw(TIMES), tool="Edit", path=draw(TEXTS))
    day = spent(draw(st.sampled_from([None, "2026-03-02"])), draw(MODELS), messages=draw(COUNTS), input=draw(COUNTS))
    read = msgspec.structs.replace(
        run(day, edits=[edit]),
        first_context=draw(SIZES),
        last_context=draw(SIZES),
        files_read=draw(COUNTS),
        files_read_by_caller=0,
    )
    made = delegation(
        f"t{number}",
        draw(AGENTS),
        draw(st.sampled_from(OUTCOMES)),
        timestamp=draw(TIMES),
        answered=draw(TIMES),
        prompt=draw(TEXTS),
        description=draw(st.none() | TEXTS),
        caller=draw(st.sampled_from([None, None, "t0", "gone"])),
        message_id=draw(st.sampled_from([None, "m"])),
        followed_by=draw(st.sampled_from(["plan_sent_back", "tool_stopped", None])),
        followed_line=draw(st.integers(1, 9)),
        duration=draw(st.sampled_from([None, 0.0, 1e12])),
        model=draw(MODELS),
        run=draw(st.sampled_from([None, run(), read])),
        number=number,
    )
    return msgspec.structs.replace(
        made,
        caller_context=draw(SIZES),
        caller_calls_after=draw(SIZES),
        requested_model=draw(st.sampled_from([None, "", "opus", "inherit", "claude-opus-4-5", "x" * 300])),
    )


@st.composite
def sessions(draw: st.DrawFn) -> list[EnrichedSession]:
    made = []
    for place in range(draw(st.integers(0, 4))):
        count = draw(st.sampled_from([0, 1, 2, 12]))
        few = [draw(delegations(place * 100 + n)) for n in range(min(count, 3))]
        repeated = [msgspec.structs.replace(few[n % 3], tool_use_id=f"r{place}-{n}") for n in range(count - len(few))]
        days = [spent(model=draw(MODELS), messages=draw(COUNTS), cache_creation_1h=draw(COUNTS))]
        versions = draw(st.sampled_from([[], ["2.1"]]))
        made.append(session(f"s{place}", *few, *repeated, first=draw(TIMES), versions=versions, days=days))
    return made


def numbers(value: object) -> list[float]:
    """Every number in a record."""
    if isinstance(value, msgspec.Struct):
        return [one for field in value.__struct_fields__ for one in numbers(getattr(value, field))]
    if isinstance(value, dict):
        return [one for inner in value.values() for one in numbers(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in numbers(inner)]
    return [value] if isinstance(value, float) else []


@given(made=sessions())
def test_whatever_the_data_every_answer_holds_numbers_alone_and_can_be_read_back(made: list[EnrichedSession]) -> None:
    whole = material(*made, defined={"tester": "Writes tests.", "idle": ""}, marathon_over=2)
    answers = [whole.patterns, whole.marathons, whole.segmentation, *(one.answer(whole) for one in STRATEGIES)]
    for answer in answers:
        assert isinstance(answer, Envelope)
        assert [one for one in numbers(answer) if not math.isfinite(one)] == []
        assert schema.decode(schema.encode(answer), type(answer), "x") == answer

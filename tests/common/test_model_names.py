"""One model has one name, whatever a cloud, a gateway or an alias calls it."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import model_names
from common.measures import prices
from common.model_names import LONGEST_NAME, normalize_model

TABLES = [Path(str(module.__file__)).with_suffix(".toml") for module in (prices, model_names)]
PRICED = sorted({row["model"] for row in tomllib.loads(TABLES[0].read_text("utf-8"))["prices"]})
RULES = tomllib.loads(TABLES[1].read_text("utf-8"))["rules"]

NAMES = {
    "claude-opus-4-5": "claude-opus-4-5",
    "claude-opus-4-5@20251101": "claude-opus-4-5",
    "claude-opus-4-6@default": "claude-opus-4-6",
    "global.anthropic.claude-opus-4-5-20251101-v1:0": "claude-opus-4-5",
    "anthropic.claude-opus-4-6-v1": "claude-opus-4-6",
    "anthropic.claude-3-5-sonnet-20241022-v2:0": "claude-3-5-sonnet",
    "claude-3-5-sonnet-v2@20241022": "claude-3-5-sonnet",
    "bedrock/anthropic.claude-opus-4-20250514-v1:0": "claude-opus-4",
    "vertex_ai/claude-sonnet-4-5@20250929": "claude-sonnet-4-5",
    "anthropic/claude-opus-4.5": "claude-opus-4-5",
    "openrouter/anthropic/claude-3.7-sonnet:thinking": "claude-3-7-sonnet",
    "claude-sonnet-4-5-thinking": "claude-sonnet-4-5",
    "anthropic/claude-4.5-sonnet-20250929": "claude-sonnet-4-5",
    "claude-4-sonnet": "claude-sonnet-4",
    "claude-sonnet-3-7": "claude-3-7-sonnet",
    "claude-haiku-3.5": "claude-3-5-haiku",
    "claude-sonnet-4-5-20250929[1m]": "claude-sonnet-4-5",
    "claude-opus-4-8[1m]": "claude-opus-4-8",
    "claude-sonnet-4-0": "claude-sonnet-4",
    "claude-opus-4-0": "claude-opus-4",
    "claude-3-5-haiku-latest": "claude-3-5-haiku",
    "openai/gpt-5.6-sol": "gpt-5.6-sol",
    "<synthetic>": "<synthetic>",
    "opus": "opus",
    "": "",
}
FACTORS = {
    "us.anthropic.claude-opus-4-5-20251101-v1:0": ("claude-opus-4-5", {"regional"}),
    "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-opus-4-6-v1": ("claude-opus-4-6", {"regional"}),
    "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0": ("claude-sonnet-4-5", {"us-gov"}),
    "anthropic/claude-opus-4.8-fast": ("claude-opus-4-8", {"fast"}),
}
UNKNOWN = [
    "ca.anthropic.claude-opus-4-6",
    "anthropic/claude-opus-4.5:free",
    "claude-opus-4-5-mine",
    "claude-opus-latest",
]

WRITTEN = [
    ("", ""), ("anthropic/", ""), ("openrouter/anthropic/", ""), ("global.anthropic.", "-v1:0"),
    ("us.anthropic.", "-20251101-v1:0"), ("bedrock/anthropic.", "-v1"), ("", "-20251101"), ("", "@20251101"),
    ("vertex_ai/", "@default"), ("", "-latest"), ("", "[1m]"), ("", "-20251101[1m]"), ("anthropic/", ":thinking"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "model"), NAMES.items())
def test_a_name_means_a_model(name: str, model: str) -> None:
    assert normalize_model(name) == (model, frozenset())


@pytest.mark.parametrize(("name", "expected"), FACTORS.items())
def test_a_name_can_say_something_of_the_price(name: str, expected: tuple[str, set[str]]) -> None:
    assert tuple(normalize_model(name)) == expected


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_that_may_mean_something_else_gets_no_price(name: str) -> None:
    assert normalize_model(name).model not in PRICED


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["example"])
def test_every_rule_is_needed_by_its_example(rule: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    name = rule["example"].split(",")[0]
    whole = normalize_model(name)
    assert whole.model in PRICED
    kept = tuple(known for known in model_names._rules() if known.pattern.pattern != rule["pattern"])  # noqa: SLF001
    monkeypatch.setattr(model_names, "_rules", lambda: kept)
    assert normalize_model(name) != whole


@pytest.mark.parametrize("model", PRICED)
def test_no_priced_model_becomes_another_however_it_is_written(model: str) -> None:
    dotted = [
        model,
        *(model[:at] + "." + model[at + 1 :] for at in range(1, len(model) - 1) if between_digits(model, at)),
    ]
    for (before, after), name in itertools.product(WRITTEN, dotted):
        assert normalize_model(before + name + after).model == model


def between_digits(model: str, at: int) -> bool:
    return model[at] == "-" and model[at - 1].isdigit() and model[at + 1].isdigit()


PARTS = st.sampled_from(
    [
        *PRICED, *(part for pair in WRITTEN for part in pair), "claude-", "4", "-", ".", "3", "0", "sonnet", "-opus",
        "fast", "-fast", "-v2:0", "[", "]", "@", "/", ":", "us.", "latest", "thinking", "-20250929", "\n", "é",
    ]
)  # fmt: skip


@given(st.lists(PARTS, max_size=9).map("".join) | st.text())
def test_a_normalised_name_stays_as_it_is(name: str) -> None:
    model = normalize_model(name).model
    assert normalize_model(model) == (model, frozenset())


@given(st.lists(PARTS, max_size=9).map("".join))
def test_a_name_becomes_a_priced_model_only_if_it_holds_its_family_and_its_numbers(name: str) -> None:
    model = normalize_model(name).model
    if model in PRICED:
        words = model.removeprefix("claude-").split("-")
        assert all(word in name for word in words)


def test_a_text_too_long_for_a_name_is_left_alone() -> None:
    name = "a/" * LONGEST_NAME + "claude-opus-4-5"
    assert normalize_model(name) == (name, frozenset())

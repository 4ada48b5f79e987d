"""Normalise the names of models, so that one model has one name, and one price, on every cloud and gateway.

`model_names.toml` holds the rules.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

LONGEST_NAME = 200
"""Longer texts are no names of models; they stay as they are."""


class ModelName(NamedTuple):
    """A model's own name, and what the given name says of its price, such as "regional"."""

    model: str
    factors: frozenset[str]


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    by: str
    factor: str | None


def normalize_model(name: str) -> ModelName:
    """Return the model's own name; a name that no rule knows stays as it is."""
    factors: set[str] = set()
    before = None
    while name != before and len(name) <= LONGEST_NAME:
        before = name
        for rule in _rules():
            changed = rule.pattern.sub(rule.by, name, count=1)
            if changed != name and rule.factor is not None:
                factors.add(rule.factor)
            name = changed
    return ModelName(name, frozenset(factors))


@cache
def _rules() -> tuple[_Rule, ...]:
    import tomllib  # noqa: PLC0415 - extraction needs it only for a model that it has not seen

    raw = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple(_Rule(re.compile(row["pattern"]), row.get("by", ""), row.get("factor")) for row in raw["rules"])

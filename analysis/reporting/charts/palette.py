"""Colours of charts by meaning, each with the class that gets another colour in dark mode.

Standings have colours of the set by Okabe and Ito, which colour-blind readers tell apart, and a sign of their own.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.records.sessions import Standing

COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "succeeded": "#009e73",
        "hollow": "#cc79a7",
        "failed": "#d55e00",
        "stopped": "#e69f00",
        "no_end": "#9a9fa6",
        "ink": "#1f2328",
        "soft": "#5b6370",
        "faint": "#7d848e",
        "line": "#dfe1e4",
        "paper": "#fdfdfc",
        "accent": "#0b57a4",
        "heat-a": "#eaf2fa",
        "heat-b": "#c6dcf0",
        "heat-c": "#93bde0",
        "heat-d": "#5a97c9",
        "heat-e": "#2b6ca8",
        "model-a": "#2b6ca8",
        "model-b": "#7fa8cf",
        "model-c": "#b9a26a",
        "model-d": "#8c8fb5",
        "model-e": "#c4c8cf",
    }
)
SHAPE_BY_STANDING: Mapping[Standing, int] = MappingProxyType(
    {"succeeded": 16, "hollow": 17, "failed": 4, "stopped": 18, "no_end": 1}
)
SIGN_BY_STANDING: Mapping[Standing, str] = MappingProxyType(
    {"succeeded": "●", "hollow": "▲", "failed": "✕", "stopped": "◆", "no_end": "○"}
)
HEAT = ("heat-a", "heat-b", "heat-c", "heat-d", "heat-e")
MODELS = ("model-a", "model-b", "model-c", "model-d", "model-e")

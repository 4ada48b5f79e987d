"""A plan as text, and values as options."""

from __future__ import annotations

from pathlib import Path

from common.pipeline.project import as_json, options
from common.pipeline.selection import PlanRow, plan_text


def test_a_plan_has_a_line_for_each_reason_and_ends_with_how_many_would_run() -> None:
    rows = [
        PlanRow("reading:count", "run", ["never run"]),
        PlanRow("adding:total", "run", ["forced", "count will run; its outputs may change"]),
    ]
    *lines, last = plan_text(rows, {"count": 2.4})
    assert lines == [
        "  reading  count  run   never run",
        "  adding   total  run   forced",
        "                        count will run; its outputs may change",
    ]
    assert last.startswith("2 scripts would run (about 2 s, judging by the last runs); a script whose inputs keep")
    assert (
        list(plan_text([PlanRow("a:b", "skip", ["up to date"])], {}))[-1] == "Nothing would run. Nothing was changed."
    )


def test_values_are_options_of_a_script() -> None:
    values = {"period_gap": 1, "roots": (Path("a"), Path("b")), "since": None, "redact": True, "share": False}
    assert list(options(values)) == ["--period-gap", "1", "--roots", "a", "--roots", "b", "--redact", "--no-share"]


def test_a_value_is_kept_as_json_has_it() -> None:
    assert [as_json(value) for value in ((Path("a"),), Path("b"), 3, None)] == [["a"], "b", 3, None]

"""What keeps files that lie there from being taken as outputs."""

from __future__ import annotations

import json
from pathlib import Path

from common.pipeline.adoption import refusals
from common.settings import Settings


def said(path: Path, **settings: str) -> list[str]:
    return list(refusals("reading:count", [str(path)], Settings(**settings), ["project", "since"]))  # type: ignore[arg-type]


def test_a_file_that_is_missing_foreign_or_of_another_choice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    assert said(path) == [f"{path}: missing, an output of reading:count"]
    path.write_text("[1]")
    assert said(path)[0].startswith(f"{path}: not a valid data file (Expected `object`")
    path.write_text(json.dumps({"schema_type": "shopping_list"}))
    assert said(path) == [f"{path}: unknown schema shopping_list"]


def test_what_is_no_data_file_says_nothing_of_itself(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    for name in ("report.html", "cache/manifest.json"):
        (tmp_path / name).write_text("anything")
        assert said(tmp_path / name) == []


def test_a_data_file_made_with_other_sessions_chosen_is_refused(tmp_path: Path) -> None:
    kept = json.loads((Path(__file__).parents[1] / "kept" / "temporal_segmentation-1.0.0.json").read_bytes())
    path = tmp_path / "segmentation.json"
    path.write_text(json.dumps({**kept, "filters": {**kept["filters"], "project": "api"}}))
    assert said(path, project="api") == []
    assert said(path, since="2026-01-01") == [
        f"{path}: made with project api, but the settings have none",
        f"{path}: made with since none, but the settings have 2026-01-01",
    ]

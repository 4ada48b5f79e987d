"""The form of stages.yaml, and what is said where a file is not of it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from common.errors import InputError
from common.stages_file import StagesFile
from common.yaml_files import read_yaml

SCRIPT = "stages:\n  - name: a\n    scripts:\n      - name: b\n        "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{SCRIPT}rune: [x]\n", "5:9: unknown key rune; did you mean run?"),
        ("stagez: []\n", "1:1: unknown key stagez; did you mean stages?"),
        ("stages:\n  - zzz: 1\n    scripts: []\n", "2:5: unknown key zzz; keys are name, scripts, description"),
        (f"{SCRIPT}run: cp x y\n", "5:14: run: Expected `array`, got `str`"),
        ("stages:\n  - name: A b\n    scripts: []\n", "2:11: name: Expected `str` matching regex"),
        ("stages: []\nstages: []\n", "2:1: found duplicate key"),
        ("stages: [\n", "2:1: expected the node content"),
        ("- 1\n", "1:1: Expected `object`, got `array`"),
        ("stages:\n  - scripts: []\n", "2:5: Object missing required field `name`"),
    ],
)  # fmt: skip
def test_an_error_says_file_line_column_the_key_and_the_nearest_known_one(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "stages.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_yaml(path, StagesFile)
    assert str(caught.value).startswith(f"{path}:{message}")


def test_the_schema_for_editors_is_that_of_the_reader() -> None:
    path = Path(__file__).parents[2] / "docs" / "own-stages" / "stages.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(msgspec.json.schema(StagesFile)))

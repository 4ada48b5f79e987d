from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from analysis import analysis_runner, classify_marathons, extract_routing_patterns, segment_data
from analysis.reporting.results import load_results
from common import schema
from common.errors import CommandError, InputError, ScriptError
from common.records.metrics import MetricsResult
from tests.builders.records import enriched, full, numbered, session

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Any]:
    made = session("s", *numbered("a", "b", ("a", "failed")))
    files = {
        "sessions": tmp_path / "enriched.json",
        "patterns": tmp_path / "patterns.json",
        "marathons": tmp_path / "marathons.json",
        "segmentation": tmp_path / "segmentation.json",
    }
    whole = tmp_path / "full.json"
    files["sessions"].write_bytes(schema.encode(enriched(made)))
    whole.write_bytes(schema.encode(full(made)))
    extract_routing_patterns.main(sessions=files["sessions"], patterns=files["patterns"])
    classify_marathons.main(sessions=files["sessions"], marathons=files["marathons"])
    segment_data.main(sessions=whole, report=files["segmentation"])
    return {**files, "results": tmp_path / "results", "aggregate": tmp_path / "results" / "aggregate_results.json"}


@pytest.fixture
def own_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "my_own_strategies.py"
    sys.modules.pop("my_own_strategies", None)


OWN = """
from common.strategy import Strategy

def count(material):
    return {"sessions": len(material.sessions), "share": None}

def fail(material):
    return 1 / 0

STRATEGY = Strategy("counting", "How many sessions?", count)
FAILING = Strategy("failing", "?", fail)
TAKEN = Strategy("metrics", "?", count)
BAD = Strategy("../x", "?", count)
NO_STRATEGY = 1
"""


def test_all_strategies_write_their_result_and_the_aggregate_holds_each_whole(inputs: dict[str, Any]) -> None:
    analysis_runner.main(**inputs, all=True)
    names = ["metrics", "marathons", "routing_quality"]
    aggregate = json.loads(inputs["aggregate"].read_bytes())
    assert list(aggregate["strategies"]) == names
    for name in names:
        single = json.loads((inputs["results"] / f"{name}_result.json").read_bytes())
        assert aggregate["strategies"][name]["result"] == single
        assert aggregate["strategies"][name]["status"] == "done"
    loaded = load_results(inputs["aggregate"])
    assert loaded.metrics == schema.load(inputs["results"] / "metrics_result.json", MetricsResult)
    assert loaded.metrics.totals.delegations == 3
    assert loaded.own == []


def test_the_same_input_gives_the_same_bytes_in_another_process(inputs: dict[str, Any]) -> None:
    analysis_runner.main(**inputs, all=True)
    first = inputs["aggregate"].read_bytes()
    inputs["aggregate"].unlink()
    options = [text for name, value in inputs.items() for text in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "analysis.analysis_runner", "--all", *options]
    subprocess.run(command, cwd=ROOT, check=True, env={"PYTHONHASHSEED": "7", "PATH": ""})
    assert inputs["aggregate"].read_bytes() == first


def test_one_strategy_writes_its_result_alone(inputs: dict[str, Any]) -> None:
    analysis_runner.main(**inputs, strategy=("marathons",))
    assert [path.name for path in inputs["results"].iterdir()] == ["marathons_result.json"]


@pytest.mark.parametrize("more", [{}, {"all": True, "strategy": ("metrics",)}])
def test_either_all_or_some_must_be_named(inputs: dict[str, Any], more: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="strategies are metrics, marathons, routing_quality"):
        analysis_runner.main(**inputs, **more)


def test_an_unknown_strategy_is_refused_with_those_there_are(inputs: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=r"--strategy nope: no such strategy; strategies are metrics"):
        analysis_runner.main(**inputs, strategy=("nope",))


def test_a_misspelt_strategy_is_refused_with_the_nearest(inputs: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=r"--strategy metric: no such strategy; did you mean metrics\?"):
        analysis_runner.main(**inputs, strategy=("metric",))


def test_a_strategy_of_the_users_own_gets_its_file_and_its_place(inputs: dict[str, Any], own_module: Path) -> None:
    own_module.write_text(OWN, encoding="utf-8")
    analysis_runner.main(**inputs, all=True, strategies=("my_own_strategies:STRATEGY",))
    assert (inputs["results"] / "counting_result.json").exists()
    [own] = load_results(inputs["aggregate"]).own
    assert (own.strategy, own.question) == ("counting", "How many sessions?")
    assert json.loads(bytes(own.answer)) == {"sessions": 1, "share": None}


def test_a_strategy_that_fails_fails_the_run_and_leaves_nothing_half(inputs: dict[str, Any], own_module: Path) -> None:
    own_module.write_text(OWN, encoding="utf-8")
    with pytest.raises(ScriptError, match=r"failing failed in my_own_strategies\.py, line 8: ZeroDivisionError"):
        analysis_runner.main(**inputs, all=True, strategies=("my_own_strategies:FAILING",))
    assert not inputs["results"].exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("my_own_strategies", 'expected module:NAME, .* got "my_own_strategies"'),
        ("not_there:X", "No module named 'not_there'"),
        ("my_own_strategies:ABSENT", "has no attribute 'ABSENT'"),
        ("my_own_strategies:NO_STRATEGY", "expected a Strategy, got"),
        ("my_own_strategies:TAKEN", 'named "metrics" too'),
        ("my_own_strategies:BAD", "lower-case letters"),
    ],
)
def test_a_strategy_that_cannot_be_used_is_refused(
    inputs: dict[str, Any], own_module: Path, name: str, reason: str
) -> None:
    own_module.write_text(OWN, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        analysis_runner.main(**inputs, all=True, strategies=(name,))


def test_a_module_that_breaks_at_its_import_is_named(inputs: dict[str, Any], own_module: Path) -> None:
    own_module.write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(InputError, match="the import failed with ZeroDivisionError"):
        analysis_runner.main(**inputs, all=True, strategies=("my_own_strategies:STRATEGY",))

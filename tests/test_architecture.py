"""The rules of the house: which module may know which, how large one grows, who may print."""

from __future__ import annotations

import ast
import graphlib
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path.relative_to(ROOT) for top in ("common", "analysis") for path in (ROOT / top).rglob("*.py"))
STRATEGIES = [path for path in MODULES if path.parent.name == "strategies"]
SCRIPTS = [path for path in MODULES if path.parent == Path("analysis") and path.name != "__init__.py"]
PURE = ("records", "data_files", "measures", "statistics")
LEAVES = ("common.pipeline", "common.running", "common.transcripts")


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    """Return what a module imports, with each name of a `from` import as a module that it may be."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def named(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]


def length(function: ast.FunctionDef) -> int:
    """Return how many lines a function's body has without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] == "common"], ids=str)
def test_what_is_shared_knows_no_script(path: Path) -> None:
    assert [name for name in imports(path) if name.split(".")[0] in ("analysis", "dodo", "tests")] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=str)
def test_no_script_imports_another(path: Path) -> None:
    others = {named(script) for script in SCRIPTS} - {named(path)}
    assert imports(path) & others == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = {named(path): path for path in MODULES}
    graph = {name: (imports(path) & known.keys()) - {name} for name, path in known.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("path", STRATEGIES, ids=str)
def test_a_strategy_knows_no_script_no_file_and_no_setting(path: Path) -> None:
    forbidden = {named(script) for script in SCRIPTS} | {"common.files", "common.settings", "common.script"}
    forbidden |= {"common.data_repository", "pathlib", "os", "io"}
    assert imports(path) & forbidden == set()


@pytest.mark.parametrize("name", PURE)
def test_records_and_numbers_know_neither_doit_nor_transcripts(name: str) -> None:
    paths = [path for path in MODULES if named(path) == f"common.{name}" or named(path).startswith(f"common.{name}.")]
    assert paths
    for path in paths:
        assert [one for one in imports(path) if one.startswith((*LEAVES, "os", "pathlib", "subprocess"))] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[:2] != ("common", "pipeline")], ids=str)
def test_doit_is_known_to_the_pipeline_alone(path: Path) -> None:
    assert [name for name in imports(path) if name.split(".")[0] == "doit" or name.startswith("common.pipeline")] == []


def test_the_layer_over_doit_is_small_with_the_stages_of_ones_own() -> None:
    layer = [path for path in MODULES if path.parts[:2] == ("common", "pipeline")]
    assert sum(len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in layer) <= 900


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_fits_on_a_few_screens_and_a_function_on_one(path: Path) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 250
    assert [function.name for function in functions(path) if length(function) > 50] == []


def test_the_median_function_is_short() -> None:
    assert statistics.median(length(function) for path in MODULES for function in functions(path)) <= 10


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_nothing_prints(path: Path) -> None:
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"] == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_error_of_every_kind_is_swallowed_without_a_reason(path: Path) -> None:
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    handlers = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler)]
    handlers = [node for node in handlers if not isinstance(node.body[-1], ast.Raise)]
    broad = [node for node in handlers if not node.type or ast.unparse(node.type) in ("Exception", "BaseException")]
    broad = [node for node in broad if not any(isinstance(inside, ast.Raise) for inside in ast.walk(node))]
    assert [node.lineno for node in broad if "# noqa: BLE001 " not in lines[node.lineno - 1]] == []


def test_the_table_is_short_and_knows_the_pipeline_alone() -> None:
    assert len((ROOT / "dodo.py").read_text(encoding="utf-8").splitlines()) <= 150
    ours = {name for name in imports(Path("dodo.py")) if name.split(".")[0] in ("common", "analysis")}
    assert {name for name in ours if not name.startswith("common.pipeline")} == set()


def test_a_start_imports_nothing_heavy() -> None:
    code = "import common.pipeline.commands, dodo, sys; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    heavy = {"msgspec", "rich", "jinja2", "lets_plot", "re2", "ruamel", "argparse", "difflib", "tomllib"}
    assert heavy & set(loaded) - {"tomllib"} == set()

"""The rules of the house, one test per rule; each lists its offenders."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = sorted(path.relative_to(ROOT) for top in ("common", "analysis") for path in (ROOT / top).rglob("*.py"))
SCRIPTS = [path for path in MODULES if path.parent == Path("analysis") and path.name != "__init__.py"]
BOUNDARIES = {"common.data_repository", "common.files", "common.script", "common.settings", "io", "os", "pathlib"}
KNOW_DOIT = {"base", "commands", "doit_runner", "project", "script_step", "state", "upkeep"}
TRANSCRIPT_LAYERS = ("find", "reading", "linking", "building", "cache", "outputs", "extraction")
STAND_INS = {"one", "each", "its", "other", "part", "found"}  # say nothing of what they hold
HEAVY = {"msgspec", "rich", "jinja2", "lets_plot", "re2", "ruamel", "argparse", "difflib"}
LONGEST_MODULE, LONGEST_FUNCTION, WIDEST_FOLDER, LONGEST_TABLE = 250, 50, 17, 150


@functools.cache
def source(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(source(path))


def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree(path)))


def named(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


KNOWN = {named(path): path for path in MODULES}


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Return the modules that a module imports; `from package import module` imports the module."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= (full & KNOWN.keys()) | ({str(node.module)} if full - KNOWN.keys() else set())
    return frozenset(names)


@functools.cache
def closure(module: str) -> frozenset[str]:
    """Return the modules of the project that a module imports, directly or not."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports(KNOWN[name]) & KNOWN.keys()
    return frozenset(found)


def below(modules: frozenset[str] | set[str], *packages: str) -> set[str]:
    """Return the modules that are one of the packages, or inside one."""
    return {name for name in modules if any(name == one or name.startswith(f"{one}.") for one in packages)}


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in nodes(path) if isinstance(node, ast.FunctionDef)]


def length(function: ast.FunctionDef) -> int:
    """Return how many lines a function's body has without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


def test_imports_go_one_way() -> None:
    above = {path: {name for name in imports(path) if name.split(".")[0] in ("analysis", "dodo")} for path in MODULES}
    assert {path: names for path, names in above.items() if path.parts[0] == "common" and names} == {}
    assert [path for path in MODULES if below(imports(path), "tests")] == []


def test_no_script_imports_another() -> None:
    scripts = {named(path) for path in SCRIPTS}
    assert {path: found for path in MODULES if (found := (imports(path) & scripts) - {named(path)})} == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: (imports(path) & KNOWN.keys()) - {name} for name, path in KNOWN.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


def test_what_is_in_common_serves_two_scripts_or_the_pipeline() -> None:
    users: Counter[str] = Counter()
    for path in SCRIPTS:
        users.update(closure(named(path)))
    pipeline = (
        closure("common.pipeline.commands") | closure("common.pipeline.upkeep") | closure("common.pipeline.project")
    )
    shared = {name for name in KNOWN if users[name] > 1} | pipeline
    # what extraction alone uses is the library that reads transcripts
    shared |= below(set(KNOWN), "common.transcripts")
    shared |= {f"common.pipeline.{name}" for name in ("adoption", "own_stages", "state")}  # loaded where they are used
    # what the strategies of users and the benchmarks import, too
    shared |= closure("common.strategy")
    alone = {name for name in KNOWN if name.startswith("common.")} - shared
    assert {name for name in alone if KNOWN[name].name != "__init__.py"} == set()


def test_a_folder_has_at_most_seventeen_modules() -> None:
    widths = Counter(path.parent for path in MODULES if path.name != "__init__.py")
    assert {folder: width for folder, width in widths.items() if width > WIDEST_FOLDER} == {}


def test_a_package_imports_nothing_but_the_list_of_strategies() -> None:
    packages = [path for path in MODULES if path.name == "__init__.py" and imports(path)]
    assert packages == [Path("analysis/strategies/__init__.py")]


def test_a_public_name_is_defined_once() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path))
    entry_points = {"main"}
    assert {name: where for name, where in places.items() if len(where) > 1 and name not in entry_points} == {}


def test_editing_a_result_reruns_only_what_reads_it() -> None:
    for script in ("extract_all_sessions", "extract_enriched_data"):
        records = below(closure(f"analysis.{script}"), "common.records")
        assert records <= {
            f"common.records{name}" for name in ("", ".base", ".tokens", ".sessions", ".workflows", ".extraction")
        }
        assert below(closure(f"analysis.{script}"), "common.measures", "common.routing", "common.agents") == set()
    for script in ("extract_routing_patterns", "classify_marathons", "segment_data"):
        late = below(closure(f"analysis.{script}"), "common.records.metrics", "common.records.routing_quality")
        assert late == set(), script


def test_no_script_depends_on_how_settings_are_read() -> None:
    scripts = {path: below(closure(named(path)), "common.settings", "common.setting_values") for path in SCRIPTS}
    assert {path: found for path, found in scripts.items() if found} == {}


def test_transcripts_flow_from_file_to_output() -> None:
    rank = {f"common.transcripts.{layer}": number for number, layer in enumerate(TRANSCRIPT_LAYERS)}
    rank["common.transcripts.workers"] = rank["common.transcripts.reading"]

    def layer(name: str) -> int | None:
        return next((number for package, number in rank.items() if below({name}, package)), None)

    back = [
        (name, used)
        for name in below(set(KNOWN), "common.transcripts")
        for used in imports(KNOWN[name])
        if (mine := layer(name)) is not None and (its := layer(used)) is not None and its > mine
    ]
    assert back == []


def test_the_schema_knows_no_record_and_no_strategy() -> None:
    known = below(closure("common.schema"), "common.records", "analysis")
    assert known <= {"common.records", "common.records.base"}


def test_a_strategy_knows_no_script_no_file_and_no_setting() -> None:
    strategies = [path for path in MODULES if path.parent.name == "strategies" and path.stem != "own"]
    assert strategies
    assert {path: found for path in strategies if (found := imports(path) & BOUNDARIES)} == {}


def test_records_and_numbers_know_neither_doit_nor_transcripts_nor_files() -> None:
    pure = [path for path in MODULES if path.parts[1] in ("records", "measures") and path.stem != "prices"]
    assert pure
    forbidden = ("common.pipeline", "common.transcripts", "doit", "os", "pathlib", "subprocess")
    assert {path: found for path in pure if (found := below(imports(path), *forbidden))} == {}


def test_doit_is_known_to_seven_modules_of_the_pipeline() -> None:
    users = {path for path in MODULES if below(imports(path), "doit")}
    assert {path.parent for path in users} == {Path("common/pipeline")}
    assert {path.stem for path in users} <= KNOW_DOIT


def test_nothing_but_the_table_imports_the_pipeline() -> None:
    outside = [path for path in MODULES if path.parts[:2] != ("common", "pipeline")]
    assert [path for path in outside if below(imports(path), "common.pipeline")] == []
    ours = {name for name in imports(Path("dodo.py")) if name.split(".")[0] in ("common", "analysis")}
    assert {name for name in ours if not name.startswith("common.pipeline")} == set()


def test_a_module_fits_on_a_few_screens_and_a_function_on_one() -> None:
    lengths = {path: len(source(path).splitlines()) for path in MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}
    long = [f"{path}:{one.name}" for path in MODULES for one in functions(path) if length(one) > LONGEST_FUNCTION]
    assert long == []
    assert len(source(Path("dodo.py")).splitlines()) <= LONGEST_TABLE


def test_the_median_function_is_short() -> None:
    assert statistics.median(length(function) for path in MODULES for function in functions(path)) <= 10


def test_a_loop_variable_says_what_it_holds() -> None:
    offenders = [
        f"{path}:{target.lineno} {target.id}"
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.For | ast.comprehension)
        for target in ast.walk(node.target)
        if isinstance(target, ast.Name) and target.id in STAND_INS
    ]
    assert offenders == []


def test_a_module_says_what_it_is() -> None:
    question = re.compile(r"(What|Which|How|Whether|Who)\b")
    docstrings = {path: ast.get_docstring(tree(path)) or "" for path in MODULES}
    assert [str(path) for path, text in docstrings.items() if not text or question.match(text)] == []


def test_a_default_of_a_script_is_the_constant_of_the_settings() -> None:
    keys = set(re.findall(r"^    ([a-z_]+): ", source(Path("common/settings.py")), re.MULTILINE))
    literal = [
        f"{path}: {argument.arg}"
        for path in SCRIPTS
        for function in functions(path)
        if function.name == "main"
        for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        if argument.arg in keys and isinstance(default, ast.Constant) and default.value not in (None, False, True)
    ]
    assert literal == []


def test_a_script_that_prices_tokens_takes_the_prices_of_the_settings() -> None:
    pricing = [path for path in SCRIPTS if "load_prices(" in source(path)]
    assert pricing
    mains = {path: node for path in pricing for node in functions(path) if node.name == "main"}
    assert [path for path, node in mains.items() if "prices" not in {a.arg for a in node.args.kwonlyargs}] == []
    assert [path for path in pricing if "load_prices(prices)" not in source(path)] == []


def test_nothing_prints() -> None:
    calls = [(path, node) for path in MODULES for node in nodes(path) if isinstance(node, ast.Call)]
    prints = [f"{path}:{call.lineno}" for path, call in calls if ast.unparse(call.func) == "print"]
    assert prints == []


def test_no_error_of_every_kind_is_swallowed_without_a_reason() -> None:
    offenders = []
    for path in MODULES:
        lines = source(path).splitlines()
        handlers = [node for node in nodes(path) if isinstance(node, ast.ExceptHandler)]
        broad = [node for node in handlers if not node.type or ast.unparse(node.type) in ("Exception", "BaseException")]
        broad = [node for node in broad if not any(isinstance(inside, ast.Raise) for inside in ast.walk(node))]
        offenders += [f"{path}:{one.lineno}" for one in broad if "# noqa: BLE001 " not in lines[one.lineno - 1]]
    assert offenders == []


def test_a_start_imports_nothing_heavy() -> None:
    code = "import common.pipeline.commands, dodo, sys; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY & set(loaded) == set()

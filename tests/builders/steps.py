"""Four steps over transcripts, run in this process: what doit does with steps, without doit and without scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from common.pipeline.script_step import MARK, ScriptStep
from common.pipeline.selection import Choice, Steps, choose_steps, in_order, plan
from common.pipeline.staleness import Dependencies, agents_fingerprint, file_fingerprints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

READS = {"count": (), "double": ("count",), "square": ("count",), "total": ("double", "square")}
STAGES = {"count": "reading", "double": "doubling", "square": "squaring", "total": "adding"}
OWN_SETTINGS: dict[str, dict[str, Any]] = {
    "count": {"projects": ["sessions"], "project": None},
    "double": {"marathon_over": 20},
    "square": {"strategies": []},
    "total": {"timezone": "UTC", "warnings": []},
}


def step(name: str, *, reads: Sequence[str] = (), writes: Sequence[str] = (), **more: Any) -> ScriptStep:
    """Return a step of a name `stage:script` that is never started."""
    settings, after = more.pop("settings", {}), more.pop("after", [])
    dependencies = Dependencies(reads=tuple(reads), settings=settings, **more)
    script = name.partition(":")[2]
    return ScriptStep(
        name=name,
        script=script,
        command=[],
        log=Path(f"{script}.log"),
        timeout=1,
        writes=tuple(writes),
        dependencies=dependencies,
        after=after,
    )


class Bench:
    """Steps in the working directory, and what is recorded of them: count, double and square it, add both."""

    def __init__(self) -> None:
        self.recorded: dict[str, dict[str, Any]] = {}
        for name in ("a", "b"):
            self.transcript(name)
        for folder in ("code", "data", "agents"):
            Path(folder).mkdir()
        Path("code/helper.py").write_text("MORE = 0\n")
        for script in READS:
            Path(f"code/{script}.py").write_text(f'"""The {script}."""\nfrom code import helper\n')

    def transcript(self, name: str, text: str = "{}\n") -> Path:
        """Write a transcript."""
        path = Path(f"sessions/p/{name}.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def steps(self, settings: Mapping[str, object] | None = None) -> Steps:
        """Return the steps in order, new ones as in each start of doit, with settings that are not the default."""
        agents_fingerprint.cache_clear()
        made = {}
        for script, stage in STAGES.items():
            chosen = {key: (settings or {}).get(key, value) for key, value in OWN_SETTINGS[script].items()}
            made[f"{stage}:{script}"] = step(
                f"{stage}:{script}",
                reads=[f"data/{name}.txt" for name in READS[script]],
                writes=[f"data/{script}.txt"],
                code=(Path(f"code/{script}.py"),),
                settings=chosen,
                transcripts=(Path("sessions"),) if script == "count" else (),
                agents=(Path("agents"),) if script == "square" else (),
            )
        return in_order(made)

    def record(self, name: str) -> Mapping[str, Any]:
        """Return what is recorded of a step."""
        return self.recorded.get(name, {})

    def choose(self, *names: str, settings: Mapping[str, object] | None = None, **how: Any) -> Choice:
        """Choose steps, as the command line does."""
        return choose_steps(self.steps(settings), names, **how)

    def plan(self, *names: str, **how: Any) -> dict[str, list[str]]:
        """Return the scripts that would run, each with the reasons."""
        rows = plan(self.choose(*names, **how), self.record)
        return {row.task.partition(":")[2]: row.reasons for row in rows if row.action == "run"}

    def run(self, *names: str, failing: str = "", **how: Any) -> list[str]:
        """Run what is stale, in order, each step told by doit's own question; return the scripts that ran."""
        ran: list[str] = []
        broken: set[str] = set()
        for chosen in self.choose(*names, **how).steps:
            if broken & {*chosen.after}:
                broken.add(chosen.name)
            elif not chosen.is_fresh(None, self.record(chosen.name)):
                ran.append(chosen.script)
                if chosen.script == failing:
                    broken.add(chosen.name)
                    self.recorded[chosen.name] = {MARK: "failed last time"}
                else:
                    self._write(chosen)
        return ran

    def forget(self, *names: str) -> None:
        """Forget the last run of steps."""
        for chosen in self.choose(*names, only=bool(names)).steps:
            self.recorded[chosen.name] = {MARK: "forgotten"}

    def adopt(self) -> None:
        """Accept the outputs that exist."""
        self.recorded = {name: made.adopted() for name, made in self.steps().items()}

    def _write(self, chosen: ScriptStep) -> None:
        fingerprints = chosen.dependencies.fingerprints()
        numbers = [int(Path(path).read_text()) for path in chosen.reads]
        more = int(Path("code/helper.py").read_text().split()[2])
        results = {
            "count": lambda: len(list(Path("sessions").rglob("*.jsonl"))) + more,
            "double": lambda: 2 * numbers[0],
            "square": lambda: numbers[0] ** 2,
            "total": lambda: sum(numbers),
        }
        output = Path(chosen.writes[0])
        text = f"{results[chosen.script]()}\n"
        if output.is_dir():
            output.rmdir()
        if not output.is_file() or output.read_text() != text:  # equal bytes leave a file alone, as in the scripts
            output.write_text(text)
        self.recorded[chosen.name] = {**fingerprints, "targets": file_fingerprints(chosen.writes)}

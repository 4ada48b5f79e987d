"""What a script's outputs rest on, as evidence taken when it ran, and why they no longer stand.

Evidence is taken before the script runs, "as seen then": what changes while it runs makes its outputs stale.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.running.code_files import closure
from common.running.fingerprints import agents_state, is_as_it_was, states, transcripts_state

Evidence = Mapping[str, Any]  # JSON; its keys are those of `take`, and "targets": the states of the outputs
WARNINGS = "warnings"  # the key among the settings of what a run warns of
LONGEST_VALUE = 60


@dataclass(kw_only=True, eq=False, repr=False)
class Grounds:
    """What the outputs of a script rest on."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    code: tuple[Path, ...]  # modules, with what they import; other files; folders
    settings: dict[str, Any]
    transcripts: tuple[Path, ...] = ()  # roots
    agents: tuple[Path, ...] = ()  # folders of definitions

    def take(self) -> dict[str, Any]:
        """Return the evidence as it is now, without that of the outputs."""
        return {
            "settings": self.settings,
            "code": states(map(str, closure(self.code))),
            "reads": states(self.reads),
            "agents": agents_state(self.agents),
            "transcripts": transcripts_state(self.transcripts),
        }

    def changes(self, evidence: Evidence, made: Collection[str] = ()) -> Iterator[str]:
        """Yield why outputs that rest on `evidence` do not stand, cheapest check first; `made` will be made anew."""
        if missing := {"settings", "code", "reads", "targets", "agents", "transcripts"} - evidence.keys():
            yield f"recorded by another version of this program, without {', '.join(sorted(missing))}"
            return
        yield from changed_settings(self.settings, evidence["settings"])
        yield from (
            f"code changed: {path}" for path, state in evidence["code"].items() if not is_as_it_was(path, state)
        )
        yield from _changed_files("output", self.writes, evidence["targets"], "edited")
        yield from _changed_files("input", sorted({*self.reads} - {*made}), evidence["reads"], "changed")
        if agents_state(self.agents) != evidence["agents"]:
            yield "agent definitions or their history changed"
        if (seen := transcripts_state(self.transcripts)) != evidence["transcripts"]:
            yield f"transcripts changed: {_compared(seen, evidence['transcripts'])}"


def changed_settings(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """Yield which settings changed, and how."""
    for key in sorted(now.keys() | before.keys()):
        if (old := before.get(key)) != (new := now.get(key)):
            changed = f"settings changed: {key} {_said(old)} → {_said(new)}"
            yield "what the run warns of changed" if key == WARNINGS else changed


def _said(value: object) -> str:
    """Return a setting's value as it is shown, a long one by its beginning."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"{text[: LONGEST_VALUE - 1]}…" if len(text) > LONGEST_VALUE else text or "none"


def _changed_files(kind: str, paths: Iterable[str], before: Mapping[str, Any], how: str) -> Iterator[str]:
    for path in paths:
        if not Path(path).is_file():
            yield f"{kind} missing: {path}"
        elif path not in before:
            yield f"{kind} not known: {path}"
        elif not is_as_it_was(path, before[path]):
            yield f"{kind} {how}: {path}"


def _compared(now: Mapping[str, list[int]], before: Mapping[str, list[int]]) -> str:
    sizes = [(now[path][0], before[path][0]) for path in now.keys() & before.keys()]
    counts = {
        "new": len(now.keys() - before.keys()),
        "grown": sum(new > old for new, old in sizes),
        "shorter": sum(new < old for new, old in sizes),
        "gone": len(before.keys() - now.keys()),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "rewritten at the same size"

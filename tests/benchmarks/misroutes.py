"""How well suspected misroutes hit the known ones, on made data: `python -m tests.benchmarks.misroutes`.

Each task goes to the agent of its family, but one in eight to another one, half of those to the generalist. A task in
the right hands is completed in 92 of 100 cases, a misrouted one in 60. Precision: suspected ones that are misroutes
*to the suggested agent*; recall: misroutes that are suspected. Tasks of the generalist's own family, which no
specialist should have had, may be misrouted to specialists, but nobody can suggest a generalist.
"""

from __future__ import annotations

import random
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.strategies import misroutes, routing_quality
from common import schema
from common.agents.definitions import AgentFile
from common.measures import prices
from common.records.marathons import MarathonClassification, MarathonSummary
from common.records.patterns import RoutingPatterns
from common.records.segmentation import SegmentationReport
from common.routing import rules
from common.strategy import Material
from common.times import Calendar
from tests.builders.records import FILTERS, delegation, enriched, session

if TYPE_CHECKING:
    from common.records.sessions import EnrichedSession

SESSIONS = 150
MISROUTED = 1 / 8
GENERALIST = "general-purpose"


@dataclass(frozen=True)
class Figures:
    suspected: int
    hits: int
    misroutes: int

    @property
    def precision(self) -> float:
        return self.hits / self.suspected if self.suspected else 1.0

    @property
    def recall(self) -> float:
        return self.hits / self.misroutes if self.misroutes else 0.0


def make(vocabulary: str, seed: int) -> tuple[Material, dict[str, str]]:
    """Return made sessions, and the right agent of each misrouted delegation."""
    words = tomllib.loads(Path(__file__).with_name("tasks.toml").read_text(encoding="utf-8"))[vocabulary]
    draw = random.Random(seed)
    agents = {name: agent["family"] for name, agent in words["agents"].items()}
    weights = [draw.uniform(0.3, 1) for _ in agents]
    sessions, right = [], {}
    for number in range(SESSIONS):
        delegations = []
        for place in range(draw.randint(1, 9)):
            [agent] = draw.choices(list(agents), weights)
            id_, had = f"t{number}-{place}", agent
            if draw.random() < MISROUTED and agent != GENERALIST:
                had = GENERALIST if draw.random() < 0.5 else draw.choice([a for a in agents if a != agent])
                right[id_] = agent
            success = 0.6 if id_ in right else 0.92
            delegations.append(
                delegation(
                    id_,
                    had,
                    "completed" if draw.random() < success else "failed",
                    prompt=_prompt(words, agents[agent], draw),
                    timestamp=f"2026-{1 + number // 28:02}-{1 + number % 28:02}T10:{place:02}:00.000Z",
                )
            )
        sessions.append(session(f"s{number}", *delegations))
    return _material(sessions, words["agents"]), right


def _prompt(words: dict[str, Any], family: str, draw: random.Random) -> str:
    def fill(text: str) -> str:
        return text.format(topic=draw.choice(words["topics"]), file=draw.choice(words["files"]))

    task = draw.choice(words["tasks"][family])
    return " ".join([fill(task), *(fill(text) for text in draw.sample(words["fillers"], draw.randint(1, 4)))])


def _material(sessions: list[EnrichedSession], agents: dict[str, dict[str, str]]) -> Material:
    return Material(
        enriched=enriched(*sessions),
        patterns=RoutingPatterns(
            **schema.envelope(RoutingPatterns), filters=FILTERS, period_source="none", periods=[], definitions=[]
        ),
        marathons=MarathonClassification(
            **schema.envelope(MarathonClassification),
            filters=FILTERS,
            marathon_over=20,
            summary=MarathonSummary(POSITIVE=0, NEGATIVE=0, AMBIGUOUS=0, UNKNOWN=0),
            marathons=[],
        ),
        segmentation=SegmentationReport(
            **schema.envelope(SegmentationReport),
            filters=FILTERS,
            marathon_over=20,
            period_source="none",
            periods=[],
            comparisons=[],
            tests=0,
            draws=0,
            sightings=[],
        ),
        definitions=[
            AgentFile(name=name, description=agent["description"] or None, model=None, tools=None, body="", file=name)
            for name, agent in agents.items()
            if name != GENERALIST
        ],
        calendar=Calendar("UTC"),
        marathon_over=20,
        prices=prices.load_prices(),
        rules=rules.load_rules(),
    )


def measure(vocabulary: str, seed: int) -> dict[str, Figures]:
    """Return the figures of the rules, of the learned router, and of both together."""
    material, right = make(vocabulary, seed)
    found = routing_quality.answer_routing_quality(material).misroutes
    kinds = {
        "rules": {(one.tool_use_id, one.suggested) for one in found if one.rule != misroutes.LEARNED},
        "learned": {(one.tool_use_id, one.suggested) for one in misroutes.learned_misroutes(material)},
    }
    kinds["both"] = kinds["rules"] | kinds["learned"]
    return {
        kind: Figures(len(pairs), sum(right.get(id_) == agent for id_, agent in pairs), len(right))
        for kind, pairs in kinds.items()
    }


def report(vocabulary: str, seeds: range) -> str:
    """Return a table of the figures summed over the seeds."""
    lines = [f"{vocabulary}: {len(seeds)} data sets of {SESSIONS} sessions"]
    all_of = [measure(vocabulary, seed) for seed in seeds]
    for kind in ("rules", "learned", "both"):
        total = Figures(
            *(sum(getattr(one[kind], field) for one in all_of) for field in ("suspected", "hits", "misroutes"))
        )
        lines.append(
            f"  {kind:8} suspected {total.suspected:5}  right {total.hits:5}  of {total.misroutes:5} misroutes"
            f"  precision {total.precision:.3f}  recall {total.recall:.3f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    tuned = [(name, range(5)) for name in ("tuning", "tuning_2", "tuning_3", "tuning_4")]
    for vocabulary, seeds in [*tuned, ("held_out", range(100, 110)), ("fresh", range(200, 210))]:
        sys.stdout.write(report(vocabulary, seeds) + "\n")

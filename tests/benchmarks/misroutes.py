"""How well suspected misroutes name the right agent, on made data: `python -m tests.benchmarks.misroutes`.

Each task goes to the agent of its family, but one in sixteen is planted: it goes to another agent, half of those to the
generalist. A task in the right hands succeeds in 92 of 100 cases, a planted one in 60. Named rightly: planted tasks
for which the right agent is suggested, of all planted. Precision: of all suspected, those for which the right agent is
suggested. Alarms: tasks in the right hands that are suspected, of all of those. Tasks of the generalist's own family
are not planted: no specialist should have had them.

Kinds of data: `one` has one vocabulary in one project; `few` the same with a fifth of the sessions; `two` has two
vocabularies, each in a project of its own with agents of its own, of which the other project has none; `mostly` gives
nine of ten tasks to the generalist, whatever they are, and `chance` each to an agent drawn by lot: there is nothing to
learn, and the router must be silent. The rules look at the generalist's delegations only. They are also shown alone.
"""

from __future__ import annotations

import random
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.strategies import routing_quality
from analysis.strategies.learned import LEARNED
from analysis.strategies.misroutes import Suspicions, read_rule
from common import schema
from common.agents.definitions import AgentFile
from common.measures import prices
from common.records.marathons import MarathonClassification, MarathonSummary
from common.records.patterns import RoutingPatterns
from common.records.segmentation import SegmentationReport
from common.routing import rules
from common.strategy import Material
from common.text.formatting import NO_DATA
from common.times import Calendar
from tests.builders.records import FILTERS, delegation, enriched, session

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from common.records.sessions import EnrichedSession

SESSIONS = 150
FEW = 30
PLANTED = 1 / 16
GENERALIST = "general-purpose"
KINDS = ("rules", "learned", "all")


@dataclass
class Made:
    """Made sessions, the agents' descriptions, and the right agent of each planted delegation."""

    sessions: list[EnrichedSession] = field(default_factory=list)
    descriptions: dict[str, str] = field(default_factory=dict)
    right: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """Counts of one kind of suspicion, or their sums."""

    suspected: int = 0
    named: int = 0
    planted: int = 0
    alarms: int = 0
    unplanted: int = 0
    crossed: int = 0  # suggestions of an agent of another project

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.suspected + other.suspected,
            self.named + other.named,
            self.planted + other.planted,
            self.alarms + other.alarms,
            self.unplanted + other.unplanted,
            self.crossed + other.crossed,
        )

    @property
    def recall(self) -> float:
        return self.named / self.planted if self.planted else 0.0

    @property
    def precision(self) -> float | None:
        return self.named / self.suspected if self.suspected else None

    @property
    def alarm_rate(self) -> float:
        return self.alarms / self.unplanted if self.unplanted else 0.0


@dataclass(frozen=True)
class Measured:
    """The figures by kind, and whether the router could speak."""

    figures: dict[str, Figures]
    speaks: bool
    agreement: float
    majority: float


def vocabulary(name: str) -> dict[str, Any]:
    """Return the agents, tasks and words of a vocabulary."""
    return tomllib.loads(Path(__file__).with_name("tasks.toml").read_text(encoding="utf-8"))[name]  # type: ignore[no-any-return]


def make(name: str, seed: int, *, generalist: float = 0.0, sessions: int = SESSIONS) -> Made:
    """Return the sessions of one project; a share of the tasks goes to the generalist, the others by lot."""
    words = vocabulary(name)
    draw = random.Random(seed)
    agents = {agent: row["family"] for agent, row in words["agents"].items()}
    weights = [draw.uniform(0.3, 1) for _ in agents]
    made = Made(descriptions={agent: row["description"] for agent, row in words["agents"].items()})
    for number in range(sessions):
        delegations = []
        for place in range(draw.randint(1, 9)):
            [agent] = draw.choices(list(agents), weights)
            id_, had = f"{name}-{number}-{place}", agent
            if generalist:
                had = GENERALIST if draw.random() < generalist else draw.choice(list(agents))
                made.right |= {id_: agent} if GENERALIST != agent != had else {}
            elif draw.random() < PLANTED and agent != GENERALIST:
                had = GENERALIST if draw.random() < 0.5 else draw.choice([a for a in agents if a != agent])
                made.right[id_] = agent
            success = 0.6 if id_ in made.right else 0.92
            delegations.append(
                delegation(
                    id_,
                    had,
                    "completed" if draw.random() < success else "failed",
                    prompt=_prompt(words, agents[agent], draw),
                    timestamp=f"2026-{1 + number // 28:02}-{1 + number % 28:02}T10:{place:02}:00.000Z",
                )
            )
        made.sessions.append(session(f"{name}-{number}", *delegations, project=f"-w-{name}", cwd=f"/w/{name}"))
    return made


def _prompt(words: dict[str, Any], family: str, draw: random.Random) -> str:
    def fill(text: str) -> str:
        return text.format(topic=draw.choice(words["topics"]), file=draw.choice(words["files"]))

    task = draw.choice(words["tasks"][family])
    return " ".join([fill(task), *(fill(text) for text in draw.sample(words["fillers"], draw.randint(1, 4)))])


def together(made: Sequence[Made]) -> Made:
    """Return the data of several projects as those of one person, without definitions that all could use."""
    return Made(
        sorted((one for part in made for one in part.sessions), key=lambda one: one.delegations[0].timestamp or ""),
        {},
        {id_: agent for part in made for id_, agent in part.right.items()},
    )


def material(made: Made) -> Material:
    """Return the material of the strategies."""
    return Material(
        enriched=enriched(*made.sessions),
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
            AgentFile(name=name, description=text or None, model=None, tools=None, body="", file=name)
            for name, text in made.descriptions.items()
            if name != GENERALIST
        ],
        calendar=Calendar("UTC"),
        marathon_over=20,
        prices=prices.load_prices(),
        rules=rules.load_rules(),
    )


def measure(made: Made) -> Measured:
    """Return the figures of the rules, of the learned router, and of all suspicions together."""
    data = material(made)
    found = routing_quality.answer_routing_quality(data).misroutes
    project = {one.tool_use_id: case.project for case in made.sessions for one in case.delegations}
    at_home = {(project[one.tool_use_id], one.agent_type) for case in made.sessions for one in case.delegations}
    by_rules = [one for rule in data.rules.rules for one in read_rule(rule, Suspicions(data)).misroutes]
    by_kind = {"rules": by_rules, "learned": [one for one in found if one.rule == LEARNED], "all": found}
    figures = {}
    for kind, chosen in by_kind.items():
        figures[kind] = Figures(
            suspected=len(chosen),
            named=sum(made.right.get(one.tool_use_id) == one.suggested for one in chosen),
            planted=len(made.right),
            alarms=sum(one.tool_use_id not in made.right for one in chosen),
            unplanted=len(project) - len(made.right),
            crossed=sum((project[one.tool_use_id], one.suggested) not in at_home for one in chosen),
        )
    router = data.router
    shares = [rate.hits / rate.total if rate else 0.0 for rate in (router.agreement, router.majority)]
    return Measured(figures, router.lacks is None, shares[0], shares[1])


def measure_all(kind: str, names: Sequence[str], seeds: Iterable[int]) -> list[Measured]:
    """Return the figures of each data set of a kind."""
    found = []
    for seed in seeds:
        if kind == "two":
            pairs = zip(names, [*names[1:], names[0]], strict=True)
            found += [measure(together([make(one, seed), make(other, seed)])) for one, other in pairs]
        else:
            sessions = FEW if kind == "few" else SESSIONS
            share = {"chance": 0.1, "mostly": 0.9}.get(kind, 0.0)
            found += [measure(make(name, seed, generalist=share, sessions=sessions)) for name in names]
    return found


def total(measured: Iterable[Measured], kind: str, *, speaks: bool = True) -> Figures:
    """Return the sums over the data sets in which the router speaks, or over the others."""
    return sum((one.figures[kind] for one in measured if one.speaks is speaks), Figures())


def report(kind: str, names: Sequence[str], seeds: range) -> str:
    """Return a table of the figures summed over the data sets."""
    measured = measure_all(kind, names, seeds)
    speaking = sum(one.speaks for one in measured)
    agreement = sorted(one.agreement for one in measured)
    majority = sorted(one.majority for one in measured)
    head = (
        f"{kind} ({', '.join(names)}; seeds {seeds[0]} to {seeds[-1]}): the router speaks in {speaking} of"
        f" {len(measured)} data sets; agreement {agreement[0]:.2f} to {agreement[-1]:.2f},"
        f" majority share {majority[0]:.2f} to {majority[-1]:.2f}"
    )
    rows = [_row(source, total(measured, source)) for source in KINDS] if speaking else []
    if speaking < len(measured):
        rows += [_row(f"{source}, silent", total(measured, source, speaks=False)) for source in KINDS]
    return "\n".join([head, *rows])


def _row(source: str, sums: Figures) -> str:
    precision = NO_DATA if sums.precision is None else f"{sums.precision:.1%}"
    return (
        f"  {source:15} suspected {sums.suspected:5}  precision {precision:>6}"
        f"  named rightly {sums.named:5} of {sums.planted:5} planted ({sums.recall:5.1%})"
        f"  alarms {sums.alarms:4} of {sums.unplanted:6} unplanted ({sums.alarm_rate:5.2%})"
        f"  of another project {sums.crossed}"
    )


TUNED = ("tuning", "tuning_2", "tuning_3", "tuning_4")
KEPT = ("held_out", "fresh")

if __name__ == "__main__":
    for kind_of_data in ("one", "few", "two", "mostly", "chance"):
        sys.stdout.write(report(kind_of_data, TUNED, range(5)) + "\n")
        sys.stdout.write(report(kind_of_data, KEPT, range(300, 310)) + "\n")

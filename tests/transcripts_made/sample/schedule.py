"""The diary of the sample: which day has which sessions, in which version, with which scenes."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from tests.transcripts_made.corpus import Corpus
from tests.transcripts_made.dirt import Dirt
from tests.transcripts_made.eras import Era
from tests.transcripts_made.sample import curiosities, idle, marathons, scenes, traces
from tests.transcripts_made.sample.projects import ATLAS, LEDGERLINE, PINEWOOD, QUILL, TIDEPOOL
from tests.transcripts_made.sample.scenes import Scene
from tests.transcripts_made.sample.words import Words
from tests.transcripts_made.sample.worker import Desk

FIRST_DAY, LAST_DAY = date(2026, 8, 3), date(2026, 10, 30)
PERIOD_STARTS = (date(2026, 8, 3), date(2026, 9, 2), date(2026, 10, 5))
"""From the second on there is a code-reviewer, in the third the architect's work is shared with an api-designer."""

VERSIONS = (
    ("2.1.146", "2.1.150", "2.1.163"),
    ("2.1.163", "2.1.172", "2.1.176"),
    ("2.1.199", "2.1.178", "2.1.183", "2.1.178"),
)
OLD_CLIENT = ("1.0.80", "1.0.85", "1.0.90")
OLD_CLIENT_PROJECTS = (ATLAS, PINEWOOD, QUILL)
"""Projects on a machine that stays at 1.x, which keeps runs in the main file. It has neither Explore nor Plan built in:
these projects define agents of those names in their own `.claude/agents`."""

OLD_VERSIONS = {
    date(2026, 8, 7): "1.0.80",
    date(2026, 8, 11): "2.0.31",
    date(2026, 8, 14): "2.0.71",
    date(2026, 8, 18): "2.1.1",
    date(2026, 8, 25): "2.1.39",
    date(2026, 9, 4): "2.1.63",
    date(2026, 9, 8): "2.1.92",
    date(2026, 9, 18): "2.1.39",
    date(2026, 10, 8): "2.1.92",
}
"""Days on which somebody worked on a machine that had long not been updated."""

SCENES: tuple[tuple[Scene, int, int, int], ...] = (
    (scenes.feature, 4, 5, 6),
    (scenes.bug, 4, 4, 4),
    (scenes.second_try, 2, 2, 2),
    (scenes.cleaning, 3, 3, 3),
    (scenes.chores, 5, 3, 1),
    (scenes.questions, 2, 1, 2),
    (scenes.writing, 2, 2, 3),
    (scenes.reviewing, 1, 4, 3),
    (scenes.designing, 3, 2, 6),
    (scenes.slowness, 1, 1, 1),
)
"""What is worked on, with its weights in the three periods."""

SCENES_A_SESSION = ((1, 2, 2), (1, 1, 2), (1, 1, 1, 2))
"""How many pieces of work a session holds, in each period."""

DIRT: dict[date, Dirt] = {
    date(2026, 8, 12): "splice",
    date(2026, 8, 27): "nul_run",
    date(2026, 9, 11): "glued",
    date(2026, 9, 28): "cut",
    date(2026, 10, 12): "nul_before",
    date(2026, 10, 20): "blank",
}


@dataclass(frozen=True, slots=True)
class Diary:
    """What every day is written with."""

    corpus: Corpus
    rng: random.Random
    words: Words

    def desk(self, day: date, hour: str, newest: str, shown: str | None = None) -> Desk:
        """Begin a session with what the user asks for first.

        `newest` is the version of whoever takes every update. With `shown` the session is there to show that version:
        one with runs in files of their own does not belong into a project that stays at 1.x.
        """
        project = self.rng.choice((ATLAS, ATLAS, LEDGERLINE, LEDGERLINE, PINEWOOD, QUILL))
        old = project in OLD_CLIENT_PROJECTS
        if old and shown is not None and Era(shown).layout != "inline":
            project = TIDEPOOL
        topic = self.rng.choice(project.topics)
        version = shown or (OLD_CLIENT[_period(day)] if old else newest)
        session = self.corpus.session(version, cwd=project.cwd, start=f"{day}T{hour}:00Z")
        session.prompt(self.words.say("beginnings", project, topic))
        session.metadata(f"Work on {topic.name}")
        return Desk(session, project, topic, _period(day), self.rng, self.words, Era(shown or newest))


def fill(corpus: Corpus, rng: random.Random) -> None:
    """Append all sessions of the sample to the corpus: day by day, then those with idle agents and rare traces."""
    diary = Diary(corpus, rng, Words(rng))
    marathon_by_day = {marathon.day: marathon for marathon in marathons.MARATHONS}
    for day in _weekdays():
        for hour in _hours(day, rng):
            _session(diary, day, hour)
        if str(day) in marathon_by_day:
            marathons.run(diary.desk(day, "14:05", "2.1.176"), marathon_by_day[str(day)])
        if (curiosity := curiosities.BY_DAY.get(str(day))) is not None:
            shown = curiosities.VERSIONS[str(day)]
            curiosity(corpus, diary.desk(day, "16:40", shown, shown))
    _idle(corpus)
    _traces(corpus)


def _idle(corpus: Corpus) -> None:
    """Append the sessions with agents that do no work; chance is their own, so that all others stay as they are."""
    rng = random.Random(str(idle.SPREE_DAY))
    diary = Diary(corpus, rng, Words(rng))
    idle.spree(diary.desk(idle.SPREE_DAY, "16:20", idle.VERSION, idle.VERSION))
    for day in idle.LOOKED_INTO:
        idle.look_into(diary.desk(date.fromisoformat(day), "17:10", idle.VERSION, idle.VERSION))
    idle.write_tests(diary.desk(date.fromisoformat(idle.TESTS_DAY), "17:10", idle.VERSION, idle.VERSION))


def _traces(corpus: Corpus) -> None:
    """Append the sessions that leave rare traces; chance is their own, so that all others stay as they are."""
    rng = random.Random(str(traces.PROOF_DAY))
    diary = Diary(corpus, rng, Words(rng))
    traces.asked_a_guide(diary.desk(traces.GUIDE_DAY, "13:20", traces.NEWEST, traces.NEWEST))
    traces.used_and_sent_back(diary.desk(traces.PROOF_DAY, "13:20", traces.VERSION, traces.VERSION))


def _weekdays() -> list[date]:
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    return [day for day in days if day.weekday() < 5]


def _hours(day: date, rng: random.Random) -> list[str]:
    """Return when sessions begin on this day: none, one or two; always one where something is to be shown."""
    if day in PERIOD_STARTS or day in DIRT or day in OLD_VERSIONS or rng.random() < 0.9:
        second = [f"15:{rng.randrange(10, 60)}"] if rng.random() < 0.12 else []
        return [f"{rng.randrange(8, 12):02d}:{rng.randrange(10, 60)}", *second]
    return []


def _session(diary: Diary, day: date, hour: str) -> None:
    period, rng = _period(day), diary.rng
    shown = OLD_VERSIONS.get(day)
    desk = diary.desk(day, hour, shown or rng.choice(VERSIONS[period]), shown)
    for number, scene in enumerate(_chosen(day, rng)):
        if number:
            desk.session.wait(rng.randrange(120, 1500))
            desk.topic = rng.choice(desk.project.topics)
            desk.session.prompt(diary.words.say("follow_ups", desk.project, desk.topic))
        scene(desk)
    if (dirt := DIRT.get(day)) is not None:
        desk.session.soil(dirt)


def _chosen(day: date, rng: random.Random) -> list[Scene]:
    """Return the scenes of a session; a period begins with a feature, so that its new agents are seen at once.

    The first and the last day of a period have work for agents, so that no session lies outside all periods.
    """
    if day not in {*PERIOD_STARTS, LAST_DAY} and rng.random() < 0.1:
        return [scenes.alone]
    period = _period(day)
    deck = [scene for scene, *weights in SCENES for _ in range(weights[period])]
    begin: list[Scene] = [scenes.feature] if day in PERIOD_STARTS else []
    return begin + [rng.choice(deck) for _ in range(rng.choice(SCENES_A_SESSION[period]))]


def _period(day: date) -> int:
    return sum(day >= start for start in PERIOD_STARTS) - 1

"""Routing rules: data that says which agent should have had a task.

The rules of the project are in `rules.toml`, whose head explains them. A file of the user's own adds rules, or replaces
those of the same name. Rules match words only, with RE2, so the time is linear in the text for every rule.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from common.errors import InputError
from common.routing.phrases import Pattern, anywhere, at_the_beginning, name_words, spaced

TEXT_CHARACTERS = 300
ANY = "*"
GENERALISTS = "(generalists)"
_SENTENCE_END = re.compile(r"[.!?](?=\s+[^\Wa-z_])|\n")
_LABEL = re.compile(
    r"(?:[\W\d_]+|(?:task|phase|step|part|round|batch|wave|chunk|subtask|agent|track)\s?#?[\da-z]{1,3}(?=\W)"
    r"|(?:please|now|then|first|finally|also)(?=\W))"
)
"""What stands before the verb: marks and numbers, "Task 3:", "please"."""
_SECOND = r"(?:\band then|\band|\bthen|&|\+|,|/)\s*"


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    family: str
    asks: tuple[str, ...]
    exempt: tuple[str, ...] = ()
    agents: tuple[str, ...] = (ANY,)
    names: tuple[str, ...]
    describes: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    generalists: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    hardly_used_share: float | None = None
    common_words: tuple[str, ...] = ()
    second_verbs: tuple[str, ...] = ()
    role_calls: tuple[str, ...] = ()
    role_verbs: tuple[str, ...] = ()
    role_nouns: tuple[str, ...] = ()
    role_people: tuple[str, ...] = ()
    no_role: tuple[str, ...] = ()
    rules: tuple[_Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What rules look at, in lower case: the words that name the task, and all that may exempt it."""

    lead: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; see the head of the .toml file. `second` finds a verb of another kind behind the first one."""

    name: str
    family: str
    asks: tuple[str, ...]
    agents: tuple[str, ...]
    beginnings: tuple[str, ...]
    lead: Pattern | None
    second: Pattern | None
    exempt: Pattern | None
    describes: Pattern | None

    def words(self, task: Task) -> list[str]:
        """Return the words with which the task begins as one of this kind; empty if it does not, or is exempt."""
        match = self.lead.search(task.lead) if self.lead else None
        if match is None or (self.exempt and any(self.exempt.search(text) for text in task.texts)):
            return []
        return [] if self.second and self.second.search(task.lead) else [match.group()]

    def is_kind(self, name: str, description: str | None) -> bool:
        """Return whether the name or the description says that the agent is for such tasks."""
        return self.is_kind_by_name(name) or bool(
            description and self.describes and self.describes.search(description.lower())
        )

    def is_kind_by_name(self, name: str) -> bool:
        """Return whether a word of the name says that the agent is for such tasks."""
        return any(beginning in spaced(name) for beginning in self.beginnings)

    def is_kind_by_purpose(self, description: str | None) -> bool:
        """Return whether the first sentence of the description says that the agent is for such tasks."""
        purpose = _SENTENCE_END.split((description or "").strip()[:TEXT_CHARACTERS], maxsplit=1)[0]
        return bool(self.describes and self.describes.search(purpose.lower()))

    def subject(self, name: str) -> list[str]:
        """Return the words of the name, without its plugin, that do not stand for this kind of work."""
        rest = spaced(name.rpartition(":")[2] or name)
        for beginning in sorted(self.beginnings, key=len, reverse=True):
            end = "(?= )" if beginning.endswith(" ") else r"\w*"
            rest = re.sub(re.escape(beginning.rstrip()) + end, " ", rest)
        return rest.split()

    def concerns(self, name: str, generalists: frozenset[str]) -> bool:
        """Return whether the rule looks at the delegations of the agent."""
        return ANY in self.agents or name in self.agents or (GENERALISTS in self.agents and name in generalists)


@dataclass(frozen=True, slots=True)
class RoleWords:
    """The words by which a prompt asks for a role, and the nouns that end its name; see the .toml file."""

    calls: tuple[str, ...]
    verbs: tuple[str, ...]
    nouns: frozenset[str]
    people: frozenset[str]
    no_role: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """All rules, with what the head of the .toml file names besides."""

    rules: tuple[Rule, ...]
    generalists: frozenset[str]
    copies: frozenset[str]
    hardly_used_share: float
    common_words: frozenset[str]
    role_words: RoleWords

    @property
    def suspects(self) -> frozenset[str]:
        """The generalists whose work may be another agent's."""
        return self.generalists - self.copies


def read_task(description: str | None, prompt: str) -> Task:
    """Return the task: what leads is the description, without one the first sentence of the prompt."""
    sentence = _SENTENCE_END.split(prompt.strip()[:TEXT_CHARACTERS], maxsplit=1)[0].lower()
    said = (description or "").strip()[:TEXT_CHARACTERS].lower()
    return Task(_unlabelled(said or sentence), tuple(filter(None, (said, sentence))))


def _unlabelled(text: str) -> str:
    """Return the text from its verb on."""
    place = 0
    while found := _LABEL.match(text, place):
        place = found.end()
    return text[place:]


def suits(rule: Rule, name: str, task: Task, common_words: frozenset[str]) -> bool:
    """Return whether the task speaks of every subject in the agent's name: "security-reviewer" needs security.

    An agent whose description alone is of the kind suits every task.
    """
    if not rule.is_kind_by_name(name):
        return True
    subject = [word for word in rule.subject(name) if word not in common_words]
    return not subject or set(subject) <= {word for text in task.texts for word in name_words(text)}


def load_rules(own: Path | None = None) -> RoutingRules:
    """Return the rules of the project with those of the user's own file."""
    bundled = Path(__file__).with_suffix(".toml")
    return merge([_read(path) for path in (bundled, own) if path is not None])


def parse_rules(text: str, where: str) -> _File:
    """Return the file; `InputError` names what is wrong in it."""
    try:
        return msgspec.convert(tomllib.loads(text), type=_File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"{where}: {error}. The head of common/routing/rules.toml explains the format") from error


def merge(files: Sequence[_File]) -> RoutingRules:
    """Return the rules of all files; of two with one name the later one."""
    rows = {row.name: row for file in files for row in file.rules}
    shares = [file.hardly_used_share for file in files if file.hardly_used_share is not None]

    def together(field: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for file in files for word in getattr(file, field)))

    return RoutingRules(
        rules=tuple(_rule(row, together("second_verbs")) for row in rows.values()),
        generalists=frozenset(together("generalists")),
        copies=frozenset(together("copies")),
        hardly_used_share=shares[-1],
        common_words=frozenset(together("common_words")),
        role_words=RoleWords(
            calls=together("role_calls"),
            verbs=together("role_verbs"),
            nouns=frozenset(together("role_nouns")),
            people=frozenset(together("role_people")),
            no_role=frozenset(together("no_role")),
        ),
    )


def _read(path: Path) -> _File:
    try:
        return parse_rules(path.read_text(encoding="utf-8"), str(path))
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot read rules ({error}). Check the setting rules") from error


def _rule(row: _Row, second_verbs: Sequence[str]) -> Rule:
    own = {ask.lower().split()[0] for ask in row.asks if ask.split()}
    return Rule(
        name=row.name,
        family=row.family,
        asks=row.asks,
        agents=row.agents,
        beginnings=tuple(_beginning(name) for name in row.names if name_words(name)),
        lead=at_the_beginning(row.asks),
        second=anywhere([verb for verb in second_verbs if verb not in own], before=_SECOND, endings=False),
        exempt=anywhere(row.exempt),
        describes=anywhere(row.describes),
    )


def _beginning(name: str) -> str:
    """Return a beginning of a word as it is in a spaced name; a whole word keeps the space behind it."""
    return spaced(name).rstrip() + (" " if name.endswith(" ") else "")

"""Routing rules: data that says which agent should have had a task.

The rules of the project are in `rules.toml`, whose head explains them. A file of the user's own adds rules, or replaces
those of the same name. Rules match words only, with RE2, so the time is linear in the text for every rule.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import msgspec
import re2

from common.errors import InputError

TEXT_CHARACTERS = 300
EARLY_WORDS = 8
"""A task names its work in the first words of its description or of the first sentence of its prompt."""
GAP = "..."
GAP_WORDS = 4
ANY = "*"
_NAME_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+|[^\W_a-zA-Z0-9]+")
_SENTENCE_END = re.compile(r"[.!?](?=\s+[^\Wa-z_])|\n")


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
    hardly_used_share: float | None = None
    rules: tuple[_Row, ...] = ()


Task = tuple[str, ...]
"""The parts of a task that rules look at, in lower case."""


class _Match(Protocol):
    def group(self) -> str: ...

    def start(self) -> int: ...


class _Pattern(Protocol):
    def search(self, text: str) -> _Match | None: ...


@dataclass(frozen=True)
class Rule:
    """One rule; see the head of the .toml file."""

    name: str
    family: str
    asks: tuple[str, ...]
    exempt: tuple[str, ...]
    agents: tuple[str, ...]
    names: tuple[str, ...]
    describes: tuple[str, ...]

    def words(self, task: Task) -> list[str]:
        """Return the text of the task that each phrase matched; empty if the task is exempt."""
        if self._asks is None or (self._exempt and any(self._exempt.search(text) for text in task)):
            return []
        matches = ((text, self._asks.search(text)) for text in task)
        found = [match.group() for text, match in matches if match and _stands_early(text, match.start())]
        return list(dict.fromkeys(found))

    def is_kind(self, name: str, description: str | None) -> bool:
        """Return whether the name or the description says that the agent is for such tasks."""
        return self.is_kind_by_name(name) or bool(
            description and self._describes and self._describes.search(description.lower())
        )

    def is_kind_by_name(self, name: str) -> bool:
        """Return whether a word of the name says that the agent is for such tasks."""
        return any(f" {words}" in _spaced(name) for words in self._parts)

    def concerns(self, name: str) -> bool:
        """Return whether the rule looks at the delegations of the agent."""
        return ANY in self.agents or name in self.agents

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        return tuple(_spaced(name).strip() for name in self.names)

    @cached_property
    def _asks(self) -> _Pattern | None:
        return _compiled(self.asks)

    @cached_property
    def _exempt(self) -> _Pattern | None:
        return _compiled(self.exempt)

    @cached_property
    def _describes(self) -> _Pattern | None:
        return _compiled(self.describes)


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """All rules, the generalists, and the share of the work below which a defined agent is hardly used."""

    rules: tuple[Rule, ...]
    generalists: frozenset[str]
    hardly_used_share: float


def read_task(description: str | None, prompt: str) -> Task:
    """Return what rules look at, in lower case: the description and the first sentence of the prompt."""
    sentence = _SENTENCE_END.split(prompt.strip()[:TEXT_CHARACTERS], maxsplit=1)[0]
    return tuple(text.lower() for text in (description, sentence) if text)


def _spaced(name: str) -> str:
    """Return the words of a name in lower case, each after a space: "codeReviewer" and "Code-Reviewer" are alike."""
    return "".join(f" {word.lower()}" for word in _NAME_WORD.findall(name))


def _stands_early(text: str, place: int) -> bool:
    """Return whether a position is within the first words; later words ask for other things, or warn of something."""
    return len(text[:place].split()) < EARLY_WORDS


def suggestions(rule: Rule, agents: Iterable[tuple[str, str | None]]) -> list[str]:
    """Return the known agents (name, description) for such tasks: those whose name says so, else by description."""
    known = sorted(agents)
    return [name for name, _ in known if rule.is_kind_by_name(name)] or [
        name for name, description in known if rule.is_kind(name, description)
    ]


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
    return RoutingRules(
        rules=tuple(_rule(row) for row in rows.values()),
        generalists=frozenset(name for file in files for name in file.generalists),
        hardly_used_share=shares[-1],
    )


def _read(path: Path) -> _File:
    try:
        return parse_rules(path.read_text(encoding="utf-8"), str(path))
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot read rules ({error}). Check the setting rules") from error


def _rule(row: _Row) -> Rule:
    return Rule(
        name=row.name,
        family=row.family,
        asks=row.asks,
        exempt=row.exempt,
        agents=row.agents,
        names=tuple(name.lower() for name in row.names),
        describes=row.describes,
    )


def _compiled(phrases: Sequence[str]) -> _Pattern | None:
    if not phrases:
        return None
    pattern: _Pattern = re2.compile("|".join(f"(?:{_phrase(phrase)})" for phrase in phrases))
    return pattern


def _phrase(phrase: str) -> str:
    """Return the pattern of a phrase: words with their endings, `...` for up to four words between, all on one line."""
    parts = []
    for word in phrase.lower().split():
        if word == GAP:
            parts.append(rf"(?:[^\w\n]+\w+){{0,{GAP_WORDS}}}?")
        else:
            parts.append((r"[^\w\n]+" if parts else r"\b") + re2.escape(word) + r"(?:e?s|ed|d|ing)?")
    return "".join(parts) + r"\b"

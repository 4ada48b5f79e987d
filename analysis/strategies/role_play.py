"""Roles that prompts ask generalists to play: "act as the release manager", "you are a security expert".

Only the first characters of a prompt are looked at, and there only the beginnings of clauses. Quoted words ask for
nothing, unless the prompt begins with them. A role is a short name that ends in a noun for somebody who works: a
person's noun is a role by itself ("a reviewer"), "agent", "expert" and their like need a word that says which. The
words are in `common/routing/rules.toml`. Where an agent of that name could have been called, the delegation is a
suspected misroute.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis.strategies.misroutes import Suspicions
from common.measures import rates
from common.measures.cases import Case
from common.records.routing_quality import Misroute, RolePlay
from common.routing.phrases import name_words
from common.routing.rules import RoleWords
from common.strategy import Material

FIRST_CHARACTERS = 200
NAME_WORDS = 6
_ARTICLES = frozenset({"a", "an", "the", "our", "my", "your", "this", "project's", "team's"})
_ENDS = frozenset({
    "about", "and", "are", "as", "at", "but", "by", "can", "for", "from", "has", "have", "here", "if", "in", "into",
    "is", "not", "of", "on", "or", "should", "so", "that", "to", "was", "when", "where", "which", "who", "whose",
    "will", "with", "working", "tasked", "called", "named", "responsible", "specializing", "specialising",
})  # fmt: skip
_CLAUSE = re.compile(r"(?:\A[\s*_#>\"'`\u201c]*|[.!?:;,\n*#>()\u2014-][\s*_#>]*)(?:please\s+|now\s+)?")
_WORD = re.compile(
    r"[ \t]*[*_`\"']*(?P<word>[^\W_](?:[\w+#&/:'\u2019-]*[^\W_])?[+#]*)(?P<stop>[*_`\"']*[^\w\s*_`\"']?)"
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role that a prompt asks for: its name in lower case, and the words that ask for it, as they are."""

    name: str
    words: str


def find_role(prompt: str, known: RoleWords) -> Role | None:
    """Return the first role that the prompt asks its agent to play, None if it asks for none."""
    text = prompt[: FIRST_CHARACTERS + 1]
    if len(text) > FIRST_CHARACTERS:
        text = text[: max(text.rfind(" "), text.rfind("\n"), 0)]  # the last word may be cut
    lower = text.lower().replace("\u2019", "'")
    if len(lower) != len(text):
        return None
    for clause in _CLAUSE.finditer(lower):
        for call, needs_article in _calls(known):
            begin = clause.end()
            end = begin + len(call)
            if not lower.startswith(call, begin) or lower[end : end + 1].isalnum():
                continue
            if role := _read_role(lower, end, known, needs_article=needs_article):
                return Role(role[0], " ".join(text[begin : role[1]].split()))
    return None


@lru_cache(maxsize=8)
def _calls(known: RoleWords) -> tuple[tuple[str, bool], ...]:
    """Return the words that ask for a role, the longest first, and whether an article must follow."""
    calls = [*((call, True) for call in known.calls), *((verb, False) for verb in known.verbs)]
    return tuple(sorted(calls, key=lambda call: (-len(call[0]), call)))


def _read_role(text: str, place: int, known: RoleWords, *, needs_article: bool) -> tuple[str, int] | None:
    """Return the name of the role that begins at the place, and where it ends."""
    words = list(_words(text, place))
    has_article = bool(words) and words[0][0] in _ARTICLES
    if needs_article and not has_article:
        return None
    named = words[1:] if has_article else words
    ends = [number for number, (word, _) in enumerate(named, start=1) if _is_noun(word, known)]
    for number in reversed(ends):
        name = [word for word, _ in named[:number]]
        if _is_role(name, known):
            return " ".join(name), named[number - 1][1]
    if not needs_article and len(named) == 1 and "-" in named[0][0]:
        return named[0]
    return None


def _words(text: str, place: int) -> Iterator[tuple[str, int]]:
    """Yield the words that can belong to a name, with their ends, up to a mark or a word that ends one."""
    for _ in range(NAME_WORDS + 1):
        found = _WORD.match(text, place)
        if found is None or found["word"] in _ENDS:
            return
        yield found["word"], found.end("word")
        if found["stop"].strip("*_`\"'"):
            return
        place = found.end("stop")


def _is_noun(word: str, known: RoleWords) -> bool:
    """Return whether a word ends the name of a role; "code-reviewer" does as "reviewer" does."""
    last = word.rpartition("-")[2].rpartition(":")[2]
    return bool({word, last} & (known.nouns | known.people))


def _is_role(name: list[str], known: RoleWords) -> bool:
    """Return whether the name says which role: by a person's noun, or by a word before an expert."""
    last = name[-1]
    rest = [word for word in name[:-1] if word not in known.no_role and word not in known.nouns]
    if rest:
        return True
    parts = last.split("-")
    return bool({last, parts[-1]} & known.people) or (len(parts) > 1 and parts[0] not in known.no_role)


@lru_cache(maxsize=10_000)
def role_key(name: str, known: RoleWords, common_words: frozenset[str]) -> frozenset[str]:
    """Return the words that tell a role from others; "code" and "developer" count where nothing else is left."""
    words = [word for word in name_words(name) if word not in known.nouns and word not in known.no_role]
    return frozenset(word for word in words if word not in common_words) or frozenset(words)


ROLE_PLAY = "role play"


def played_roles(suspicions: Suspicions) -> tuple[list[RolePlay], list[Misroute]]:
    """Return the roles that generalists were asked to play, and the delegations in which the role's agent was there."""
    groups: dict[tuple[str, str], list[tuple[Case, Role, str | None]]] = defaultdict(list)
    named = _by_role(suspicions)
    for case, role in _roles(suspicions.material):
        groups[case.delegation.agent_type, role.name].append((case, role, _played(role, case, named, suspicions)))
    found = [
        RolePlay(
            agent_type=agent,
            role=role_name,
            delegations=len(played),
            callable=sum(suggested is not None for _, _, suggested in played),
            suggested=next(iter(rates.ordered(Counter(name for _, _, name in played if name))), None),
            words=played[0][1].words,
            tool_use_ids=[case.delegation.tool_use_id for case, _, _ in played],
            callable_tool_use_ids=[case.delegation.tool_use_id for case, _, name in played if name is not None],
        )
        for (agent, role_name), played in groups.items()
    ]
    misroutes = [
        suspicions.misroute(case, ROLE_PLAY, suggested, [role.words])
        for played in groups.values()
        for case, role, suggested in played
        if suggested is not None
    ]
    return sorted(found, key=lambda play: (-play.delegations, play.agent_type, play.role)), misroutes


def _roles(material: Material) -> Iterator[tuple[Case, Role]]:
    """Yield the delegations to generalists whose prompt asks for a role."""
    for case in material.cases:
        if case.delegation.agent_type in material.rules.suspects:
            role = find_role(case.delegation.prompt, material.rules.role_words)
            if role:
                yield case, role


Named = Mapping[frozenset[str], Sequence[str]]
"""The agents by the words that tell a role from others."""


def _by_role(suspicions: Suspicions) -> Named:
    """Return the agents that a role can be matched with; a generalist is none."""
    rules = suspicions.material.rules
    found: dict[frozenset[str], list[str]] = defaultdict(list)
    for name in sorted(suspicions.descriptions):
        if name not in rules.generalists:
            found[role_key(name.rpartition(":")[2], rules.role_words, rules.common_words)].append(name)
    return {key: suspicions.most_used(names) for key, names in found.items()}


def _played(role: Role, case: Case, named: Named, suspicions: Suspicions) -> str | None:
    """Return the available agent with the name of the role, None without one."""
    rules = suspicions.material.rules
    key = role_key(role.name.rpartition(":")[2], rules.role_words, rules.common_words)
    return next((name for name in named.get(key, ()) if key and suspicions.could_have(name, case)), None)

"""Recognise shell commands that run tests or a build, by the rules of ``checks.toml``, in linear time."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

RULES = Path(__file__).with_suffix(".toml")
LONGEST_COMMAND = 50_000
"""Characters from the start of a command that are read."""
DEEPEST_SHELL = 3
"""Shells in shells (`bash -c "sh -c ..."`) that are looked into."""
MOST_WRAPPERS = 8
"""Wrappers, keywords and settings in front of one command."""

TASK, ANY, ANYWHERE, NOTHING = "TASK", "ANY", "...", "NOTHING"

# Quoted text, an escaped character, a comment, a separator, white space, other text. Each token takes what it looks at.
_TOKEN = re.compile(
    r"""(?P<single>'[^']*(?:'|\Z))|(?P<double>"(?:[^"\\]|\\.)*+(?:"|\\?\Z))|(?P<escape>\\.?)"""
    r"""|(?P<separator>[;&|()`\n])|(?P<space>[ \t\r]+)|(?P<redirect>[<>]+)|(?P<hash>\#)"""
    r"""|(?P<plain>[^'"\\;&|()`\n \t\r<>\#]+)""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([\"\\$`])")
_COMMENT = re.compile(r"[^\n]*")
_HEREDOC = re.compile(r"<<-?[ \t]{0,9}(['\"]?)([A-Za-z_]\w{0,99})\1")
_SETTING = re.compile(r"[A-Za-z_]\w*\+?=")
_PYTHON = re.compile(r"python[\d.]*")
_ENDINGS = (".exe", ".cmd", ".bat")
_CUTS = re.compile(r"[:.\-_/]")


class TaskNames(NamedTuple):
    """The names of tasks that run tests or a build."""

    names: frozenset[str]
    parts: frozenset[str]
    begin: tuple[str, ...]
    end: tuple[str, ...]
    never: frozenset[str]

    def has(self, name: str) -> bool:
        """Say whether a task's name says that it runs tests or a build."""
        name = name.lower()
        if name in self.names:
            return True
        parts = _CUTS.split(name)
        if not self.never.isdisjoint(parts):
            return False
        return any(word in self.parts or word.startswith(self.begin) or word.endswith(self.end) for word in parts)


class CheckRules(NamedTuple):
    """The rules: checks and wrappers by their program, and words that have a meaning."""

    checks: dict[str, list[tuple[str, ...]]]
    wrappers: dict[str, list[tuple[str, ...]]]
    shells: frozenset[str]
    keywords: frozenset[str]
    options_with_value: frozenset[str]
    idle: frozenset[str]
    tasks: TaskNames


@cache
def checks_known() -> CheckRules:
    """Return the rules of the file."""
    import tomllib  # noqa: PLC0415 - most starts need no rules

    raw = tomllib.loads(RULES.read_text(encoding="utf-8"))
    tasks = raw["tasks"]
    return CheckRules(
        checks=_by_program(raw["checks"]),
        wrappers=_by_program(raw["wrappers"]),
        shells=frozenset(raw["shells"]),
        keywords=frozenset(raw["keywords"]),
        options_with_value=frozenset(raw["options_with_value"]),
        idle=frozenset(raw["idle"]),
        tasks=TaskNames(
            frozenset(tasks["names"]),
            frozenset(tasks["parts"]),
            tuple(tasks["begin"]),
            tuple(tasks["end"]),
            frozenset(tasks["never"]),
        ),
    )


def _by_program(patterns: list[str]) -> dict[str, list[tuple[str, ...]]]:
    programs: dict[str, list[tuple[str, ...]]] = {}
    for pattern in patterns:
        program, *words = pattern.split()
        programs.setdefault(program, []).append(tuple(words))
    return programs


def check_in(command: str, depth: int = 0) -> str | None:
    """Return the program of the first test or build that a command runs; None if it runs none."""
    rules = checks_known()
    for said in simple_commands(command[:LONGEST_COMMAND]):
        words = _without_settings(said, rules)
        if not words:
            continue
        program = _program(words[0])
        if program in rules.shells and depth < DEEPEST_SHELL and (inner := _text_of_shell(words)) is not None:
            found = check_in(inner, depth + 1)
        else:
            found = _check(words, rules, MOST_WRAPPERS)
        if found is not None:
            return found
    return None


def simple_commands(command: str) -> Iterator[list[str]]:
    """Yield the words of each command between two separators of the shell, without quotes, comments and heredocs."""
    words: list[str] = []
    word: str | None = None
    is_file = False  # the word is where the output goes
    text, position = _without_heredocs(command), 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token is not None  # noqa: S101 - every character begins a token
        kind, said, position = token.lastgroup, token[0], token.end()
        if kind == "hash" and word is None:
            position = _COMMENT.match(text, position).end()  # type: ignore[union-attr]  # matches anything
        elif kind in ("space", "separator", "redirect") or said == "\\\n":
            if word is not None and not is_file and not (kind == "redirect" and word.isdigit()):
                words.append(word)
            is_file = kind == "redirect" or (is_file and word is None and kind == "space")
            word = None
            if kind == "separator":
                yield words
                words = []
        elif kind == "single":
            word = (word or "") + said[1:].removesuffix("'")
        elif kind == "double":
            word = (word or "") + _ESCAPED.sub(r"\1", said[1:].removesuffix('"'))
        else:
            word = (word or "") + (said[1:] if kind == "escape" else said)
    if word is not None and not is_file:
        words.append(word)
    yield words


def _without_heredocs(command: str) -> str:
    """Return a command without the texts that it gives to programs in its own lines."""
    # cat > notes.md <<'EOF'
    # Run make test.
    # EOF
    if "<<" not in command:
        return command
    kept: list[str] = []
    ends: list[str] = []
    for line in command.split("\n"):
        if ends:
            if line.strip() == ends[0]:
                ends.pop(0)
            continue
        kept.append(line)
        ends = [heredoc[2] for heredoc in _HEREDOC.finditer(line)]
    return "\n".join(kept)


def _program(word: str) -> str:
    """Return the name by which a program is known: the file's name, without version and ending."""
    name = re.split(r"[/\\]", word)[-1]
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return "python" if _PYTHON.fullmatch(name) else name


def _without_settings(words: Sequence[str], rules: CheckRules) -> Sequence[str]:
    """Return words without the settings, keywords and options in front of them."""
    start = 0
    while start < len(words) and (words[start] in rules.keywords or _SETTING.match(words[start])):
        start += 1
    return words[start:]


def _text_of_shell(words: Sequence[str]) -> str | None:
    """Return the command that a shell is given as text; None if it is given none."""
    # bash -lc "cd app && pytest"
    for place, word in enumerate(words[1:-1], 1):
        if not word.startswith("-"):
            return None
        if not word.startswith("--") and word.endswith("c"):
            return words[place + 1]
    return None


def _check(words: Sequence[str], rules: CheckRules, wrappers: int) -> str | None:
    """Return the program of the check that the words of one command are; None if they are none."""
    words = _without_settings(words, rules)
    if not words:
        return None
    program = _program(words[0])
    matched = (_after(pattern, words, rules) for pattern in rules.checks.get(program, ()))
    if any(rest is not None for rest in matched):
        return None if not rules.idle.isdisjoint(words) else program
    for pattern in rules.wrappers.get(program, ()) if wrappers else ():
        if (rest := _after(pattern, words, rules)) is not None:
            return _check(_without_options(rest, rules), rules, wrappers - 1)
    return None


def _after(pattern: Sequence[str], words: Sequence[str], rules: CheckRules) -> Sequence[str] | None:
    """Return the words behind those of a pattern; None if they do not match it."""
    rest = words[1:]
    anywhere = ANYWHERE in pattern
    for wanted in pattern:
        if wanted == ANYWHERE:
            continue
        if wanted == NOTHING:
            return [] if all(_SETTING.match(word) for word in _plain_words(rest, rules)) else None
        if anywhere:
            named = (word == wanted or (wanted == TASK and rules.tasks.has(word)) for word in _plain_words(rest, rules))
            return rest if any(named) else None
        if not rest or rest[0] != wanted:
            rest = _without_options(rest, rules)
        if not rest or not (wanted in (ANY, rest[0]) or (wanted == TASK and rules.tasks.has(rest[0]))):
            return None
        rest = rest[1:]
    return rest


def _without_options(words: Sequence[str], rules: CheckRules) -> Sequence[str]:
    """Return words without the options in front of them."""
    start = 0
    while start < len(words) and words[start].startswith("-"):
        start += 2 if words[start] in rules.options_with_value else 1
    return words[start:]


def _plain_words(words: Sequence[str], rules: CheckRules) -> Iterator[str]:
    """Yield the words that are no options and no values of options."""
    is_value = False
    for word in words:
        if not is_value and not word.startswith("-"):
            yield word
        is_value = not is_value and word in rules.options_with_value

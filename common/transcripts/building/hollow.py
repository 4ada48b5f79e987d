"""Hollow results: the rules for results that did no work, and the function that applies them.

The rules are data: each is a kind, the part of the text that it searches, a pattern, and a note of what it was measured
on. Each pattern has a bound, so that a search takes time in proportion to the text.
"""

import re
from functools import cache
from typing import Literal, NamedTuple

from common.records.sessions import ResultKind

HEAD_LENGTH = 300
"""Characters from the start of a result in which an agent refuses or breaks off its task."""
PLACEHOLDER_LENGTH = 120
"""Characters of the longest placeholder; a longer text in brackets says something."""

Part = Literal["whole", "head", "text", "prose"]
"""A short result as a whole; the head of a result; all of it; all of it without code blocks."""


class HollowRule(NamedTuple):
    """A pattern that makes a result hollow, and what it was measured on."""

    kind: ResultKind
    part: Part
    words: str
    note: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern; it is compiled when a result is first held against it, not at every start."""
        return _compiled(self.words)


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_EMPTY_MEASURED = "2 of 2 flagged results were right, of 486 completed delegations"
_UNABLE_MEASURED = "2 of 3 flagged results were right, of 486 completed delegations"
_INVENTED_MEASURED = "21 of 21 flagged results were right, of 486 completed delegations"
_LIKE_MEASURED = "the same sense in other words; in none of the measured results"

# (no content)    (Some tool calls omitted for brevity)    (Subagent completed but returned no output.)
_WORD = r"[\w'\u2019-]{1,20}"
_WHAT = r"(?:content|output|result|response|reply|answer|report|summary|text|message|tool (?:calls|uses|output))"
_PLACEHOLDER = "|".join((
    rf"(?:none|null|nothing|empty|blank|n/a|tbd|todo|placeholder|\.\.\.|…)(?: {_WHAT})?",
    rf"(?:no|missing) (?:{_WORD} ){{0,2}}{_WHAT}(?: (?:was |is )?(?:available|given|produced|provided|returned))?",
    rf"(?:{_WORD} ){{0,3}}{_WHAT} (?:(?:was|were|is|are) )?(?:omitted|elided|left out)(?: for [\w -]{{1,40}})?",
    rf"(?:sub)?agent (?:completed|finished|ended|stopped)(?: {_WORD}){{0,3}} (?:no|without)(?: {_WORD})? {_WHAT}",
    rf"(?:insert|add|put|write) (?:{_WORD} ){{1,4}}here|(?:{_WORD} ){{0,3}}{_WHAT} (?:goes|would go) here",
))  # fmt: skip

# I'm unable to proceed: ...    Cannot proceed without ...    I cannot complete this task because ...
_NO_QUOTE = r"(?<![\"'`“\u2018«\w])"
_CANNOT = r"(?:cannot|can not|can['\u2019]t|unable to|not able to)"
_I_CANNOT = rf"{_NO_QUOTE}I(?: am|['\u2019]m)? (?:(?:currently|therefore|simply|still|now) )?{_CANNOT}"
_AT_THE_START = r"(?:\A[^\w\"'`]{0,6}|\n[#>*_ \t]{0,6}(?<!\* )|(?<!rror)[.!?:]\*{0,2} )"  # no item of a list, no error
_NOT_TO_SAVE = r"(?! (?:with|to) (?:writ|sav|creat|stor|edit|updat)(?:e|ing)\b)"
_TASK = r"(?:task|request|work|review|analysis|investigation|implementation|assignment)"

# <bash>ls</bash>    <Read file_path="a.py">    \u2039invoke name="Grep"\u203a
_OPEN, _CLOSE = r"[<\u2039]", r"[>\u203a]"
_TAG = rf"(?<![\w`.]){_OPEN}(?:antml:)?"  # no generic type such as Promise<Task>, and no name of a tag in code
_MARKUP = r"(?:bash|edit_file|function_calls|invoke|claude_thinking)"
_TOOL = (
    r"(?:task|agent|bash|read|write|edit|multiedit|notebookedit|glob|grep|ls|webfetch|websearch|todowrite|exitplanmode"
    r"|bashoutput|killshell|taskoutput|taskstop)"
)
_ARGUMENT = (
    r"(?:file_path|notebook_path|path|command|pattern|url|query|prompt|description|subagent_type|todos|plan|content"
    r"|old_string|bash_id|shell_id|task_id)"
)
_IN_TAG = rf"\s{{1,20}}{_ARGUMENT}\s?="
_AFTER_TAG = rf"{_CLOSE}\s{{0,20}}(?:{_OPEN}{_ARGUMENT}{_CLOSE}|\{{\s{{0,20}}\"{_ARGUMENT}\")"

# Let me first examine the code.    Now I'll run the tests.
_LEAD = r"(?:(?:now|first|next|then|great|perfect|excellent|okay|ok|so)\b[,.!]?\s{1,3}){0,3}"
_SENTENCE = rf"(?:\A|\n|(?<![0-9])[.!?:…])[ \t]{{0,3}}{_LEAD}"
_I_WILL = r"I(?:['\u2019]ll| will)(?: now| also| first| then| next)?"
_STARTING = r"(?:let me|I['\u2019]ll|I will) (?:first|start by|begin by)"
_LOOKING = (
    r"(?:examin(?:e|ing)|explor(?:e|ing)|read(?:ing)?|search(?:ing)?|inspect(?:ing)?|scan(?:ning)?|run(?:ning)?"
    r"|look(?:ing)? (?:at|through))"
)
_NO_CALL = r"(?! (?:through|you|down|over|into|out|short|with|the numbers)\b)"
_NO_CONDITION = r"(?![^.!?\n]{0,200}\b(?:if|once|when|after|unless|as soon as) (?:you|I|the user)\b)"

RULES: tuple[HollowRule, ...] = (
    HollowRule("empty", "whole", "", _EMPTY_MEASURED),
    HollowRule("empty", "whole", rf"\((?:{_PLACEHOLDER})[.!]?\)|\[(?:{_PLACEHOLDER})[.!]?\]", _EMPTY_MEASURED),
    HollowRule(
        "unable",
        "head",
        rf"{_NO_QUOTE}I must stop"
        r"(?: (?:here|now|and|because|before|at this point|this task|the task)\b|\s?[.,:;!(–—-]|\Z)",
        _UNABLE_MEASURED,
    ),
    HollowRule("unable", "head", rf"{_I_CANNOT} (?:proceed|continue)\b{_NOT_TO_SAVE}", _UNABLE_MEASURED),
    HollowRule("unable", "head", rf"{_AT_THE_START}{_CANNOT} proceed\b{_NOT_TO_SAVE}", _UNABLE_MEASURED),
    HollowRule("unable", "head", rf"\b(?:this|the|your|my) {_TASK} {_CANNOT} (?:proceed|continue)\b", _LIKE_MEASURED),
    HollowRule(
        "unable",
        "head",
        rf"{_I_CANNOT} (?:complete|perform|carry out|do|help with|assist with)"
        rf" (?:this|that|the|your) (?:[a-z]{{1,12}} )?{_TASK}\b(?! of\b)",
        _LIKE_MEASURED,
    ),
    HollowRule("unable", "head", rf"{_NO_QUOTE}I (?:must|have to) (?:decline|refuse)\b", _LIKE_MEASURED),
    HollowRule("invented", "text", rf"{_TAG}{_MARKUP}(?:{_CLOSE}|\s)", _INVENTED_MEASURED),
    HollowRule("invented", "text", rf"(?:\A|\n)[ \t>*-]{{0,8}}{_OPEN}(?:task|agent){_CLOSE}", _INVENTED_MEASURED),
    HollowRule("invented", "text", rf"(?<!`){_OPEN}/(?:antml:)?(?:{_TOOL}|{_MARKUP}){_CLOSE}", _INVENTED_MEASURED),
    HollowRule("invented", "text", rf"{_TAG}{_TOOL}(?:{_IN_TAG}|{_AFTER_TAG})", _INVENTED_MEASURED),
    HollowRule("invented", "text", rf"{_TAG}(?:(?:read|write|create|delete)_file{_CLOSE}|mcp__\w)", _LIKE_MEASURED),
    HollowRule("invented", "prose", rf"{_SENTENCE}{_STARTING} {_LOOKING}{_NO_CALL}{_NO_CONDITION}", _INVENTED_MEASURED),
    HollowRule("invented", "prose", rf"{_SENTENCE}{_I_WILL} run\b{_NO_CALL}{_NO_CONDITION}", _INVENTED_MEASURED),
)


def result_kind(text: str, tool_calls: int | None) -> ResultKind:
    """Return the kind of a completed delegation's result; the first rule that fits decides.

    `text` is the agent's own, without what Claude Code puts around it. A result is invented only if the agent is known
    to have called no tool: never if `tool_calls` is None.
    """
    text = text.strip()
    for rule in RULES:
        if (rule.kind != "invented" or tool_calls == 0) and _fits(rule, text):
            return rule.kind
    return "report"


def _fits(rule: HollowRule, text: str) -> bool:
    if rule.part == "whole":
        return len(text) <= PLACEHOLDER_LENGTH and rule.pattern.fullmatch(text) is not None
    if rule.part == "head":
        return rule.pattern.search(text, 0, HEAD_LENGTH) is not None
    return rule.pattern.search(_without_code_blocks(text) if rule.part == "prose" else text) is not None


_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})([^`]*)")


def _without_code_blocks(text: str) -> str:
    """Return a text without its fenced code; a fence that is never closed goes on to the end."""
    kept, fence = [], ""
    for line in text.split("\n"):
        found = _FENCE.fullmatch(line)
        if found is None:
            if not fence:
                kept.append(line)
        elif not fence:
            fence = found[1]
        elif found[1].startswith(fence) and not found[2].strip():
            fence = ""
    return "\n".join(kept)

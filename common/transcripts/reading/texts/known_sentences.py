"""The sentences of Claude Code that decide what became of a piece of work: their tables."""

from typing import Literal, NamedTuple

Meaning = Literal[
    "interrupted", "cancelled", "sibling_failed", "refused", "plan_refused", "denied", "hook", "auto_mode",
    "unknown_type", "no_tool", "no_result", "turn_limit", "limit", "api_error", "launched", "own_fork", "not_stopped",
    "waiting", "no_record", "stopped_by_user", "stopped_by_model",
]  # fmt: skip


class KnownSentence(NamedTuple):
    """A sentence: what it means, its regular expression, an example, and a version in which it was seen, if any.

    The expression must match at the start of a text, behind white space, `<tool_use_error>` and `Error:`. A typographic
    apostrophe counts as a plain one. Repetitions are bounded, so that no text takes long.
    """

    meaning: Meaning
    pattern: str
    example: str
    since: str


TABLE = tuple(KnownSentence(*row) for row in (
    ("interrupted", r"\[Request interrupted by user", "[Request interrupted by user for tool use]", "1.0.17"),
    ("cancelled", r"(?:The user )?doesn't want to take this action right now",
     "The user doesn't want to take this action right now. STOP what you are doing", "1.0.17"),
    ("sibling_failed", r"Sibling tool call errored", "Sibling tool call errored", "2.1.39"),
    ("sibling_failed", r"Cancelled: parallel tool call\b",
     "Cancelled: parallel tool call Bash(ls) errored", "2.1.110"),
    ("refused", r"The user doesn't want to proceed with this tool use",
     "The user doesn't want to proceed with this tool use. The tool use was rejected", "1.0.17"),
    ("refused", r"User rejected tool use", "User rejected tool use", "–"),
    ("plan_refused", r"The agent proposed a plan that was rejected by the user",
     "The agent proposed a plan that was rejected by the user. The user chose", "1.0.5x"),
    ("denied", r"Permission to use [^\n]{1,300}? (?:has been|was) denied",
     "Permission to use Agent has been denied.", "–"),
    ("denied", r"Permission for this (?:action|tool use) (?:has been|was) denied",
     "Permission for this tool use was denied. The tool use was rejected", "2.1.172"),
    ("denied", r"Agent type '(?s:.{0,1000}?)' has been denied by permission rule",
     "Agent type 'Explore' has been denied by permission rule 'Agent(Explore)' from userSettings.", "2.1.205"),
    ("hook", r"(?:Hook )?PreToolUse:(?:Agent|Task|Callback)\b",
     "PreToolUse:Agent hook error: [check.py]: no review before the tests are green", "–"),
    ("denied", r"Claude requested permissions to use [^\n]{1,300}?, but you haven't granted it",
     "Claude requested permissions to use Agent, but you haven't granted it yet.", "2.1.300"),
    ("auto_mode", r"Auto mode is unavailable", "Auto mode is unavailable: the model is overloaded", "–"),
    ("auto_mode", r"Auto mode could not (?:evaluate|review)\b",
     "Auto mode could not evaluate this action and is blocking it for safety", "2.1.281"),
    ("auto_mode",
     r"\S{1,300} is temporarily unavailable, so auto mode cannot determine the safety of",
     "claude-opus-4-8[1m] is temporarily unavailable, so auto mode cannot determine the safety of Agent.", "–"),
    ("auto_mode", r"The server-side auto mode classifier gave no verdict",
     "The server-side auto mode classifier gave no verdict (error), so auto mode cannot determine the safety.", "–"),
    ("auto_mode", r"Auto mode classifier transcript exceeded context window",
     "Auto mode classifier transcript exceeded context window", "–"),
    ("unknown_type", r"Agent type '(?s:.{0,1900}?)' not found",
     "Agent type 'explroe' not found. Available agents: Explore, Plan", "2.1.205"),
    ("no_tool", r"No such tool available: (?:Agent|Task)\b",
     "No such tool available: Agent. Agent is not among the tools available here.", "2.1.205"),
    ("no_tool", r"Teammates cannot spawn other teammates",
     "Teammates cannot spawn other teammates — the team roster is flat.", "2.1.300"),
    ("no_tool", r"Subagent nesting limit reached",
     "Subagent nesting limit reached (depth 3 of 3). Complete this task directly using your tools", "–"),
    ("no_result", r"\[Tool result missing due to internal error\]",
     "[Tool result missing due to internal error]", "–"),
    ("turn_limit", r"NOTE: this agent stopped at its \d{1,9}-turn limit",
     "NOTE: this agent stopped at its 3-turn limit before finishing.", "2.1.332"),
    ("limit", r"You(?:'ve| have) (?:hit|reached) your (?:[^\n]{1,60}? )?limit\b",
     "You've hit your org's monthly spend limit · run /usage-credits", "2.1.32"),
    ("limit", r"Claude (?:AI )?usage limit reached", "Claude AI usage limit reached", "–"),
    ("limit",
     r"(?:Session|Weekly|Monthly|Usage|Spend|Rate|(?:Opus|Sonnet|Haiku|Fable)(?: weekly)?|5-hour) limit reached",
     "Session limit reached ∙ resets 8pm", "–"),
    ("limit", r"Concurrent subagent limit reached",
     "Concurrent subagent limit reached. You can run 20 subagents at once.", "2.1.300"),
    ("limit", r"You're out of extra usage", "You're out of extra usage · resets 9am", "–"),
    ("limit", r"Credit balance is too low", "Credit balance is too low", "–"),
    ("limit", r"API Error(?::| \()\s{0,3}(?:429\b|Rate limit)", "API Error: Rate limit reached", "–"),
    ("limit", r"API Error: Request rejected \(429\)",
     "API Error: Request rejected (429) · Too many requests", "2.1.205"),
    ("limit",
     (r"API Error(?::| \()[^\n]{0,300}?"
     r"(?:rate_limit_error|temporarily limiting requests|out of extra usage|[Cc]redit balance is too low)"),
     "API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited", "–"),
    ("api_error", r"API Error(?::| \()", 'API Error: 529 {"type":"error"}', "2.1.159"),
    ("api_error", r"Prompt is too long", "Prompt is too long", "–"),
    ("api_error", r"Invalid API key", "Invalid API key · Please run /login", "–"),
    ("api_error", r"(?:Not logged in|Login expired|OAuth token (?:revoked|has expired)) ·",
     "Login expired · Please run /login", "–"),
    ("api_error", r"(?:This organization|Your organization) has (?:been )?disabled\b",
     "Your organization has disabled Claude subscription access", "–"),
    ("api_error", r"There's an issue with the selected model",
     "There's an issue with the selected model (claude-x). It may not exist or you may not have access to it.", "–"),
    ("api_error", r"(?:Server error mid-response|Connection closed mid-response|Response stalled mid-stream)\.",
     "Connection closed mid-response. The response above may be incomplete.", "–"),
    ("api_error", r"Claude's response exceeded the \d{1,9} output token maximum",
     "Claude's response exceeded the 32000 output token maximum.", "–"),
    ("api_error", r"Agent terminated early due to an API error",
     "Agent terminated early due to an API error: API Error: 500", "2.1.199"),
    ("launched", r"Async agent launched", "Async agent launched successfully.", "2.0.6x"),
    ("launched", r"Spawned successfully", "Spawned successfully.", "2.1.205"),
    ("launched", r"Cloud agent launched", "Cloud agent launched.", "–"),
    ("launched", r"Remote (?:\(Cloud\) )?agent launched", "Remote (Cloud) agent launched.", "2.1.205"),
    ("own_fork", r"Fork started\b[^\n]{0,20}\bthat fork is you", "Fork started — that fork is you.", "2.1.332"),
    ("not_stopped", r"Task [^\n]{1,300}? is not running\b",
     "Task a1 is not running (status: completed)", "2.1.205"),
    ("not_stopped", r"The main session, the user or the agent itself can stop task",
     "The main session, the user or the agent itself can stop task a1; you cannot.", "2.1.332"),
    ("not_stopped", r"Task [^\n]{1,300}? is owned by\b", "Task a1 is owned by another agent.", "2.1.332"),
    ("not_stopped", r"No task found with ID\b", "No task found with ID: a1", "–"),
    ("no_record", r"No completion record was found",
     'No completion record was found for background agent "x" from the previous session.', "2.1.205"),
))  # fmt: skip

ENDINGS = tuple(KnownSentence(*row) for row in (
    ("waiting", r"is waiting on its own background work[.\s]{0,9}\Z",
     'Agent "x" is waiting on its own background work', "2.1.263"),
    ("no_record", r"\" didn't finish before the previous session ended[.\s]{0,9}\Z",
     'Background agent "x" didn\'t finish before the previous session ended', "2.1.332"),
    ("turn_limit", r"\b\d{1,9}-turn limit\b", 'Agent "x" stopped at its 3-turn limit', "2.1.332"),
    ("stopped_by_user", r'" was stopped by (?:the )?user\b', 'Agent "x" was stopped by user', "2.1.178"),
    ("stopped_by_model", r'" was stopped by Claude\b', 'Agent "x" was stopped by Claude', "2.1.178"),
))  # fmt: skip
"""Sentences in the summary of a notification, which begins with the description of the work."""

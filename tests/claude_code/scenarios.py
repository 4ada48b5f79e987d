"""The scenarios, each with the truth about its delegations by the name of the script that was delegated."""

from __future__ import annotations

from dataclasses import replace

from tests.claude_code.scripts import (
    END,
    MAIN,
    NEVER,
    Failure,
    Reply,
    Scenario,
    Start,
    Words,
    at_once,
    background,
    bash,
    delegate,
    script,
    send,
    stop,
)
from tests.claude_code.truth import BACKGROUND, FAILED, FAILED_BEHIND, INTERRUPTED, NEVER_BEGUN, Truth

AT_WILL = Start().arguments
HOOK = """import json, sys
if "second" in json.load(sys.stdin)["tool_input"]["description"]:
    sys.exit("not this one")
"""
HOOKED = {"matcher": "Agent", "hooks": [{"type": "command", "command": "python3 ~/hook.py || exit 2"}]}
NEVER_SAID = Reply(("Never said.",), after=NEVER)
REFUSED = Failure(400, "invalid_request_error", "The stand-in refuses")
OVERLOADED = Failure(529, "overloaded_error", "Overloaded")
TOO_MANY = Failure(429, "rate_limit_error", "Too many requests")
LIMIT = Failure(
    429,
    "rate_limit_error",
    "The limit is reached",
    {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-representative-claim": "five_hour",
        "anthropic-ratelimit-unified-reset": "4000000000",
    },
)
BEDROCK = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
ADVISOR = "claude-opus-4-8"
ADVICE = {"type": "advisor_message", "model": ADVISOR, "input_tokens": 700, "output_tokens": 80}
INLINE = {"CLAUDE_CODE_FORK_SUBAGENT": "0", "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1"}
"""What makes agents run in the foreground at a terminal."""
CHOOSE_THE_AGENT = (Words("to manage"), "Down", Words("to select"), "Down", Words("x to stop"))
MARKUP = '<function_calls>\n<invoke name="Bash">ls</invoke>\n</function_calls>'

SCENARIOS: dict[str, Scenario] = {
    "a hook refuses one of three": Scenario(
        about="Three agents start at once; a hook refuses the second.",
        settings={"hooks": {"PreToolUse": [HOOKED]}},
        files={"hook.py": HOOK},
        scripts={
            MAIN: script(at_once(delegate("first"), delegate("second"), delegate("third", subagent_type="Explore"))),
            "first": script(bash("echo 1"), "The first report."),
            "second": script("It never begins."),
            "third": script("The third report."),
        },
        truth={
            "first": Truth(result="The first report.", messages=2),
            "second": replace(NEVER_BEGUN, result="PreToolUse:Agent hook error"),
            "third": Truth(result="The third report.", agent_type="Explore"),
        },
    ),
    "a rule takes the tool away": Scenario(
        about="The settings deny the tool itself, so it is not offered; the model calls it all the same.",
        settings={"permissions": {"deny": ["Agent"]}},
        scripts={MAIN: script(delegate("denied")), "denied": script("It never begins.")},
        truth={"denied": replace(NEVER_BEGUN, outcome="not_started", cause="name", result="<tool_use_error>")},
    ),
    "auto mode cannot check": Scenario(
        about="In auto mode the check of the call cannot be made, so the call is refused.",
        starts=(Start(arguments=("--permission-mode", "auto")),),
        scripts={MAIN: script(delegate("unchecked")), "unchecked": script("It never begins.")},
        truth={"unchecked": replace(NEVER_BEGUN, result="Auto mode is unavailable")},
    ),
    "orphans in the background": Scenario(
        about="Background agents three deep; each ends before the ones that it started, and one of these fails.",
        scripts={
            MAIN: script(background("outer"), "Waiting."),
            "outer": script(background("middle"), "Not waiting for the middle."),
            # the main thread hears of each end in a turn of its own
            "middle": script(
                at_once(background("dies"), background("lives")), Reply(("Not waiting either.",), after=(MAIN, 2))
            ),
            "dies": script(bash("echo 1"), replace(REFUSED, after=(MAIN, 3))),
            "lives": script(bash("echo 2"), Reply(("Alive.",), after=(MAIN, 3))),
        },
        truth={
            "outer": replace(BACKGROUND, result="Not waiting for", messages=2),
            "middle": replace(BACKGROUND, result="Not waiting either.", messages=2, caller="outer", depth=2),
            "dies": replace(FAILED_BEHIND, caller="middle", depth=3),
            "lives": replace(BACKGROUND, result="Alive.", messages=2, caller="middle", depth=3),
        },
    ),
    "resumed twice": Scenario(
        about="A background agent reports and is sent two more messages, one after each report.",
        scripts={
            MAIN: script(
                background("thrice", name="worker"),
                "Waiting.",
                send("worker", "second stretch"),
                "Waiting again.",
                send("worker", "third stretch"),
            ),
            "thrice": script(bash("echo 1"), "The first report."),
            "second stretch": script(bash("echo 2"), "The second report."),
            "third stretch": script("The third report."),
        },
        truth={"thrice": replace(BACKGROUND, result="The third report.", messages=5)},
    ),
    "resumed to die": Scenario(
        about="A background agent reports, is resumed, and fails at the API.",
        scripts={
            MAIN: script(background("reports first", name="worker"), "Waiting.", send("worker", "second stretch")),
            "reports first": script("The only report."),
            "second stretch": script(bash("echo 2"), REFUSED),
        },
        truth={"reports first": replace(FAILED_BEHIND, messages=3)},
    ),
    "stopped by name": Scenario(
        about="The model stops a background agent by its name while it works.",
        scripts={
            MAIN: script(background("long", name="worker"), Reply((stop("worker"),), after=("long", 1)), "Stopped."),
            "long": script(bash("echo 1"), NEVER_SAID),
        },
        truth={"long": replace(BACKGROUND, outcome="killed", cause="parent", result_kind=None)},
    ),
    "hollow results": Scenario(
        about="Agents that return nothing, one placeholder, a refusal, or calls that they never made.",
        scripts={
            MAIN: script(at_once(*map(delegate, ("nothing", "placeholder", "unable", "invented")))),
            "nothing": script(bash("echo 1"), Reply(()), Reply(())),  # the client asks once more
            "placeholder": script(bash("echo 1"), "(no output)"),
            "unable": script(bash("echo 1"), "I'm unable to proceed: the file is not there."),
            "invented": script(f"I looked.\n{MARKUP}\nAll tests pass."),
        },
        truth={
            "nothing": Truth(result="", result_kind="empty"),
            "placeholder": Truth(result="(no output)", result_kind="empty", messages=2),
            "unable": Truth(result="I'm unable to proceed", result_kind="unable", messages=2),
            "invented": Truth(result="I looked.", result_kind="invented"),
        },
    ),
    "a gateway numbers anew": Scenario(
        about="Every message has the same id, and the ids of calls begin anew in each message.",
        ids="repeated",
        scripts={
            MAIN: script(at_once(delegate("one"), delegate("two")), delegate("three"), "Thanks."),
            "one": script(bash("echo 1"), "Report one."),
            "two": script(bash("echo 2"), bash("echo 3"), "Report two."),
            "three": script("Report three."),
        },
        truth={
            "one": Truth(result="Report one.", messages=2),
            "two": Truth(result="Report two.", messages=3),
            "three": Truth(result="Report three."),
        },
    ),
    "the API fails": Scenario(
        about="Agents whose last line is an error of the API: overloaded, too many requests, refused, too long.",
        scripts={
            MAIN: script(
                at_once(
                    *map(background, ("overloaded", "too many behind")),
                    *map(delegate, ("too many", "flagged", "endless")),
                )
            ),
            "overloaded": script(bash("echo 1"), OVERLOADED),
            "too many behind": script(bash("echo 1"), TOO_MANY),
            "too many": script(bash("echo 1"), TOO_MANY),
            "flagged": script(bash("echo 1"), *[Reply(("I",), stop_reason="refusal")] * 2),
            "endless": script(bash("echo 1"), *[Reply(("Half a",), stop_reason="max_tokens")] * 4),
        },
        truth={
            "overloaded": FAILED_BEHIND,
            "too many behind": replace(FAILED_BEHIND, cause="limit"),
            "too many": replace(FAILED, cause="limit"),
            "flagged": replace(FAILED, messages=4),
            "endless": replace(FAILED, messages=6),
        },
    ),
    "a subscription is used up": Scenario(
        about="The limit of a subscription is reached, as the headers of the API say, before and behind.",
        environment={"ANTHROPIC_API_KEY": "", "CLAUDE_CODE_OAUTH_TOKEN": "no-token-but-a-word-of-the-stand-in"},
        scripts={
            MAIN: script(at_once(background("behind"), delegate("before"))),
            "behind": script(bash("echo 1"), LIMIT),
            "before": script(bash("echo 1"), LIMIT),
        },
        truth={
            "behind": replace(FAILED_BEHIND, cause="limit"),
            "before": replace(FAILED, cause="limit"),
        },
    ),
    "an advisor is paid for": Scenario(
        about="A message on Bedrock whose `usage.iterations` has the call of an advisor, with its own model.",
        starts=(Start(arguments=(*AT_WILL, "--model", BEDROCK)),),
        scripts={
            MAIN: script(delegate("advised")),
            "advised": script(Reply((bash("echo 1"),), iterations=({"type": "message"}, ADVICE)), "Advised."),
        },
        truth={"advised": Truth(result="Advised.", messages=2, models=(ADVISOR, BEDROCK))},
    ),
    "in a worktree": Scenario(
        about="A session in a worktree of its own, made by the client.",
        starts=(Start(arguments=(*AT_WILL, "--worktree", "side")),),
        cwd="work/.claude/worktrees/side",
        scripts={MAIN: script(delegate("aside")), "aside": script(bash("pwd"), "The report from the worktree.")},
        truth={"aside": Truth(result="The report from the worktree.", messages=2)},
    ),
    "left behind": Scenario(
        about="The client is killed while a background agent works, and the session goes on later.",
        starts=(
            Start(killed_at=("left", 1), killed_after=("Not waiting.", "echo 1")),
            Start(script="later", arguments=(*AT_WILL, "--continue")),
        ),
        scripts={
            MAIN: script(background("left"), "Not waiting."),
            "left": script(bash("echo 1"), NEVER_SAID),
            "later": script("Going on.", "So be it."),
        },
        truth={"left": Truth(result=None, answer="async", outcome="unreported", result_kind=None)},
    ),
    "one press of Esc": Scenario(
        about="The user presses Esc while two agents work in the foreground.",
        environment=INLINE,
        starts=(Start(keys=(("this", 1), ("that", 1), "Escape", Words("[Request interrupted by user for tool use]"))),),
        scripts={
            MAIN: script(at_once(delegate("this"), delegate("that"))),
            "this": script(bash("echo 1"), NEVER_SAID),
            "that": script(bash("echo 2"), NEVER_SAID),
        },
        truth={
            "this": replace(INTERRUPTED, press="this"),
            "that": replace(INTERRUPTED, press="this"),
        },
    ),
    "the user kills": Scenario(
        about="The user chooses a background agent in the list below the prompt and stops it.",
        starts=(Start(keys=(("unwanted", 1), *CHOOSE_THE_AGENT, "x", Words(END))),),
        scripts={
            MAIN: script(background("unwanted"), "Waiting."),
            "unwanted": script(bash("echo 1"), NEVER_SAID),
        },
        truth={"unwanted": replace(BACKGROUND, outcome="killed", cause="user", result_kind=None)},
    ),
}

"""The agents of the sample: their definitions, and how each of them works."""

from dataclasses import dataclass

OPUS, SONNET, HAIKU = "claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5-20251001"


@dataclass(frozen=True, slots=True)
class Habit:
    """How an agent works: success in each of the three periods, tool calls, seconds and context of a run."""

    model: str
    success: tuple[float, float, float]
    steps: tuple[int, int]
    seconds: tuple[int, int]
    context: tuple[int, int]


HABITS: dict[str, Habit] = {
    "general-purpose": Habit(OPUS, (0.38, 0.42, 0.46), (1, 3), (180, 1100), (30_000, 90_000)),
    "Explore": Habit(HAIKU, (0.97, 0.97, 0.97), (1, 2), (25, 110), (9_000, 24_000)),
    "Plan": Habit(OPUS, (0.92, 0.90, 0.93), (1, 1), (70, 260), (18_000, 45_000)),
    "architect": Habit(OPUS, (0.78, 0.76, 0.80), (1, 2), (120, 480), (30_000, 70_000)),
    "api-designer": Habit(SONNET, (0.95, 0.95, 0.95), (1, 2), (80, 240), (18_000, 40_000)),
    "developer": Habit(SONNET, (0.54, 0.86, 0.92), (1, 3), (150, 780), (24_000, 70_000)),
    "code-reviewer": Habit(SONNET, (0.96, 0.96, 0.97), (1, 2), (60, 240), (16_000, 42_000)),
    "test-writer": Habit(SONNET, (0.86, 0.88, 0.90), (1, 2), (110, 420), (18_000, 50_000)),
    "debugger": Habit(OPUS, (0.62, 0.76, 0.80), (1, 3), (160, 900), (28_000, 80_000)),
    "doc-writer": Habit(HAIKU, (0.98, 0.97, 0.98), (1, 2), (40, 150), (8_000, 22_000)),
    "refactoring-expert": Habit(SONNET, (0.84, 0.85, 0.86), (1, 3), (140, 600), (22_000, 60_000)),
    "performance-analyst": Habit(OPUS, (0.75, 0.75, 0.75), (1, 3), (200, 700), (30_000, 70_000)),
    "changelog-writer": Habit(HAIKU, (0.0, 0.0, 0.0), (1, 1), (10, 40), (8_000, 12_000)),
    "qa-helper": Habit(HAIKU, (0.5, 0.5, 0.5), (1, 2), (30, 120), (9_000, 20_000)),
    "claude-code-guide": Habit(HAIKU, (1.0, 1.0, 1.0), (1, 1), (20, 60), (9_000, 16_000)),
    "git-helper": Habit(HAIKU, (0.0, 0.0, 0.0), (1, 1), (10, 30), (8_000, 12_000)),
}

_TEXTS: dict[str, tuple[str, str, str]] = {
    "architect": (
        "Designs how a larger feature fits into what is there. Use before work that touches several modules.",
        "Read, Grep, Glob",
        "Name the modules that change, the data that crosses between them, and what can go wrong. Write no code.",
    ),
    "api-designer": (
        "Designs the public interface of a feature: routes, types, errors. Use when callers outside will depend on it.",
        "Read, Grep, Glob, Write",
        "Write the interface first, with an example of each call and of each error. Keep old callers working.",
    ),
    "developer": (
        "Implements one feature or fix that has been described. Use when it is clear what to build.",
        "Read, Edit, Write, Bash, Grep, Glob",
        "Read the neighbouring code first. Make the smallest change that does it. Run the tests of what you changed.",
    ),
    "code-reviewer": (
        "Reviews a change for faults, missing tests and unclear names. Use after each implementation.",
        "Read, Grep, Glob, Bash",
        "List findings by severity, each with file, line and a way to mend it. Say so when there are none.",
    ),
    "test-writer": (
        "Writes and repairs automated tests. Use for coverage, fixtures and flaky tests.",
        "Read, Edit, Write, Bash, Grep, Glob",
        "One behaviour a test, named as a sentence. Watch each test fail once before it passes.",
    ),
    "debugger": (
        "Finds the cause of a failure from logs, traces and a reproduction. Use when the cause is not known.",
        "Read, Edit, Bash, Grep, Glob",
        "Reproduce first. State the cause in one sentence with its evidence before you change anything.",
    ),
    "doc-writer": (
        "Writes guides, reference pages and changelog entries. Use when behaviour that users see has changed.",
        "Read, Edit, Write, Grep, Glob",
        "Short sentences, one example for each thing, no promises that the code does not keep.",
    ),
    "refactoring-expert": (
        "Changes the structure of code without changing what it does. Use for duplication, long functions, renames.",
        "Read, Edit, Write, Bash, Grep, Glob",
        "Small steps; tests green after each. If behaviour would change, stop and say so.",
    ),
    "performance-analyst": (
        "Measures where time and memory go. Use when something is slow and nobody knows why.",
        "Read, Bash, Grep, Glob",
        "Measure before and after, the same way, and give both numbers.",
    ),
    "changelog-writer": (
        "Writes the change log and the notes of a release.",
        "",
        "List what changed for users since the last release, newest first.",
    ),
    "qa-helper": (
        "Helps with the quality of a change.",
        "Read, Write",
        "Say what you looked at.",
    ),
    "git-helper": (
        "Splits work into commits, rebases branches, writes release notes.",
        "Bash, Read",
        "Never rewrite what has been pushed. Show the commands before you run them.",
    ),
}


def definitions() -> dict[str, bytes]:
    """Return the files of the `agents` folder by name."""
    return {f"{name}.md": _definition(name, *texts).encode() for name, texts in sorted(_TEXTS.items())}


def _definition(name: str, description: str, tools: str, body: str) -> str:
    model = {OPUS: "opus", SONNET: "sonnet", HAIKU: "haiku"}[HABITS[name].model]
    return f"---\nname: {name}\ndescription: {description}\ntools: {tools}\nmodel: {model}\n---\n\n{body}\n"

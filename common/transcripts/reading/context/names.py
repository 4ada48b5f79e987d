"""Names of Claude Code's tools by what they do with agents, and types of lines that say nothing of delegations."""

from common.transcripts.reading.workflows import WORKFLOW_TOOL

DELEGATING_TOOLS = frozenset({"Task", "Agent"})
POLLING_TOOLS = frozenset({"TaskOutput", "AgentOutputTool"})
STOPPING_TOOLS = frozenset({"TaskStop", "KillShell"})
RESUMING_TOOLS = frozenset({"SendMessage"})
PLAN_TOOLS = frozenset({"ExitPlanMode", "exit_plan_mode"})
SKILL_TOOL = "Skill"
OTHER_TOOLS = PLAN_TOOLS | {SKILL_TOOL, WORKFLOW_TOOL}
AGENT_TOOLS = DELEGATING_TOOLS | POLLING_TOOLS | STOPPING_TOOLS | RESUMING_TOOLS | OTHER_TOOLS
KNOWN_TYPES = frozenset(
    (
        "file-history-snapshot", "permission-mode", "mode", "last-prompt",
        "agent-name", "pr-link", "bridge-session", "file-history-delta", "atis-latch", "cost-state", "api-request",
        "api-request-shape", "api-request-blob", "tools-used", "agent-setting",
    )
)  # fmt: skip

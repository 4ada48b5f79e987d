"""What Claude Code of one version writes, as far as it differs from other versions."""

from dataclasses import dataclass
from typing import Literal

Layout = Literal["inline", "flat", "subagents"]
Meta = Literal["none", "short", "full"]
Number = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Era:
    """The habits of one version, such as "2.1.39"."""

    version: str

    @property
    def number(self) -> Number:
        return tuple(int(part) for part in self.version.split("."))

    @property
    def layout(self) -> Layout:
        """Where a subagent's lines stand: in the main file, beside it, or in the session's folder."""
        if self.number < (2, 0, 20):
            return "inline"
        return "flat" if self.number < (2, 1, 2) else "subagents"

    @property
    def tool(self) -> str:
        return "Task" if self.number < (2, 1, 50) else "Agent"

    @property
    def agent_id_length(self) -> int:
        if self.number < (2, 0, 64):
            return 8
        return 7 if self.number < (2, 1, 40) else 17

    @property
    def meta(self) -> Meta:
        if self.number < (2, 1, 80):
            return "none"
        return "short" if self.number < (2, 1, 150) else "full"

    @property
    def several_lines_a_message(self) -> bool:
        return self.number >= (1, 0, 3)

    @property
    def names_request(self) -> bool:
        return self.number >= (1, 0, 4)

    @property
    def names_branch(self) -> bool:
        return self.number >= (1, 0, 40)

    @property
    def names_type(self) -> bool:
        """Whether a call has a subagent_type."""
        return self.number >= (1, 0, 60)

    @property
    def splits_cache_writes(self) -> bool:
        return self.number >= (1, 0, 60)

    @property
    def answers_with_agent_id(self) -> bool:
        return self.number >= (2, 0, 20)

    @property
    def answers_with_tail(self) -> bool:
        """Whether the answer's text ends with `agentId: …`."""
        return self.number >= (2, 0, 60)

    @property
    def answers_with_type(self) -> bool:
        return self.number >= (2, 1, 90)

    @property
    def answers_with_model(self) -> bool:
        return self.number >= (2, 1, 150)

    @property
    def reports_progress(self) -> bool:
        """Whether the main file repeats what agents do in `agent_progress` lines."""
        return (2, 1, 0) <= self.number < (2, 1, 80)

    @property
    def structured_results_in_runs(self) -> bool:
        return self.number < (2, 1, 32)

    @property
    def runs_in_background(self) -> bool:
        """Whether an agent can go on while the main thread does something else."""
        return self.number >= (2, 0, 60)

    @property
    def background_by_default(self) -> bool:
        return self.number >= (2, 1, 179)

    @property
    def forks(self) -> bool:
        """Whether the agent type `fork` begins with its caller's context."""
        return self.number >= (2, 1, 300)

    @property
    def notifies(self) -> bool:
        """Whether the end of a background agent is told without being asked for."""
        return self.number >= (2, 1, 0)

    @property
    def notifies_with_call(self) -> bool:
        return self.number >= (2, 1, 90)

    @property
    def frames_reports(self) -> bool:
        """Whether the answer's text has the report in a frame."""
        return self.number >= (2, 1, 280)

    @property
    def background_in_runs(self) -> bool:
        """Whether agents start agents in the background."""
        return self.number >= (2, 1, 200)

    @property
    def notifies_of_agents(self) -> bool:
        """Whether the end of a background agent is told by the notification of late 2.0."""
        return (2, 0, 72) <= self.number < (2, 1, 0)

    @property
    def summary_lines(self) -> bool:
        return self.number < (2, 1, 30)

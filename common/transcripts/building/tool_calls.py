"""The number of tool calls that the agent of a delegation made."""

from common.records.sessions import Run
from common.transcripts.linking.delegations import DelegationFacts


def tool_calls_of(facts: DelegationFacts, run: Run | None) -> int | None:
    """Return the tool calls of the run; without one those that a result or a notification tells; None if none does.

    A notification tells those of the agent's last stretch alone: of several, the largest number counts.
    """
    # 0.2 – today  "toolUseResult":{"totalToolUseCount":3,...}
    # 2.0.6x       agentId: a1 ... <usage>total_tokens: 1200\ntool_uses: 3\nduration_ms: 9000</usage>    end of a result
    # 2.1.92       <usage><total_tokens>1200</total_tokens><tool_uses>3</tool_uses>...</usage>     of a notification
    if run is not None and run.messages:
        return run.tool_calls
    told = [answered.result.tool_uses for answered in facts.results]
    told += [noticed.notice.tool_uses for noticed in facts.notices]
    return max((count for count in told if count is not None), default=None)

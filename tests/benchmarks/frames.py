"""The frames of lines as templates of bytes: what varies is put in, the filling comes from a pool."""

COMMON = (
    b'{"parentUuid":"%b","isSidechain":%b,"userType":"external","cwd":"/home/dev/work/atlas","sessionId":"%b",'
    b'"version":"2.1.63","gitBranch":"main",%b'
)
"""Parent, sidechain, session, and the agent's id with its comma where there is one."""

END = b'"uuid":"%b","timestamp":"%b"}\n'

USAGE = (
    b'{"input_tokens":%d,"cache_creation_input_tokens":%d,"cache_read_input_tokens":%d,"output_tokens":%d,'
    b'"server_tool_use":{"web_search_requests":0,"web_fetch_requests":0},"service_tier":"standard",'
    b'"cache_creation":{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":%d},"inference_geo":"",'
    b'"iterations":[],"speed":"standard"}'
)

ASSISTANT = (
    b'"message":{"model":"%b","id":"%b","type":"message","role":"assistant","content":[%b],"stop_reason":%b,'
    b'"stop_sequence":null,"usage":%b},"requestId":"%b","type":"assistant",'
)

TEXT = b'{"type":"text","text":"%b"}'
THINKING = b'{"type":"thinking","thinking":"","signature":"%b"}'
TOOL_USE = (
    b'{"type":"tool_use","id":"%b","name":"Bash","input":{"command":"%b","description":"Run it"},'
    b'"caller":{"type":"direct"}}'
)
DELEGATION = (
    b'{"type":"tool_use","id":"%b","name":"Agent","input":{"description":"Look into it","subagent_type":"%b",'
    b'"prompt":"%b"},"caller":{"type":"direct"}}'
)

RESULT = (
    b'"type":"user","message":{"role":"user","content":[{"tool_use_id":"%b","type":"tool_result","content":"%b",'
    b'"is_error":false}]},"toolUseResult":{"stdout":"%b","stderr":"","interrupted":false,"isImage":false},'
    b'"sourceToolAssistantUUID":"%b",'
)
DELEGATION_RESULT = (
    b'"type":"user","message":{"role":"user","content":[{"tool_use_id":"%b","type":"tool_result","content":'
    b'[{"type":"text","text":"%b"}]}]},"toolUseResult":{"status":"completed","prompt":"","agentId":"%b",'
    b'"content":[{"type":"text","text":"%b"}],"totalDurationMs":61000,"totalTokens":40000,"totalToolUseCount":9,'
    b'"usage":%b},'
)
PROMPT = b'"type":"user","message":{"role":"user","content":"%b"},'

HOOK = (
    b'"type":"progress","data":{"type":"hook_progress","hookEvent":"PostToolUse","hookName":"PostToolUse:Bash",'
    b'"command":"%b"},"parentToolUseID":"%b","toolUseID":"%b",'
)
BASH = (
    b'"type":"progress","data":{"type":"bash_progress","output":"","fullOutput":"%b","elapsedTimeSeconds":3,'
    b'"totalLines":1},"toolUseID":"bash-progress-0","parentToolUseID":"%b",'
)
AGENT = (
    b'"type":"progress","data":{"message":{"type":"assistant","message":{"model":"%b","id":"%b","type":"message",'
    b'"role":"assistant","content":[{"type":"text","text":"%b"}],"stop_reason":null,"usage":%b},"uuid":"%b"},'
    b'"normalizedMessages":[],"type":"agent_progress","prompt":"","agentId":"%b"},"toolUseID":"agent_%b",'
    b'"parentToolUseID":"%b",'
)
ATTACHMENT = b'"attachment":{"type":"edited_text_file","filename":"/w/a.py","snippet":"%b"},"type":"attachment",'
SYSTEM = b'"type":"system","subtype":"stop_hook_summary","hookCount":1,"stopReason":"","content":"%b","level":"info",'

BARE = {
    "file-history-snapshot": b'{"type":"file-history-snapshot","messageId":"m","snapshot":{"files":"%b"}}\n',
    "permission-mode": b'{"type":"permission-mode","permissionMode":"default","note":"%b"}\n',
    "last-prompt": b'{"type":"last-prompt","lastPrompt":"%b"}\n',
    "ai-title": b'{"type":"ai-title","aiTitle":"%b"}\n',
    "mode": b'{"type":"mode","mode":"%b"}\n',
    "queue-operation": b'{"type":"queue-operation","operation":"enqueue","content":"%b"}\n',
}
"""Lines outside the chain, mostly without a time."""

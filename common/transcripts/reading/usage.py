"""The raw shape of `usage`, what the API counted for one message; see `shapes` for the rules of raw shapes."""

from typing import Annotated

from msgspec import Meta, Raw, Struct

LARGEST_COUNT = 10**12  # larger or negative numbers are no counts; sums of millions of counts fit into 64 bits
Count = Annotated[int, Meta(ge=0, le=LARGEST_COUNT)]


class CacheCreation(Struct, gc=False):
    """Cache writes of the longer lifetime, in tokens; all others are of five minutes."""

    ephemeral_1h_input_tokens: Count | None = None


class ServerTools(Struct, gc=False):
    """Uses of tools that ran at the API."""

    web_search_requests: Count | None = None


class Usage(Struct, gc=False):
    """Tokens that the API counted for one message."""

    input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: CacheCreation | None = None
    output_tokens: Count | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    iterations: Raw = Raw(b"")
    speed: str | None = None


class Iteration(Struct, gc=False):
    """One entry of `usage.iterations`."""

    type: str | None = None
    model: str | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_creation: CacheCreation | None = None

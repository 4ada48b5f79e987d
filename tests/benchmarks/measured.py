"""What 88 MB of real transcripts look like: 72 main files, 42 agent files, 41,286 lines, 134 delegations.

Quantiles stand at `LEVELS`; between two of them sizes are taken as evenly spread.
"""

from dataclasses import dataclass

LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
"""Where the quantiles of line sizes stand."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of line: how many there are for each API message of the thread, and its sizes in bytes at `LEVELS`."""

    per_message: float
    sizes: tuple[int, ...]


MAIN: dict[str, Kind] = {
    "tool_use": Kind(1.075, (900, 1055, 1337, 1416, 1707, 2672, 3706, 7088, 37410)),
    "text": Kind(0.454, (800, 908, 1032, 1280, 1381, 2061, 2871, 4446, 8614)),
    "thinking": Kind(0.322, (1200, 1527, 1784, 2484, 4629, 9115, 13806, 27252, 72740)),
    "result": Kind(1.075, (600, 738, 1093, 2341, 5727, 11866, 19016, 41123, 178090)),
    "prompt": Kind(0.099, (440, 473, 526, 585, 788, 2700, 4635, 15337, 21730)),
    "hook_progress": Kind(1.010, (560, 591, 627, 633, 638, 650, 653, 654, 673)),
    "bash_progress": Kind(0.165, (560, 582, 584, 729, 2862, 3795, 5062, 5870, 14181)),
    "agent_progress": Kind(0.098, (1000, 1181, 1439, 2297, 4191, 7861, 11484, 28735, 82286)),
    "attachment": Kind(0.181, (400, 422, 442, 698, 2909, 8056, 9659, 22130, 49417)),
    "system": Kind(0.139, (420, 431, 453, 625, 666, 701, 784, 948, 1226)),
    "file-history-snapshot": Kind(0.144, (220, 235, 471, 983, 1748, 2736, 3095, 3609, 4327)),
    "permission-mode": Kind(0.166, (101, 101, 104, 108, 108, 108, 108, 114, 114)),
    "last-prompt": Kind(0.162, (123, 123, 169, 224, 292, 342, 344, 352, 412)),
    "ai-title": Kind(0.137, (108, 108, 114, 121, 127, 135, 135, 136, 136)),
    "mode": Kind(0.103, (82, 82, 82, 110, 145, 212, 212, 212, 214)),
    "queue-operation": Kind(0.024, (137, 137, 138, 162, 587, 4211, 6117, 12582, 13380)),
}
"""Lines of main files. `mode` stands for all short metadata lines: mode, pr-link, bridge-session, custom-title."""

RUN: dict[str, Kind] = {
    "tool_use": Kind(1.97, (1000, 1021, 1069, 1114, 1215, 1362, 1594, 59182, 77038)),
    "text": Kind(0.85, (900, 937, 962, 988, 1061, 4894, 13102, 21690, 38929)),
    "thinking": Kind(0.11, (1300, 1356, 1445, 1572, 1794, 2398, 2923, 57085, 57085)),
    "result": Kind(1.97, (580, 618, 883, 1923, 3881, 8201, 13045, 32759, 81635)),
    "prompt": Kind(0.0, (362, 362, 774, 1086, 2795, 6337, 9241, 9374, 9374)),
    "hook_progress": Kind(3.92, (560, 588, 625, 666, 675, 699, 700, 701, 714)),
}
"""Lines of agent files."""

MAIN_FILE_DECILES = (
    6_000,
    19_783,
    62_921,
    129_472,
    253_491,
    722_202,
    1_167_909,
    1_697_751,
    2_412_120,
    3_141_846,
    3_900_000,
)
RUN_FILE_DECILES = (700, 2_158, 18_929, 27_698, 51_694, 123_446, 158_890, 186_334, 203_151, 289_719, 900_000)
MAIN_FILE_SCALE = 0.674
"""Main files were kept by their size where they were measured; this makes 5,000 files of 2 GB, as people have."""

LINES_A_MESSAGE_IN_MAIN = {1: 0.438, 2: 0.357, 3: 0.164, 4: 0.028, 5: 0.013}
LINES_A_MESSAGE_IN_RUN = {1: 0.190, 2: 0.345, 3: 0.167, 4: 0.161, 5: 0.036, 6: 0.042, 7: 0.032, 8: 0.027}
"""Share of API messages by the number of their lines."""

DELEGATIONS_A_MEGABYTE = 1.484
LINE_FEEDS, QUOTES, FOREIGN = 0.0116, 0.0056, 0.0038
"""Share of a line's bytes that are an escaped line feed, an escaped quote, a character beyond ASCII."""

RESULT_IN_MESSAGE = 0.3
"""Share of a tool result's text that stands in the message; the rest stands in `toolUseResult`."""

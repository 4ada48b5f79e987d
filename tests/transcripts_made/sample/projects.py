"""The invented projects of the sample: where they lie, what is worked on in them, in which files."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A piece of a project: its name in prose, its source file, its test file."""

    name: str
    source: str
    test: str


@dataclass(frozen=True, slots=True)
class Project:
    """A repository: `test_command` runs its tests."""

    name: str
    cwd: str
    test_command: str
    topics: tuple[Topic, ...]


def _topics(source: str, test: str, *names: tuple[str, str]) -> tuple[Topic, ...]:
    return tuple(Topic(name, source.format(stem), test.format(stem)) for name, stem in names)


ATLAS = Project(
    "atlas",
    "/home/dev/work/atlas",
    "pytest -q",
    _topics(
        "src/atlas/{}.py",
        "tests/test_{}.py",
        ("tile cache eviction", "tile_cache"),
        ("route simplification", "simplify"),
        ("the elevation importer", "elevation"),
        ("label placement", "labels"),
        ("the style loader", "style"),
        ("vector tile encoding", "encode"),
        ("the geocoder's fallback order", "geocode"),
        ("bounding box clipping", "clip"),
        ("the download queue", "downloads"),
    ),
)
LEDGERLINE = Project(
    "ledgerline",
    "/home/dev/work/ledgerline",
    "npm test --silent",
    _topics(
        "src/{}.ts",
        "test/{}.test.ts",
        ("invoice numbering", "invoices/number"),
        ("currency rounding", "money/round"),
        ("the tax table for partial refunds", "tax/refunds"),
        ("CSV import of bank statements", "import/statement"),
        ("reminders for late payments", "reminders/schedule"),
        ("the customer search", "customers/search"),
        ("the webhook retry policy", "webhooks/retry"),
        ("PDF layout of credit notes", "pdf/credit-note"),
        ("session expiry", "auth/session"),
    ),
)
PINEWOOD = Project(
    "pinewood",
    "/home/dev/work/pinewood",
    "go test ./...",
    _topics(
        "internal/{}.go",
        "internal/{}_test.go",
        ("chunk deduplication", "chunk/dedupe"),
        ("the snapshot index", "snapshot/index"),
        ("resuming an interrupted upload", "upload/resume"),
        ("retention rules", "retain/rules"),
        ("the restore progress bar", "restore/progress"),
        ("key rotation", "crypto/rotate"),
        ("exclusion patterns", "scan/exclude"),
        ("the lock file protocol", "lock/lock"),
    ),
)
QUILL = Project(
    "quill",
    "/home/dev/side/quill",
    "cargo test --quiet",
    _topics(
        "src/{}.rs",
        "tests/{}.rs",
        ("the footnote parser", "footnotes"),
        ("table alignment", "tables"),
        ("syntax highlighting themes", "themes"),
        ("the incremental renderer", "render"),
        ("link checking", "links"),
        ("front matter errors", "front_matter"),
    ),
)
TIDEPOOL = Project(
    "tidepool",
    "/home/dev/side/tidepool",
    "mix test",
    _topics(
        "lib/tidepool/{}.ex",
        "test/tidepool/{}_test.exs",
        ("tide table interpolation", "tide_table"),
        ("the parser of buoy reports", "buoy_report"),
        ("alert thresholds", "alerts"),
        ("station search", "stations"),
        ("unit conversion", "units"),
        ("the chart cache", "chart_cache"),
        ("map markers", "markers"),
        ("import of old logs", "old_logs"),
        ("the moon phase", "moon"),
    ),
)

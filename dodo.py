"""The table of the project: which script makes which file of what, in five stages.

::

    transcripts ──► extraction ──► enrichment ───┐
                        └────────► segmentation ─┴─► analysis ──► reporting

Each row is a script under `analysis/`, a task `stage:script` for doit. `reads` and `writes` are its options that name
files; a script waits for those that make what it reads. `settings` are those that it takes as options: a change of
one makes it run again, as does a change of its code, of the transcripts or of its own outputs.

`doit` runs what is out of date, `doit plan` says what and why, `doit list --all` shows this table.
"""

from collections.abc import Iterator

from common.pipeline.project import Project, Task

PROJECT = Project(__file__)
DATA = PROJECT.settings.data
step, own_scripts = PROJECT.step, PROJECT.own

FULL_SESSIONS = DATA / "full_sessions_data.json"
DIAGNOSTICS = DATA / "extraction_diagnostics.jsonl"
MANIFEST = DATA / "cache" / "manifest.json"
ENRICHED_SESSIONS = DATA / "enriched_sessions_data.json"
PATTERNS = DATA / "routing_patterns_by_period.json"
MARATHONS = DATA / "marathon-classification.json"
SEGMENTATION = DATA / "temporal-segmentation-report.json"
RESULTS = DATA / "analysis_results"
AGGREGATE = RESULTS / "aggregate_results.json"
REPORT_INPUTS = {
    "aggregate": AGGREGATE,
    "sessions": ENRICHED_SESSIONS,
    "patterns": PATTERNS,
    "marathons": MARATHONS,
    "segmentation": SEGMENTATION,
    "diagnostics": DIAGNOSTICS,
}

SELECTION = ("projects", "project", "since", "until", "timezone")
PERIODS = ("timezone", "period_gap", "periods", "agents")
SHARING = ("timezone", "redact", "share", "prices", "warnings")

STAGES = ("extraction", "enrichment", "segmentation", "analysis", "reporting")
DOIT_CONFIG = PROJECT.config(STAGES)


def task_extraction() -> Iterator[Task]:
    """Read the transcripts into sessions and delegations."""
    yield step(
        "extract_all_sessions",
        writes={"sessions": FULL_SESSIONS, "diagnostics": DIAGNOSTICS, "manifest": MANIFEST},
        settings=(*SELECTION, "marathon_over", "workers"),
        arguments=("--cache", MANIFEST.parent),
    )
    yield step("extract_enriched_data", reads={"manifest": MANIFEST}, writes={"sessions": ENRICHED_SESSIONS})
    yield from own_scripts("extraction")


def task_enrichment() -> Iterator[Task]:
    """Find routing patterns by period, and the sessions that ran away."""
    yield step(
        "extract_routing_patterns",
        reads={"sessions": ENRICHED_SESSIONS},
        writes={"patterns": PATTERNS},
        settings=PERIODS,
    )
    yield step(
        "classify_marathons",
        reads={"sessions": ENRICHED_SESSIONS},
        writes={"marathons": MARATHONS},
        settings=("marathon_over", "timezone"),
    )
    yield from own_scripts("enrichment")


def task_segmentation() -> Iterator[Task]:
    """Divide sessions and delegations by period, and compare the periods."""
    yield step(
        "segment_data",
        reads={"sessions": FULL_SESSIONS},
        writes={"report": SEGMENTATION},
        settings=("marathon_over", "prices", *PERIODS),
    )
    yield from own_scripts("segmentation")


def task_analysis() -> Iterator[Task]:
    """Answer each strategy's question, and gather the answers."""
    yield step(
        "analysis_runner",
        reads={
            "sessions": ENRICHED_SESSIONS,
            "patterns": PATTERNS,
            "marathons": MARATHONS,
            "segmentation": SEGMENTATION,
        },
        writes={"aggregate": AGGREGATE},
        also_writes=[RESULTS / f"{name}_result.json" for name in ("metrics", "marathons", "routing_quality")],
        settings=("timezone", "marathon_over", "agents", "rules", "strategies", "prices"),
        arguments=("--all", "--results", RESULTS),
    )
    yield from own_scripts("analysis")


def task_reporting() -> Iterator[Task]:
    """Write the reports."""
    yield step(
        "generate_routing_report",
        reads=REPORT_INPUTS,
        writes={"report": DATA / "routing_report.md"},
        settings=SHARING,
        code=("analysis/templates",),
    )
    yield step(
        "generate_html_report",
        reads=REPORT_INPUTS,
        writes={"report": DATA / "routing_report.html"},
        settings=SHARING,
        code=("analysis/templates",),
    )
    if PROJECT.settings.csv:
        yield step(
            "export_csv",
            reads=REPORT_INPUTS,
            writes={},
            also_writes=[DATA / "csv" / f"{name}.csv" for name in ("delegations", "agents", "sessions", "workflows")],
            settings=("timezone", "redact", "share", "prices"),
            arguments=("--out", DATA / "csv"),
        )
    yield from own_scripts("reporting")


def task__own_stages() -> Iterator[Task]:
    """Stages of the user's own."""
    yield from PROJECT.own_stages(STAGES)

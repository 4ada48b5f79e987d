"""Defaults of the settings that scripts take as options; apart, so that no script depends on how settings are read."""

MARATHON_OVER = 20  # delegations
PERIOD_GAP_DAYS = 1
TIMEZONE = "UTC"
WORKERS = 1

CONTEXT_TIERS = (100_000, 200_000)
"""Tokens of context above which some models have another price."""

"""Boundary: Claude Code's JSONL to records; the only place that sees raw shapes."""

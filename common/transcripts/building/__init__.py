"""Linked facts to records and counts."""

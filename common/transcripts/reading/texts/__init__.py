"""Texts in transcripts: sentences of the program, notifications, ids, and reports in their frames."""

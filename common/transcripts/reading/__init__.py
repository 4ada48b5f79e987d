"""A file's bytes to facts."""

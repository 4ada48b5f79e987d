"""Boundary: the bytes of one transcript to facts."""

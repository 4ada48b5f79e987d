"""What makes foreign text safe to show, and numbers fit to read. Imports nothing but the standard library.

Everything in a transcript is an attacker's: each sink has its own function in ``escaping``, and no text reaches a
sink without it. ``formatting`` turns figures into words, the same ones everywhere.
"""

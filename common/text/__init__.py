"""Text for people: foreign text made safe, secrets masked, numbers written, names suggested.

All text in a transcript is untrusted. Each place where text is shown has its own function in ``escaping``, and no text
gets there without it. ``formatting`` writes the same number in the same way everywhere.
"""

"""How fast, how large: measured on made corpora, run by hand."""

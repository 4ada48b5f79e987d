"""What the scripts share. Knows no script; imports go one way: ``dodo.py`` → ``analysis`` → ``common``."""

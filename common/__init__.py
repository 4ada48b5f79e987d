"""Modules that several scripts share. Imports go one way: `dodo.py` → `analysis` → `common`."""

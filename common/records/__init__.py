"""The records of the data files, a module per file."""

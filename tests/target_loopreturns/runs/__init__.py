"""Whole runs of the target against the mock account, which refuses and breaks as Loop does."""

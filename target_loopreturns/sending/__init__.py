"""Doing it once: the ledger, the requests, and what became of lost answers."""

"""Long proofs of the receiver with real processes: `python -m tests.events.proofs --help`."""

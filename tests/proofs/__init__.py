"""Long proofs, each run by hand: `python -m tests.proofs.NAME`; pytest runs shorter ones."""

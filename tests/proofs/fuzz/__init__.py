"""Answers of Loop's, spoilt at random: right data or a loud error, never anything else.

    python -m tests.proofs.fuzz --count 100000

Each case reads one stream of a small account, by the code that reads it in a
run: client, paging, windows, cleaning, writing. Only the wire and the clock are
left out. One of the answers is spoilt: its bytes, its values, its structure or
its envelope. An oracle that shares no code with the tap says what was in it.
"""

from tests.proofs.fuzz.cases import Fuzz, FuzzFigures, run, run_all
from tests.proofs.fuzz.oracle import leaves
from tests.proofs.fuzz.spoilers import Spoiler, Spoiling

__all__ = ["Fuzz", "FuzzFigures", "Spoiler", "Spoiling", "leaves", "run", "run_all"]

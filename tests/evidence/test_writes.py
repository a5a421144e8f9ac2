"""Every change in the copies of Loop's OpenAPI is known: a kind of action, or a reason why not."""

from __future__ import annotations

import re

from tests.evidence.found import documents, needs_evidence
from tests.target_loopreturns.kinds.documented import ELSEWHERE, OFFERED

CHANGING = ("post", "put", "patch", "delete")


@needs_evidence
def test_no_change_of_the_copies_is_left_out() -> None:
    """By method and path; the list is longer than the copies, which are of six files."""
    copied = {
        f"{method.upper()} {re.sub(r'{[^}]+}', '{}', path)}"
        for document in documents().values()
        for path, methods in document["paths"].items()
        for method in methods
        if method in CHANGING
    }
    known = {*OFFERED, *ELSEWHERE}
    print(f"{len(copied)} changes in the copies, {len(known)} known")
    assert copied
    assert copied <= known

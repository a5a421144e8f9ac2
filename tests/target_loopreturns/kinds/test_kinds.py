"""The kinds of action are one for each name that a stream may have."""

from __future__ import annotations

from target_loopreturns import kinds
from target_loopreturns.actions import schemas
from tests.target_loopreturns.acts import act


def test_every_name_of_a_stream_has_its_kind() -> None:
    """None is known to the reading of rows alone, none to the sending alone."""
    assert list(kinds.BY_NAME) == list(schemas.KINDS)
    assert kinds.of(act(action="cancel")) is kinds.BY_NAME["return_actions"]

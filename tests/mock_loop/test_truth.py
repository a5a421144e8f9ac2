"""What is true of an account, told by the streams that should hold it."""

from __future__ import annotations

import json

import pytest

from mock_loop import Shop
from tap_loopreturns.streams import STREAMS


def test_personal_values_are_all_that_is_personal(shop: Shop) -> None:
    """Without the personal fields no answer holds any of them; with them, all are found."""
    values = shop.personal_values()
    returns = json.dumps(list(shop.returns.values()), ensure_ascii=False)
    emails = {row["customer"] for row in shop.returns.values()}
    assert emails <= values
    assert all(email in returns for email in emails)
    assert min(map(len, values)) > 5
    for stream in ("destinations", "webhooks", "products", "inventories", "bulk_operations"):
        text = json.dumps(shop.truth(stream), ensure_ascii=False)
        assert not [value for value in values if value in text]


def test_every_stream_of_the_tap_has_its_truth(shop: Shop) -> None:
    """So that what lands can be compared with what is; a stream that is none is an error."""
    of_the_account = {stream.name for stream in STREAMS} - {"loop_events"}  # of a receiver's store
    for stream in of_the_account:
        assert shop.truth(stream), stream
    with pytest.raises(KeyError, match="no such stream"):
        shop.truth("ghosts")


def test_what_is_exploded_belongs_to_its_return(shop: Shop) -> None:
    """As many rows as all returns have entries, each with its place."""
    for stream, part in (("return_line_items", "line_items"), ("return_labels", "labels")):
        rows = shop.truth(stream)
        assert len(rows) == sum(len(row[part]) for row in shop.returns.values())
        assert len({(row["return_id"], row["position"]) for row in rows}) == len(rows)

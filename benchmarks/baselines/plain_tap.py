"""An ordinary tap, as the SDK's template makes one and its documentation shows.

A RESTStream with a HATEOAS paginator, the same schema as ours, and the SDK's
defaults for all else: ``python -m benchmarks.baselines.plain_tap --config FILE``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import ParseResult, parse_qsl

from requests import Response
from singer_sdk import RESTStream, Stream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import APIKeyAuthenticator
from singer_sdk.helpers.types import Context
from singer_sdk.pagination import BaseHATEOASPaginator

from tap_loopreturns.records import schemas

STATES = ("open", "closed", "cancelled", "expired", "review")
LONGEST = timedelta(days=119)


class NextPage(BaseHATEOASPaginator):
    """Follows the link to the next page."""

    def get_next_url(self, response: Response) -> str | None:
        """The link, null on the last page."""
        link: str | None = response.json()["nextPageUrl"]
        return link


class Returns(RESTStream[ParseResult]):
    """All returns, a partition for each state and window of 119 days."""

    name = "returns"
    path = "/warehouse/return/list"
    primary_keys = ("id",)
    replication_key = "updated_at"
    records_jsonpath = "$.returns[*]"
    schema = schemas.load("returns")

    @property
    def url_base(self) -> str:
        """The address of the API."""
        return f"{self.config['api_url']}/api/2026-10"

    @property
    def authenticator(self) -> APIKeyAuthenticator:
        """The key, in its header."""
        return APIKeyAuthenticator(
            key="X-Authorization", value=self.config["api_key"], location="header"
        )

    @property
    def partitions(self) -> list[dict[str, Any]]:
        """What is to be read, one request and its next links each."""
        start = datetime.fromisoformat(self.config["start_date"]).replace(tzinfo=UTC)
        end = datetime.fromisoformat(self.config["end_date"]).replace(tzinfo=UTC)
        windows = []
        while start < end:
            until = min(start + LONGEST, end)
            windows.append((start, until - timedelta(seconds=1)))
            start = until
        return [
            {"state": state, "from": f"{since:%FT%TZ}", "to": f"{until:%FT%TZ}"}
            for state in STATES
            for since, until in windows
        ]

    def get_new_paginator(self) -> NextPage:
        """Pages are linked."""
        return NextPage()

    def get_url_params(
        self, context: Context | None, next_page_token: ParseResult | None
    ) -> dict[str, Any]:
        """The parameters of a window, or those of the link."""
        if next_page_token:
            return dict(parse_qsl(next_page_token.query))
        return {
            **(context or {}),
            "filter": "updated_at",
            "paginate": "true",
            "pageSize": 750,
        }


class TapPlain(Tap):
    """A plain tap."""

    name = "tap-plain"
    config_jsonschema = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("api_key", th.StringType, required=True, secret=True),
        th.Property("start_date", th.StringType, required=True),
        th.Property("end_date", th.StringType, required=True),
    ).to_dict()

    def discover_streams(self) -> Sequence[Stream]:
        """The one stream."""
        return [Returns(self)]


if __name__ == "__main__":
    TapPlain.cli()

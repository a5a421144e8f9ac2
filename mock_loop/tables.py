"""The tables of an account: what Loop holds beside the returns, by id, one table an endpoint."""

from typing import Any

Row = dict[str, Any]
Table = dict[int, Row]
Tables = dict[str, Table]

COMMERCE = (
    "orders",
    "customers",
    "products",
    "product_variants",
    "collections",
    "locations",
    "inventories",
    "bulk_operations",
    "bulk_operation_jobs",
)
TABLES = (
    "allowlists",
    "blocklists",
    "destinations",
    "webhooks",
    "label_requests",
    "happy_returns_shipments",
    *COMMERCE,
)

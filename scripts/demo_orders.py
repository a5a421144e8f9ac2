"""Give the demo's warehouse a shop's own orders, as dbt's Shopify models leave them.

A return rate needs what was sold, too, and the mock account holds no order that nothing came back
of. What was returned was ordered eleven days before; some three times as much was not returned.
"""

from __future__ import annotations

import sys

import duckdb

ORDERS_THAT_STAYED = 3
"""To each return."""

SQL = """
    create schema if not exists shopify;
    create or replace table shopify.shopify__order_lines as
    with returned as (
        select distinct r.provider_order_id, r.created_at - interval 11 days as ordered_at,
            i.line_item_id, i.product_id, abs(cast(i.price as decimal(12, 2))) as price
        from loop.return_line_items i join loop.returns r on r.id = i.return_id
    ),
    stayed as (
        select cast(9000000000000 + row_number() over () as varchar) as provider_order_id,
            ordered_at + to_hours(cast(hash(line_item_id, copy) % 480 as integer)) as ordered_at,
            line_item_id || '-' || copy as line_item_id, product_id, price
        from returned cross join range($1) as copies(copy)
        where ordered_at < (select max(created_at) from loop.returns) - interval 20 days
    )
    select line_item_id as order_line_id,
        'gid://shopify/Order/' || provider_order_id as order_id,
        'gid://shopify/Product/' || product_id as product_id,
        1 as quantity, price, 0 as total_discount, ordered_at
    from (select * from returned union all select * from stayed);
    create or replace table shopify.shopify__orders as
    select order_id, min(ordered_at) as created_timestamp,
        cast(null as timestamp) as cancelled_timestamp, 'USD' as currency
    from shopify.shopify__order_lines group by order_id;
"""


def main() -> None:
    """Make the tables."""
    warehouse = duckdb.connect(sys.argv[1])
    for statement in SQL.replace("$1", str(ORDERS_THAT_STAYED)).split(";"):
        if statement.strip():
            warehouse.execute(statement)
    (orders,) = warehouse.execute("select count(*) from shopify.shopify__orders").fetchall()[0]
    print(f"    {orders:,} orders")


if __name__ == "__main__":
    main()

{{ config(enabled=var('loop_using_happy_returns_shipment_items') and var('loop_using_happy_returns_shipments')) }}

-- An item that has left its shipment stays behind in the table, older than its shipment.
select item.*
from {{ ref('base_loop__happy_returns_shipment_items') }} as item
inner join {{ ref('stg_loop__happy_returns_shipments') }} as parent
    on parent.source_relation = item.source_relation
    and parent.shipment_id = item.shipment_id
    and parent.updated_at = item.shipment_updated_at

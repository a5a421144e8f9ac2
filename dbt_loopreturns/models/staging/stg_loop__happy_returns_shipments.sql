{{ config(enabled=var('loop_using_happy_returns_shipments')) }}

{{ loop_returns.read('happy_returns_shipments', [
    ('loop_shipment_id', 'shipment_id', 'text'),
    ('happy_returns_shipment_id', 'happy_returns_shipment_id', 'text'),
    ('created_at', 'created_at', 'moment'),
    ('updated_at', 'updated_at', 'moment'),
    ('line_item_count', 'line_item_count', 'integer'),
    ('return_count', 'return_count', 'integer'),
]) }}

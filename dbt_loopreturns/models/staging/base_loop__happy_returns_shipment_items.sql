{{ config(enabled=var('loop_using_happy_returns_shipment_items')) }}

{{ loop_returns.read('happy_returns_shipment_items', [
    ('shipment_id', 'shipment_id', 'text'),
    ('row_key', 'row_key', 'text'),
    ('shipment_updated_at', 'shipment_updated_at', 'moment'),
    ('return_id', 'return_id', 'text'),
    ('carrier', 'carrier', 'text'),
    ('happy_returns_rma_id', 'happy_returns_rma_id', 'text'),
    ('happy_returns_shipment_id', 'happy_returns_shipment_id', 'text'),
    ('item_title', 'item_title', 'text'),
    ('order_name', 'order_name', 'text'),
    ('po_number', 'po_number', 'text'),
    ('shipping_box_barcode', 'shipping_box_barcode', 'text'),
    ('sku', 'sku', 'text'),
    ('tracking_number', 'tracking_number', 'text'),
    ('variant_title', 'variant_title', 'text'),
]) }}

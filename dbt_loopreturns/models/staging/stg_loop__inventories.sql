{{ config(enabled=var('loop_using_inventories')) }}

{{ loop_returns.read('inventories', [
    ('product_variant_id', 'variant_id', 'text'),
    ('location_id', 'location_id', 'text'),
    ('available_count', 'available_count', 'integer'),
]) }}

{{ config(enabled=var('loop_using_allowlist_items')) }}

{{ loop_returns.read('allowlist_items', [
    ('id', 'allowlist_item_id', 'text'),
    ('type', 'item_type', 'text'),
    ('value', 'item_value', 'text'),
    ('secondary_value', 'item_secondary_value', 'text'),
    ('created_at', 'created_at', 'moment'),
]) }}

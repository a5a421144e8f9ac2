{{ config(enabled=var('loop_using_blocklist_items')) }}

{{ loop_returns.read('blocklist_items', [
    ('id', 'blocklist_item_id', 'text'),
    ('type', 'item_type', 'text'),
    ('value', 'item_value', 'text'),
    ('secondary_value', 'item_secondary_value', 'text'),
    ('created_at', 'created_at', 'moment'),
]) }}

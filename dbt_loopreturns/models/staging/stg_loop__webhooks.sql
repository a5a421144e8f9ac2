{{ config(enabled=var('loop_using_webhooks')) }}

{{ loop_returns.read('webhooks', [
    ('id', 'webhook_id', 'text'),
    ('shop_id', 'shop_id', 'text'),
    ('status', 'status', 'text'),
    ('topic', 'webhook_topic', 'text'),
    ('trigger', 'webhook_trigger', 'text'),
    ('url', 'webhook_url', 'text'),
]) }}

{{ config(enabled=var('loop_using_customers')) }}

{{ loop_returns.read('customers', [
    ('id', 'customer_id', 'text'),
    ('external_id', 'provider_customer_id', 'text'),
    ('channel', 'channel', 'text'),
    ('first_name', 'first_name', 'text'),
    ('last_name', 'last_name', 'text'),
    ('email', 'email', 'text'),
    ('phone', 'phone', 'text'),
]) }}

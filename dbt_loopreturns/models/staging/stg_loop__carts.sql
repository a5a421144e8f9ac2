{{ config(enabled=var('loop_using_carts')) }}

{{ loop_returns.read('carts', [
    ('token', 'cart_token', 'text'),
]) }}

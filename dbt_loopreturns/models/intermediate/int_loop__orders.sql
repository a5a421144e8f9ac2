-- One row an order that was not cancelled, from where `loop_orders` says. Loop can hold an order of
-- the shop twice, under two ids of its own; the later one counts.
with orders as (

    {% if loop_returns.chosen('loop_orders', ['none', 'loop', 'shop']) == 'shop' -%}
    select
        source_relation,
        order_id,
        order_id as shop_order_id,
        created_timestamp as ordered_at,
        currency
    from ({{ loop_returns.read_shop_table('shop_orders', [
        ('order_id', 'text'),
        ('created_timestamp', 'moment'),
        ('cancelled_timestamp', 'moment'),
        ('currency', 'text'),
    ], var('loop_shop_order_columns')) }}) as shop_orders
    where cancelled_timestamp is null
    {%- else -%}
    select
        source_relation,
        order_id,
        provider_order_id as shop_order_id,
        ordered_at,
        total_price_currency as currency
    from {{ ref('stg_loop__orders') }}
    where {{ "coalesce(status, '') <> 'cancelled'" if var('loop_orders') == 'loop' else '1 = 0' }}
    {%- endif %}

),

numbered as (

    select
        source_relation,
        order_id,
        {{ loop_returns.plain_id('shop_order_id') }} as provider_order_id,
        ordered_at,
        coalesce(currency, 'XXX') as currency,
        row_number() over (
            partition by source_relation, {{ loop_returns.plain_id('shop_order_id') }}
            order by order_id desc
        ) as place
    from orders

)

select source_relation, order_id, provider_order_id, ordered_at, currency
from numbered
where place = 1

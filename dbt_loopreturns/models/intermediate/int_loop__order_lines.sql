-- One row a line of an order that was not cancelled, from where `loop_orders` says.
with lines as (

    {% if var('loop_orders') == 'shop' -%}
    select
        source_relation,
        order_id,
        {{ loop_returns.plain_id('product_id') }} as product_id,
        coalesce(quantity, 0) as quantity,
        price as unit_price,
        coalesce(total_discount, 0) as line_discount
    from ({{ loop_returns.read_shop_table('shop_order_lines', [
        ('order_id', 'text'),
        ('product_id', 'text'),
        ('quantity', 'integer'),
        ('price', 'money'),
        ('total_discount', 'money'),
    ], var('loop_shop_order_line_columns')) }}) as shop_order_lines
    {%- else -%}
    select
        line.source_relation,
        line.order_id,
        {{ 'coalesce(product.provider_product_id, line.product_id)' if var('loop_using_products') else 'line.product_id' }}
            as product_id,
        coalesce(line.quantity, 0) as quantity,
        line.unit_price - coalesce(line.unit_discount, 0) as unit_price,
        0 as line_discount
    from {{ ref('stg_loop__order_lines') }} as line
    {%- if var('loop_using_products') %}
    left join {{ ref('stg_loop__products') }} as product
        on product.source_relation = line.source_relation and product.product_id = line.product_id
    {%- endif %}
    {%- endif %}

)

select
    lines.source_relation,
    orders.provider_order_id,
    orders.ordered_at,
    orders.currency,
    coalesce(lines.product_id, 'unknown') as product_id,
    lines.quantity,
    cast(
        cast(coalesce(lines.unit_price, 0) as numeric(24, 6)) * cast(lines.quantity as numeric(10, 0))
        - lines.line_discount as numeric(38, 9)
    ) as sold_amount
from lines
inner join {{ ref('int_loop__orders') }} as orders
    on orders.source_relation = lines.source_relation and orders.order_id = lines.order_id

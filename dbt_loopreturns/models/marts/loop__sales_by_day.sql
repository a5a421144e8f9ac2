select
    source_relation,
    currency,
    cast({{ loop_returns.shop_time('ordered_at') }} as date) as date_day,
    product_id,
    cast(sum(quantity) as bigint) as units_sold,
    count(distinct provider_order_id) as orders_sold,
    cast(sum(sold_amount) as numeric(38, 9)) as value_sold
from {{ ref('int_loop__order_lines') }}
group by 1, 2, 3, 4

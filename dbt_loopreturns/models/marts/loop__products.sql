with returned as (

    select
        source_relation,
        currency,
        product_id,
        {{ loop_returns.month_of('date_day') }} as date_month,
        count(*) as units_returned,
        count(distinct provider_order_id) as orders_returned,
        sum(value_amount) as value_returned,
        sum(refund_amount) as refund_amount
    from {{ ref('loop__return_lines') }}
    where is_counted
    group by 1, 2, 3, 4

),

sold as (

    select
        source_relation,
        currency,
        product_id,
        {{ loop_returns.month_of(loop_returns.shop_time('ordered_at')) }} as date_month,
        sum(quantity) as units_sold,
        count(distinct provider_order_id) as orders_sold,
        sum(sold_amount) as value_sold
    from {{ ref('int_loop__order_lines') }}
    group by 1, 2, 3, 4

),

-- What a product was called last in its alphabet: one name each, whatever a unit was sold as.
titles as (

    select source_relation, product_id, max(title) as title
    from {{ ref('loop__return_lines') }}
    group by 1, 2

),

both_sides as (

    select
        source_relation, currency, product_id, date_month,
        units_returned, orders_returned, value_returned, refund_amount,
        0 as units_sold, 0 as orders_sold, 0 as value_sold
    from returned
    union all
    select
        source_relation, currency, product_id, date_month,
        0, 0, 0, 0,
        units_sold, orders_sold, value_sold
    from sold

),

summed as (

    select
        source_relation,
        currency,
        product_id,
        date_month,
        cast(sum(units_returned) as bigint) as units_returned,
        cast(sum(orders_returned) as bigint) as orders_returned,
        cast(sum(value_returned) as numeric(38, 9)) as value_returned,
        cast(sum(coalesce(refund_amount, 0)) as numeric(38, 9)) as refund_amount,
        cast(sum(units_sold) as bigint) as units_sold,
        cast(sum(orders_sold) as bigint) as orders_sold,
        cast(sum(value_sold) as numeric(38, 9)) as value_sold
    from both_sides
    group by 1, 2, 3, 4

)

select
    summed.source_relation,
    summed.currency,
    summed.date_month,
    summed.product_id,
    titles.title,
    summed.units_returned,
    summed.orders_returned,
    summed.value_returned,
    summed.refund_amount,
    summed.units_sold,
    summed.orders_sold,
    summed.value_sold,
    {{ loop_returns.return_rate(
        ('units_returned', 'units_sold'),
        ('value_returned', 'value_sold'),
        ('orders_returned', 'orders_sold')
    ) }} as return_rate
from summed
left join titles
    on titles.source_relation = summed.source_relation and titles.product_id = summed.product_id

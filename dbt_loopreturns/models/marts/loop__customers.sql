with counted as (

    select *
    from {{ ref('loop__returns') }}
    where is_counted and customer_key is not null

),

-- The returns of a shopper within the window that ends with each of them, in all currencies.
windows as (

    select
        source_relation,
        customer_key,
        count(*) over (
            partition by source_relation, customer_key
            order by created_at
            range between interval '{{ var("loop_repeat_window_days") }} days' preceding and current row
        ) as returns_in_window
    from counted

),

most as (

    select source_relation, customer_key, max(returns_in_window) as most_returns_in_window
    from windows
    group by 1, 2

),

emails as (

    select
        source_relation,
        {{ loop_returns.customer_key('customer_email') }} as customer_key,
        max(lower(trim(customer_email))) as customer_email
    from {{ ref('stg_loop__returns') }}
    where {{ 'customer_email is not null' if var('loop_keep_emails') else '1 = 0' }}
    group by 1, 2

),

summed as (

    select
        source_relation,
        customer_key,
        currency,
        min(created_at) as first_return_at,
        max(created_at) as last_return_at,
        count(*) as returns,
        count(distinct provider_order_id) as orders_returned,
        cast(sum(units) as bigint) as units,
        cast(coalesce(sum(returned_amount), 0) as numeric(38, 9)) as returned_amount,
        cast(coalesce(sum(refund_amount), 0) as numeric(38, 9)) as refund_amount,
        cast(coalesce(sum(retained_amount), 0) as numeric(38, 9)) as retained_amount,
        cast(coalesce(sum(net_shipping_amount), 0) as numeric(38, 9)) as net_shipping_amount
    from counted
    group by 1, 2, 3

)

select
    summed.source_relation,
    summed.customer_key,
    summed.currency,
    emails.customer_email,
    summed.first_return_at,
    summed.last_return_at,
    summed.returns,
    summed.orders_returned,
    summed.units,
    summed.returned_amount,
    summed.refund_amount,
    summed.retained_amount,
    summed.net_shipping_amount,
    most.most_returns_in_window,
    most.most_returns_in_window >= {{ var('loop_repeat_returns') }} as is_repeat_returner
from summed
inner join most
    on most.source_relation = summed.source_relation and most.customer_key = summed.customer_key
left join emails
    on emails.source_relation = summed.source_relation and emails.customer_key = summed.customer_key

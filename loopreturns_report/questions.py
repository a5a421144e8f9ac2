"""The questions that the report asks of the marts, in SQL that DuckDB and PostgreSQL both take.

`{scope}` is the currency, and the shop if one is chosen; `{now}` and `{before}` are the period and
the one of the same length before it.
"""

from __future__ import annotations

SCOPES = """
    select currency, source_relation as shop, count(*) as returns,
        min(date_day) as first_day, max(date_day) as last_day
    from {schema}.loop__returns
    where is_counted
    group by currency, source_relation
    order by returns desc, currency, shop
"""

DEFINITIONS = "select definition, chosen from {schema}.loop__definitions"

TOTALS = """
    select
        count(*) as returns,
        coalesce(sum(case when state = 'closed' then 0 else 1 end), 0) as open_returns,
        coalesce(sum(units), 0) as units,
        count(distinct provider_order_id) as orders,
        coalesce(sum(product_amount - discount_amount), 0) as value,
        coalesce(sum(returned_amount), 0) as returned,
        coalesce(sum(refund_amount), 0) as refunded,
        coalesce(sum(exchange_amount), 0) as exchanged,
        coalesce(sum(credit_amount), 0) as credited,
        coalesce(sum(retained_amount), 0) as kept,
        coalesce(sum(upsell_amount), 0) as upsell,
        coalesce(sum(labels), 0) as labels,
        coalesce(sum(label_cost_amount), 0) as label_cost,
        coalesce(sum(handling_fee_amount), 0) as fees,
        coalesce(sum(net_shipping_amount), 0) as net_shipping,
        count(seconds_to_process) as processed,
        percentile_cont(0.5) within group (order by seconds_to_process) as median_to_process,
        percentile_cont(0.5) within group (order by seconds_to_deliver) as median_to_deliver,
        coalesce(sum(case when seconds_to_process <= 604800 then 1 else 0 end), 0) as within_week
    from {schema}.loop__returns
    where is_counted and {scope} and {period}
"""

SOLD = """
    select
        coalesce(sum(units_sold), 0) as units,
        coalesce(sum(value_sold), 0) as value,
        coalesce(sum(orders_sold), 0) as orders
    from {schema}.loop__returns_by_day
    where {scope} and {period}
"""

TREND = """
    select
        cast(date_trunc($bucket, cast(date_day as timestamp)) as date) as bucket,
        sum(returns) as returns,
        sum(refund_amount) as refunded,
        sum(exchange_amount) as exchanged,
        sum(credit_amount) as credited
    from {schema}.loop__returns_by_day
    where date_day is not null and {scope} and {period}
    group by 1
    order by 1
"""

OUTCOMES = """
    select outcome, count(*) as returns, coalesce(sum(returned_amount), 0) as returned
    from {schema}.loop__returns
    where is_counted and {scope} and {period}
    group by outcome
    order by returns desc, outcome
"""

REASONS = """
    select
        parent_reason, reason,
        sum(case when {now} then 1 else 0 end) as units,
        sum(case when {now} then value_amount else 0 end) as value,
        sum(case when {before} then 1 else 0 end) as units_before
    from {schema}.loop__return_lines
    where is_counted and {scope}
    group by parent_reason, reason
    having sum(case when {now} then 1 else 0 end) > 0
    order by units desc, parent_reason, reason
"""

PRODUCTS = """
    with returned as (
        select
            product_id,
            max(title) as title,
            sum(case when {now} then 1 else 0 end) as units,
            sum(case when {now} then value_amount else 0 end) as value,
            sum(case when {before} then 1 else 0 end) as units_before
        from {schema}.loop__return_lines
        where is_counted and {scope}
        group by product_id
        having sum(case when {now} then 1 else 0 end) > 0
        order by units desc, product_id
        limit 60
    ),
    reasons as (
        select product_id, reason,
            row_number() over (partition by product_id order by count(*) desc, reason) as place
        from {schema}.loop__return_lines
        where is_counted and {scope} and {now}
        group by product_id, reason
    ),
    sold as (
        select product_id, sum(units_sold) as units_sold
        from {schema}.loop__sales_by_day
        where {scope} and {now}
        group by product_id
    )
    select returned.product_id, returned.title, returned.units, returned.value,
        returned.units_before, reasons.reason, sold.units_sold
    from returned
    left join reasons on reasons.product_id = returned.product_id and reasons.place = 1
    left join sold on sold.product_id = returned.product_id
    order by returned.units desc, returned.product_id
"""

DURATIONS = """
    select
        case
            when seconds_to_process < 86400 then 0
            when seconds_to_process < 259200 then 1
            when seconds_to_process < 604800 then 2
            when seconds_to_process < 1209600 then 3
            when seconds_to_process < 2592000 then 4
            else 5
        end as place,
        count(*) as returns
    from {schema}.loop__returns
    where is_counted and seconds_to_process is not null and {scope} and {period}
    group by 1
    order by 1
"""

CARRIERS = """
    select carrier, count(*) as labels, coalesce(sum(cost_amount), 0) as cost,
        sum(case when is_delivered then 1 else 0 end) as delivered
    from {schema}.loop__labels
    where is_counted and {scope} and {period}
    group by carrier
    order by labels desc, carrier
"""

EXCHANGES = """
    select exchanged_for, count(*) as items, coalesce(sum(price_step_amount), 0) as step,
        count(price_step_amount) as compared, coalesce(sum(total_amount), 0) as total
    from {schema}.loop__exchanges
    where is_counted and {scope} and {period}
    group by exchanged_for
    order by items desc, exchanged_for
"""

AGES = """
    select
        case
            when silent_days < 4 then 0
            when silent_days < 8 then 1
            when silent_days < 15 then 2
            when silent_days < 31 then 3
            else 4
        end as place,
        is_stuck,
        count(*) as units,
        coalesce(sum(abs(price_amount)), 0) as value
    from {schema}.loop__shipments_under_way
    where {scope}
    group by 1, 2
    order by 1, 2
"""

STUCK = """
    select return_id, max(coalesce(carrier, 'not known')) as carrier, max(label_status) as status,
        max(coalesce(destination_name, 'not known')) as destination, count(*) as units,
        coalesce(sum(abs(price_amount)), 0) as value,
        max(age_days) as age_days, max(silent_days) as silent_days
    from {schema}.loop__shipments_under_way
    where is_stuck and {scope}
    group by return_id
    order by silent_days desc, return_id
    limit 60
"""

CUSTOMERS = """
    select substr(customer_key, 1, 10) as customer, returns, units, returned_amount as returned,
        refund_amount as refunded, retained_amount as kept, net_shipping_amount as net_shipping,
        most_returns_in_window as most, cast(last_return_at as date) as last_return
    from {schema}.loop__customers
    where is_repeat_returner and {scope}
    order by returns desc, returned desc, customer_key
    limit 60
"""

REPEATERS = """
    select
        count(*) as customers,
        coalesce(sum(case when is_repeat_returner then 1 else 0 end), 0) as repeaters,
        coalesce(sum(case when is_repeat_returner then returns else 0 end), 0) as returns,
        coalesce(sum(returns), 0) as all_returns
    from {schema}.loop__customers
    where {scope}
"""

ACTIONS = """
    select action_name, action_outcome, count(*) as actions,
        sum(case when is_as_intended then 1 else 0 end) as as_intended,
        sum(case when not is_as_intended then 1 else 0 end) as otherwise
    from {schema}.loop__actions
    group by action_name, action_outcome
    order by actions desc, action_name, action_outcome
"""

with returned as (

    select
        source_relation,
        currency,
        date_day,
        sum(case when is_counted then 1 else 0 end) as returns,
        sum(case when is_counted and state = 'closed' then 1 else 0 end) as closed_returns,
        sum(case when is_counted then 0 else 1 end) as left_out_returns,
        count(distinct case when is_counted then provider_order_id end) as orders_returned,
        {% for name in ['units', 'exchanged_units', 'labels'] -%}
        sum(case when is_counted then {{ name }} else 0 end) as {{ name }},
        {% endfor -%}
        {% for name in loop_returns.day_amounts() -%}
        sum(case when is_counted then {{ name }} end) as {{ name }},
        {% endfor -%}
        count(case when is_counted then seconds_to_process end) as processed_returns,
        sum(case when is_counted then seconds_to_process end) as seconds_to_process
    from {{ ref('loop__returns') }}
    group by 1, 2, 3

),

sold as (

    select
        source_relation,
        currency,
        cast({{ loop_returns.shop_time('ordered_at') }} as date) as date_day,
        count(distinct provider_order_id) as orders_sold,
        sum(quantity) as units_sold,
        sum(sold_amount) as value_sold
    from {{ ref('int_loop__order_lines') }}
    group by 1, 2, 3

),

-- Every day from the first to the last, so that a quiet day is a zero and no gap.
spans as (

    select source_relation, currency, min(date_day) as first_day, max(date_day) as last_day
    from (
        select source_relation, currency, date_day from returned
        union all
        select source_relation, currency, date_day from sold
    ) as dated
    group by 1, 2

),

days as (

    select
        spans.source_relation,
        spans.currency,
        {{ loop_returns.day_after('spans.first_day', 'numbers.number') }} as date_day
    from spans
    inner join ({{ loop_returns.numbers() }}) as numbers
        on {{ loop_returns.day_after('spans.first_day', 'numbers.number') }} <= spans.last_day
    union all
    -- Returns that have no such date (yet): nothing is left out without a word.
    select source_relation, currency, date_day
    from returned
    where date_day is null

),

joined as (

    select
        days.source_relation,
        days.currency,
        days.date_day,
        {% for name in [
            'returns', 'closed_returns', 'left_out_returns', 'orders_returned',
            'units', 'exchanged_units', 'labels', 'processed_returns', 'seconds_to_process',
        ] -%}
        cast(coalesce(returned.{{ name }}, 0) as bigint) as {{ name }},
        {% endfor -%}
        {% for name in loop_returns.day_amounts() -%}
        cast(coalesce(returned.{{ name }}, 0) as numeric(38, 9)) as {{ name }},
        {% endfor -%}
        cast(coalesce(sold.orders_sold, 0) as bigint) as orders_sold,
        cast(coalesce(sold.units_sold, 0) as bigint) as units_sold,
        cast(coalesce(sold.value_sold, 0) as numeric(38, 9)) as value_sold
    from days
    left join returned
        on returned.source_relation = days.source_relation
        and returned.currency = days.currency
        and (returned.date_day = days.date_day or (returned.date_day is null and days.date_day is null))
    left join sold
        on sold.source_relation = days.source_relation
        and sold.currency = days.currency
        and sold.date_day = days.date_day

)

select
    source_relation,
    currency,
    date_day,
    returns,
    returns - closed_returns as open_returns,
    closed_returns,
    left_out_returns,
    orders_returned,
    units,
    exchanged_units,
    labels,
    {% for name in loop_returns.day_amounts() -%}
    {{ name }},
    {% endfor -%}
    processed_returns,
    seconds_to_process,
    orders_sold,
    units_sold,
    value_sold,
    {{ loop_returns.return_rate(
        ('units', 'units_sold'), ('product_amount - discount_amount', 'value_sold'), ('orders_returned', 'orders_sold')
    ) }} as return_rate
from joined

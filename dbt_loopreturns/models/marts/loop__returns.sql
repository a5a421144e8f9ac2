with returns as (

    select
        *,
        coalesce(currency, 'XXX') as known_currency,
        {{ loop_returns.plain_id('provider_order_id') }} as order_key,
        coalesce(state, 'unknown') not in ('{{ "', '".join(var("loop_excluded_states")) }}') as is_counted
    from {{ ref('stg_loop__returns') }}

),

lines as (

    select source_relation, return_id, count(*) as units
    from {{ ref('stg_loop__return_line_items') }}
    group by source_relation, return_id

),

exchanges as (

    select source_relation, return_id, count(*) as exchanged_units
    from {{ ref('stg_loop__return_exchanges') }}
    group by source_relation, return_id

),

labels as (

    select
        source_relation,
        return_id,
        count(*) as labels,
        sum(cost_amount) as label_cost_amount,
        min(case when label_status = 'delivered' then status_changed_at end) as delivered_at
    from {{ ref('stg_loop__return_labels') }}
    group by source_relation, return_id

),

joined as (

    select
        returns.*,
        lines.units,
        exchanges.exchanged_units,
        labels.labels,
        labels.label_cost_amount,
        labels.delivered_at,
        orders.ordered_at
    from returns
    left join lines
        on lines.source_relation = returns.source_relation and lines.return_id = returns.return_id
    left join exchanges
        on exchanges.source_relation = returns.source_relation
        and exchanges.return_id = returns.return_id
    left join labels
        on labels.source_relation = returns.source_relation and labels.return_id = returns.return_id
    left join {{ ref('int_loop__orders') }} as orders
        on orders.source_relation = returns.source_relation
        and orders.provider_order_id = returns.order_key

)

select
    source_relation,
    return_id,
    known_currency as currency,
    state,
    is_counted,
    {{ loop_returns.outcome_of('lower(stated_outcome)', 'exchange_amount', 'credit_amount', 'refund_amount') }}
        as outcome,
    stated_outcome,
    return_type,
    order_key as provider_order_id,
    order_name,
    {{ loop_returns.customer_key('customer_email') }} as customer_key,
    country_code,
    destination_id,
    created_at,
    updated_at,
    ordered_at,
    processed_at,
    delivered_at,
    cast({{ loop_returns.shop_time(loop_returns.dated_by('created_at', 'processed_at', 'ordered_at')) }} as date)
        as date_day,
    {{ loop_returns.seconds_between('created_at', 'processed_at') }} as seconds_to_process,
    {{ loop_returns.seconds_between('created_at', 'delivered_at') }} as seconds_to_deliver,
    coalesce(units, 0) as units,
    coalesce(exchanged_units, 0) as exchanged_units,
    coalesce(labels, 0) as labels,
    product_amount,
    discount_amount,
    tax_amount,
    returned_amount,
    refund_amount,
    credit_amount,
    exchange_amount,
    upsell_amount,
    cast(
        {{ loop_returns.retained_amount(
            'returned_amount', 'refund_amount', 'exchange_amount', 'credit_amount', 'upsell_amount'
        ) }} as numeric(38, 9)
    ) as retained_amount,
    handling_fee_amount,
    cast(coalesce(label_cost_amount, 0) as numeric(38, 9)) as label_cost_amount,
    cast(coalesce(label_cost_amount, 0) - coalesce(handling_fee_amount, 0) as numeric(38, 9))
        as net_shipping_amount
from joined

select
    source_relation,
    currency,
    {{ loop_returns.month_of('date_day') }} as date_month,
    count(*) as returns,
    cast(sum(case when labels > 0 then 1 else 0 end) as bigint) as returns_with_label,
    cast(sum(labels) as bigint) as labels,
    cast(coalesce(sum(label_cost_amount), 0) as numeric(38, 9)) as label_cost_amount,
    cast(coalesce(sum(handling_fee_amount), 0) as numeric(38, 9)) as handling_fee_amount,
    cast(coalesce(sum(net_shipping_amount), 0) as numeric(38, 9)) as net_shipping_amount
from {{ ref('loop__returns') }}
where is_counted
group by 1, 2, 3

select
    source_relation,
    currency,
    {{ loop_returns.month_of('date_day') }} as date_month,
    parent_reason,
    reason,
    count(*) as units,
    count(distinct return_id) as returns,
    cast(sum(value_amount) as numeric(38, 9)) as value_amount,
    cast(coalesce(sum(refund_amount), 0) as numeric(38, 9)) as refund_amount
from {{ ref('loop__return_lines') }}
where is_counted
group by 1, 2, 3, 4, 5

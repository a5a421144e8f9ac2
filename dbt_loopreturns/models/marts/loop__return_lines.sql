select
    line.source_relation,
    line.return_id,
    line.line_item_id,
    parent.currency,
    parent.state,
    parent.is_counted,
    parent.outcome,
    parent.date_day,
    parent.provider_order_id,
    parent.customer_key,
    coalesce(line.product_id, 'unknown') as product_id,
    line.variant_id,
    line.sku,
    line.title,
    {{ loop_returns.reason_of('line.parent_reason') }} as parent_reason,
    {{ loop_returns.reason_of('line.reason') }} as reason,
    line.line_outcome,
    line.grade,
    line.disposition,
    line.price_amount,
    line.discount_amount,
    line.tax_amount,
    line.refund_amount,
    cast(abs(coalesce(line.price_amount, 0)) - abs(coalesce(line.discount_amount, 0)) as numeric(38, 9))
        as value_amount
from {{ ref('stg_loop__return_line_items') }} as line
inner join {{ ref('loop__returns') }} as parent
    on parent.source_relation = line.source_relation and parent.return_id = line.return_id

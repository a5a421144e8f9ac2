select
    label.source_relation,
    label.return_id,
    label.label_position,
    parent.currency,
    parent.state,
    parent.is_counted,
    parent.date_day,
    coalesce(label.carrier, 'unknown') as carrier,
    label.tracking_number,
    coalesce(label.label_status, 'unknown') as label_status,
    label.status_changed_at,
    coalesce(label.label_status = 'delivered', false) as is_delivered,
    label.rate_as_sent,
    cast(label.cost_amount as numeric(38, 9)) as cost_amount
from {{ ref('stg_loop__return_labels') }} as label
inner join {{ ref('loop__returns') }} as parent
    on parent.source_relation = label.source_relation and parent.return_id = label.return_id

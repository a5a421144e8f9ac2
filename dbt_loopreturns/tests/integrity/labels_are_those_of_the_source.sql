-- No present label is lost or doubled, and each return has the cost of its labels.
{{ loop_returns.same_sums(
    ref('stg_loop__return_labels'), ref('loop__labels'),
    ['source_relation', 'return_id'], ['rate_as_sent', 'cost_amount'],
) }}
union all
select source_relation, return_id, labels, 0, label_cost_amount
from {{ ref('loop__returns') }} as parent
where label_cost_amount <> (
    select coalesce(sum(label.cost_amount), 0)
    from {{ ref('loop__labels') }} as label
    where label.source_relation = parent.source_relation and label.return_id = parent.return_id
)

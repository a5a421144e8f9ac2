-- No present exchange is lost or doubled by the joins, and no unit is replaced twice.
{{ loop_returns.same_sums(
    ref('stg_loop__return_exchanges'), ref('loop__exchanges'),
    ['source_relation', 'return_id'],
    ['price_amount', 'discount_amount', 'tax_amount', 'total_amount'],
) }}
union all
select source_relation, return_id, count(*), 0, 0, 0, 0
from {{ ref('loop__exchanges') }}
where replaced_line_item_id is not null
group by source_relation, return_id, replaced_line_item_id
having count(*) > 1

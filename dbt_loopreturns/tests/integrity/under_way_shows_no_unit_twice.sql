{{ config(enabled=var('loop_using_advanced_shipping_notices')) }}
-- A unit under way is a unit of a return that is not over.
select under_way.source_relation, under_way.return_id, under_way.line_item_id
from {{ ref('loop__shipments_under_way') }} as under_way
left join {{ ref('loop__return_lines') }} as line
    on line.source_relation = under_way.source_relation
    and line.return_id = under_way.return_id
    and line.line_item_id = under_way.line_item_id
where line.line_item_id is null or line.state in ('closed', 'cancelled', 'expired')

-- A unit that has left its return stays behind in the table, older than its return.
select item.*
from {{ ref('base_loop__return_line_items') }} as item
inner join {{ ref('stg_loop__returns') }} as parent
    on parent.source_relation = item.source_relation
    and parent.return_id = item.return_id
    and parent.updated_at = item.return_updated_at

-- Process an open return when every item of it was received and graded, and none below grade B;
-- put it into review when an item is not what was bought, or missing. Others wait.
create schema if not exists loop_actions;

create view loop_actions.return_actions as
with items as (
    select
        return_id,
        -- A word up to version 2026-07 of Loop's API, an object from 2026-10 on.
        coalesce(
            condition -> 'condition_category' ->> 'grade', condition ->> 'condition_category'
        ) as grade
    from loop.return_line_items
),

graded as (
    select
        return_id,
        bool_and(coalesce(grade in ('grade_a', 'grade_b'), false)) as is_sellable,
        bool_or(coalesce(grade in ('incorrect_item', 'missing'), false)) as is_suspect
    from items
    group by return_id
)

select returns.id as return_id, case when is_suspect then 'flag' else 'process' end as action
from graded
join loop.returns on returns.id = graded.return_id
where returns.state = 'open' and (is_suspect or is_sellable);

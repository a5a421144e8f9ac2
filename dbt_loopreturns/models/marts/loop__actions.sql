{{ config(enabled=var('loop_using_action_outcomes')) }}

select
    told.source_relation,
    told.action_stream,
    told.action_id,
    told.action_name,
    told.action_outcome,
    told.outcome_reason,
    told.refusal_code,
    told.http_status,
    told.attempts,
    told.requested_at,
    told.settled_at,
    told.return_id,
    told.return_state as state_before,
    present.state as state_now,
    present.currency,
    present.refund_amount,
    case
        when told.action_stream <> 'return_actions' or told.return_id is null then null
        when told.action_name in ('process', 'close', 'remove_line_items') then present.state = 'closed'
        when told.action_name = 'cancel' then present.state = 'cancelled'
        when told.action_name = 'flag' then present.state = 'review'
    end as is_as_intended
from {{ ref('stg_loop__action_outcomes') }} as told
left join {{ ref('loop__returns') }} as present
    on present.source_relation = told.source_relation and present.return_id = told.return_id

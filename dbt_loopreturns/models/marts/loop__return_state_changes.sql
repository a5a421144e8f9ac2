{{ config(enabled=var('loop_using_loop_events')) }}

-- What was seen of each return's state: by events, when they came; by the last load, as of the
-- return's last change. Nothing is put between two sightings: where more may have happened, or
-- earlier, the row says so. An event that came again is the first one, as a retry would be.
with seen as (

    select
        source_relation,
        return_id,
        state,
        event_trigger = 'return.created' as is_made,
        received_at as seen_at,
        'event' as seen_by,
        event_sequence as place
    from {{ ref('stg_loop__loop_events') }}
    where return_id is not null and state is not null

    union all

    select
        source_relation,
        return_id,
        state,
        updated_at = created_at as is_made,
        updated_at as seen_at,
        'load' as seen_by,
        cast(9223372036854775807 as bigint) as place
    from {{ ref('stg_loop__returns') }}
    where state is not null and updated_at is not null

),

followed as (

    select
        *,
        lag(state) over (
            partition by source_relation, return_id order by seen_at, place, seen_by
        ) as previous_state
    from seen

)

select
    source_relation,
    return_id,
    cast(row_number() over (
        partition by source_relation, return_id order by seen_at, place, seen_by
    ) as bigint) as position,
    previous_state,
    state,
    seen_at as changed_at,
    seen_by,
    case
        when previous_state is not null then seen_by <> 'event'
        else not coalesce(is_made, false)
    end as is_gap_before
from followed
where previous_state is null or previous_state <> state

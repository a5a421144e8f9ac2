-- What was seen of each return's state: by events, when they came; by loads, as of the return's last
-- change. Nothing is put between two sightings: where more may have happened, the row says so.
with seen as (

    select
        source_relation,
        return_id,
        state,
        event_trigger = 'return.created' as is_made,
        cast(null as {{ loop_returns.type_of('moment') }}) as created_at,
        received_at as seen_at,
        'event' as seen_by,
        event_sequence as place,
        cast(null as {{ loop_returns.type_of('moment') }}) as kept_at
    from {{ ref('stg_loop__loop_events') }}
    where return_id is not null and state is not null

    union all

    select
        source_relation,
        return_id,
        state,
        updated_at = created_at as is_made,
        created_at,
        updated_at as seen_at,
        'load' as seen_by,
        cast(9223372036854775807 as bigint) as place,
        kept_at
    from {{ ref('int_loop__states_by_load') }}

),

followed as (

    select
        *,
        row_number() over (
            partition by source_relation, return_id order by seen_at, place, kept_at
        ) as number,
        lag(state) over (
            partition by source_relation, return_id order by seen_at, place, kept_at
        ) as state_before
    from seen

),

counted as (

    select
        *,
        sum(case when state_before = state then 0 else 1 end) over (
            partition by source_relation, return_id order by number
            rows between unbounded preceding and current row
        ) as position
    from followed

),

-- One row for each time that a return was in a state.
stays as (

    select
        source_relation,
        return_id,
        position,
        state,
        min(created_at) as created_at,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at,
        min(case when seen_by = 'event' then seen_at end) as told_at,
        max(case when seen_by = 'load' then 1 else 0 end) = 1 as is_loaded,
        max(case when is_made then 1 else 0 end) = 1 as is_made,
        max(case when is_made and number = 1 then 1 else 0 end) = 1 as is_made_first
    from counted
    group by 1, 2, 3, 4

),

compared as (

    select
        *,
        lag(state) over (
            partition by source_relation, return_id order by position
        ) as previous_state,
        lag(last_seen_at) over (
            partition by source_relation, return_id order by position
        ) as previous_seen_at,
        min(created_at) over (partition by source_relation, return_id) as return_created_at,
        row_number() over (
            partition by source_relation, return_id, state order by position
        ) > 1 as is_again
    from stays

),

judged as (

    select
        *,
        -- Loop repeats a delivery for two and a half hours at most.
        coalesce(
            {{ loop_returns.seconds_between('first_seen_at', 'told_at') }} <= 10800, false
        ) as is_told,
        previous_state is not null and not is_loaded and (is_again or is_made) as is_doubtful
    from compared

)

select
    source_relation,
    return_id,
    cast(position as bigint) as position,
    previous_state,
    state,
    coalesce(previous_seen_at, return_created_at) as changed_after,
    first_seen_at as changed_at,
    case when is_told then 'event' else 'load' end as seen_by,
    case
        when previous_state is null then not is_made_first
        else is_doubtful or not is_told
    end as is_gap_before,
    is_doubtful
from judged

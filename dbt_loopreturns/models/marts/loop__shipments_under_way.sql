{{ config(enabled=var('loop_using_advanced_shipping_notices')) }}

-- A notice is read again for some weeks only, its return whenever it changes: of the label's two
-- statuses the newer one counts.
with notices as (

    select
        notice.*,
        parent.currency as return_currency,
        parent.state,
        coalesce(notice.currency, 'XXX') as known_currency,
        case
            when notice.label_status_changed_at is null
                or current_return.label_status_changed_at >= notice.label_status_changed_at
                then coalesce(current_return.label_status, notice.label_status)
            else notice.label_status
        end as newest_status,
        greatest(
            coalesce(current_return.label_status_changed_at, notice.label_status_changed_at, notice.created_at),
            coalesce(notice.label_status_changed_at, notice.created_at)
        ) as newest_change_at
    from {{ ref('stg_loop__advanced_shipping_notices') }} as notice
    inner join {{ ref('loop__return_lines') }} as line
        on line.source_relation = notice.source_relation
        and line.return_id = notice.return_id
        and line.line_item_id = notice.line_item_id
    inner join {{ ref('loop__returns') }} as parent
        on parent.source_relation = notice.source_relation and parent.return_id = notice.return_id
    inner join {{ ref('stg_loop__returns') }} as current_return
        on current_return.source_relation = notice.source_relation
        and current_return.return_id = notice.return_id

),

under_way as (

    select
        *,
        {{ loop_returns.seconds_between('created_at', loop_returns.now()) }} as age_seconds,
        {{ loop_returns.seconds_between('newest_change_at', loop_returns.now()) }} as silent_seconds
    from notices
    where state not in ('closed', 'cancelled', 'expired')
        and delivered_at is null
        and coalesce(newest_status, 'unknown') <> 'delivered'

)

select
    source_relation,
    return_id,
    line_item_id,
    known_currency as currency,
    state,
    carrier,
    tracking_number,
    coalesce(newest_status, 'unknown') as label_status,
    destination_id,
    destination_name,
    title,
    sku,
    price_amount,
    created_at,
    newest_change_at,
    cast(floor(age_seconds / 86400.0) as bigint) as age_days,
    cast(floor(silent_seconds / 86400.0) as bigint) as silent_days,
    silent_seconds >= 86400 * {{ var('loop_stuck_days') }} as is_stuck
from under_way

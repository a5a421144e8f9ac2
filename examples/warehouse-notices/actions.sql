-- What the warehouse confirms lands in warehouse.receipts, a row for each item that came; its own
-- system, or a job that loads its file, writes it. Each becomes a grade in Loop, and a note says
-- when a parcel was received.
create schema if not exists warehouse;
create schema if not exists loop_actions;

create table warehouse.receipts (
    return_id text not null,
    return_line_item_id text not null,
    grade text not null, -- grade_a to grade_d, incorrect_item, missing, junk
    said text,
    received_at timestamptz not null,
    primary key (return_id, return_line_item_id)
);

create view loop_actions.line_item_grades as
select
    return_id,
    return_line_item_id as line_item_id,
    coalesce(said, 'as announced') as description,
    jsonb_build_object('subject', 'item', 'title', grade, 'grade', grade) as condition_category,
    'warehouse' as return_processor,
    to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as inspected_at
from warehouse.receipts;

-- One note a return and day: the identity is the action's, whatever the count becomes.
create view loop_actions.return_actions as
select
    return_id,
    'note' as action,
    'Received: ' || count(*) || ' items' as content,
    'received-' || return_id || '-' || (received_at at time zone 'UTC')::date as action_id
from warehouse.receipts
where (received_at at time zone 'UTC')::date < (now() at time zone 'UTC')::date
group by return_id, (received_at at time zone 'UTC')::date;

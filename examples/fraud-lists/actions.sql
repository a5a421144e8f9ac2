-- Loop's blocklist is this view: customers whom the fraud model names now, and whatever people have
-- entered of other types. Who is named no longer is removed.
create schema if not exists fraud;
create schema if not exists loop_actions;

create table fraud.signals (
    email text primary key,
    score numeric not null,
    until date -- null: for good
);

create view loop_actions.blocklist_items as
select 'email' as type, email as value, null as secondary_value
from fraud.signals
where score >= 0.9 and (until is null or until >= current_date)
union all
select type, value, secondary_value
from loop.blocklist_items
where type <> 'email';

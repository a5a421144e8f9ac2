{{ config(enabled=var('loop_using_action_outcomes')) }}

{#- The target's history has a row for each run and action: the latest one stands.
    A file of outcomes has no `sequence`, and one row for each action. -#}
{%- set columns = [
    ('stream', 'action_stream', 'text'),
    ('action_id', 'action_id', 'text'),
    ('action', 'action_name', 'text'),
    ('outcome', 'action_outcome', 'text'),
    ('reason', 'outcome_reason', 'text'),
    ('code', 'refusal_code', 'text'),
    ('http_status', 'http_status', 'integer'),
    ('return_id', 'return_id', 'text'),
    ('return_state', 'return_state', 'text'),
    ('target_id', 'target_id', 'text'),
    ('attempts', 'attempts', 'integer'),
    ('requested_at', 'requested_at', 'moment'),
    ('settled_at', 'settled_at', 'moment'),
    ('line', 'input_line', 'integer'),
    ('sequence', 'told_sequence', 'integer'),
] %}

with told as (
    {{ loop_returns.read('action_outcomes', columns) }}
),

placed as (
    select
        told.*,
        row_number() over (
            partition by source_relation, action_stream, action_id
            order by told_sequence desc nulls last, settled_at desc nulls last
        ) as place
    from told
)

select
    source_relation,
    {%- for _, name, _ in columns if name != 'told_sequence' %}
    {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from placed
where place = 1

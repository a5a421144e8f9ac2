{#- Without the snapshot's table, as after `dbt run` alone, the last load is all there is. -#}
{%- set kept = load_relation(ref('loop__return_states')) if var('loop_keep_states') else none -%}
with shown as (

    select
        return_key,
        source_relation,
        return_id,
        state,
        created_at,
        updated_at,
        cast('9999-12-31' as {{ loop_returns.type_of('moment') }}) as kept_at
    from {{ ref('int_loop__return_states') }}

)

{% if kept is none -%}
select source_relation, return_id, state, created_at, updated_at, kept_at
from shown
{%- else %}
, kept as (

    select
        return_key,
        source_relation,
        return_id,
        state,
        created_at,
        updated_at,
        cast(dbt_valid_from as {{ loop_returns.type_of('moment') }}) as kept_at,
        dbt_valid_to is null as is_last
    from {{ kept }}

)

select source_relation, return_id, state, created_at, updated_at, kept_at
from kept

union all

select
    shown.source_relation,
    shown.return_id,
    shown.state,
    shown.created_at,
    shown.updated_at,
    shown.kept_at
from shown
left join kept
    on kept.return_key = shown.return_key
    and kept.is_last
    and kept.state = shown.state
    and kept.updated_at = shown.updated_at
where kept.return_key is null
{%- endif %}

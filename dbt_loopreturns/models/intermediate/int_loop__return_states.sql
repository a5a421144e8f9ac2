-- What the snapshot keeps for good: no personal data.
select
    source_relation || ':' || return_id as return_key,
    source_relation,
    return_id,
    state,
    created_at,
    updated_at
from {{ ref('stg_loop__returns') }}
where state is not null and updated_at is not null

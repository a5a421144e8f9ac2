-- A label that has left its return stays behind in the table, older than its return.
-- Loop documents no unit for the rate and no currency; see DECISIONLOG.md.
select
    label.*,
    parent.currency,
    {% if var('loop_label_rate_unit') == 'cents' -%}
    {{ loop_returns.in_whole_units('label.rate_as_sent', 'parent.currency') }}
    {%- else -%}
    label.rate_as_sent
    {%- endif %} as cost_amount
from {{ ref('base_loop__return_labels') }} as label
inner join {{ ref('stg_loop__returns') }} as parent
    on parent.source_relation = label.source_relation
    and parent.return_id = label.return_id
    and parent.updated_at = label.return_updated_at

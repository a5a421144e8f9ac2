{% set columns = ['units', 'exchanged_units', 'labels'] + loop_returns.day_amounts() -%}
-- All days together, the one without a date included, are all counted returns.
{{ loop_returns.same_sums(
    ref('loop__returns'), ref('loop__returns_by_day'),
    ['source_relation', 'currency'],
    [('1', 'returns'), ("case when state = 'closed' then 1 else 0 end", 'closed_returns'),
     'seconds_to_process'] + columns,
    left_where='is_counted', right_where='returns > 0', count_rows=false,
) }}

-- What the days do not count, they say.
{{ loop_returns.same_sums(
    ref('loop__returns'), ref('loop__returns_by_day'),
    ['source_relation', 'currency'], [('1', 'left_out_returns')],
    left_where='not is_counted', right_where='left_out_returns > 0', count_rows=false,
) }}

-- All reasons together are all counted units.
{{ loop_returns.same_sums(
    ref('loop__return_lines'), ref('loop__return_reasons'),
    ['source_relation', 'currency'], [('1', 'units'), 'value_amount', 'refund_amount'],
    left_where='is_counted', count_rows=false,
) }}

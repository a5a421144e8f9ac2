-- All products together are all counted units.
{{ loop_returns.same_sums(
    ref('loop__return_lines'), ref('loop__products'),
    ['source_relation', 'currency'],
    [('1', 'units_returned'), ('value_amount', 'value_returned'), 'refund_amount'],
    left_where='is_counted', right_where='units_returned > 0', count_rows=false,
) }}

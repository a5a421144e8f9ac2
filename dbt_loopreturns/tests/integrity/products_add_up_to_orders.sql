-- All products together are all lines of all orders.
{{ loop_returns.same_sums(
    ref('int_loop__order_lines'), ref('loop__products'),
    ['source_relation', 'currency'], [('quantity', 'units_sold'), ('sold_amount', 'value_sold')],
    left_where='quantity > 0', right_where='units_sold > 0', count_rows=false,
) }}

-- Each return has its labels, and their cost.
{{ loop_returns.same_sums(
    ref('loop__labels'), ref('loop__returns'),
    ['source_relation', 'return_id', 'currency'],
    [('1', 'labels'), ('cost_amount', 'label_cost_amount')],
    right_where='labels > 0', count_rows=false,
) }}

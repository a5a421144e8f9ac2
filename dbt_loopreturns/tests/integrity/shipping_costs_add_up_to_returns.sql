-- All months together are all counted returns.
{{ loop_returns.same_sums(
    ref('loop__returns'), ref('loop__shipping_costs'),
    ['source_relation', 'currency'],
    [('1', 'returns'), 'labels', 'label_cost_amount', 'handling_fee_amount', 'net_shipping_amount'],
    left_where='is_counted', count_rows=false,
) }}

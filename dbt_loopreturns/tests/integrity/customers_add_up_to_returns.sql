-- All customers together are all counted returns whose shopper is known.
{{ loop_returns.same_sums(
    ref('loop__returns'), ref('loop__customers'),
    ['source_relation', 'currency'],
    [('1', 'returns'), 'units', 'returned_amount', 'refund_amount', 'retained_amount',
     'net_shipping_amount'],
    left_where='is_counted and customer_key is not null', count_rows=false,
) }}

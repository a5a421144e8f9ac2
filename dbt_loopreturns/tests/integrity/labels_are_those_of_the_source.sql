-- No present label is lost or doubled, and no cost changes.
{{ loop_returns.same_sums(
    ref('stg_loop__return_labels'), ref('loop__labels'),
    ['source_relation', 'return_id'], ['rate_as_sent', 'cost_amount'],
) }}

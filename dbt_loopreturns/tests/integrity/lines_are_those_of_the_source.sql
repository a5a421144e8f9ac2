-- No present unit is lost or doubled by the joins, and no amount changes.
{{ loop_returns.same_sums(
    ref('stg_loop__return_line_items'), ref('loop__return_lines'),
    ['source_relation', 'return_id'],
    ['price_amount', 'discount_amount', 'tax_amount', 'refund_amount'],
) }}

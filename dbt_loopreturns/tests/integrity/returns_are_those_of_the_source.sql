-- No return is lost or doubled, and no amount changes, to the last digit.
{{ loop_returns.same_sums(
    ref('stg_loop__returns'), ref('loop__returns'),
    ['source_relation', 'state'],
    [
        'product_amount', 'discount_amount', 'tax_amount', 'returned_amount', 'refund_amount',
        'credit_amount', 'exchange_amount', 'upsell_amount', 'handling_fee_amount',
    ],
) }}

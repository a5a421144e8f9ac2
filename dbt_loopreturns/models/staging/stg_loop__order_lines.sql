-- The lines of Loop's orders, one row each: they are a nested list of the stream orders.
with lines as (

    {{ loop_returns.read_elements('orders', 'line_items', [
        ('id', 'order_id', 'text'),
        ('external_id', 'provider_order_id', 'text'),
        ('created_at', 'ordered_at', 'moment'),
    ], [
        ('id', 'order_line_id', 'text'),
        ('external_id', 'provider_line_item_id', 'text'),
        ('product.id', 'product_id', 'text'),
        ('product_variant.id', 'variant_id', 'text'),
        ('quantity', 'quantity', 'integer'),
        ('unit_price.amount', 'unit_price_in_smallest_unit', 'integer'),
        ('unit_price.currency_code', 'currency', 'text'),
        ('unit_discounts.amount', 'unit_discount_in_smallest_unit', 'integer'),
    ]) }}

)

select
    source_relation,
    order_id,
    provider_order_id,
    ordered_at,
    order_line_id,
    provider_line_item_id,
    product_id,
    variant_id,
    quantity,
    {{ loop_returns.in_whole_units('unit_price_in_smallest_unit', 'currency') }} as unit_price,
    {{ loop_returns.in_whole_units('unit_discount_in_smallest_unit', 'currency') }} as unit_discount,
    currency
from lines

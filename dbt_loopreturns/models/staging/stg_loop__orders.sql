with source as (

    {{ loop_returns.read('orders', [
        ('id', 'order_id', 'text'),
        ('external_id', 'provider_order_id', 'text'),
        ('created_at', 'ordered_at', 'moment'),
        ('updated_at', 'updated_at', 'moment'),
        ('status', 'status', 'text'),
        ('name', 'order_name', 'text'),
        ('source', 'order_source', 'text'),
        ('channel.id', 'channel_id', 'text'),
        ('channel.name', 'channel_name', 'text'),
        ('customer.id', 'customer_id', 'text'),
        ('taxes_included', 'is_tax_included', 'boolean'),
        ('total_price.amount', 'total_price_in_smallest_unit', 'integer'),
        ('total_price.currency_code', 'total_price_currency', 'text'),
        ('total_discounts.amount', 'total_discounts_in_smallest_unit', 'integer'),
        ('total_discounts.currency_code', 'total_discounts_currency', 'text'),
        ('total_taxes.amount', 'total_taxes_in_smallest_unit', 'integer'),
        ('total_taxes.currency_code', 'total_taxes_currency', 'text'),
    ]) }}

)

select
    source_relation,
    order_id,
    provider_order_id,
    ordered_at,
    updated_at,
    status,
    order_name,
    order_source,
    channel_id,
    channel_name,
    customer_id,
    is_tax_included,
    {{ loop_returns.in_whole_units('total_price_in_smallest_unit', 'total_price_currency') }} as total_price,
    total_price_currency,
    {{ loop_returns.in_whole_units('total_discounts_in_smallest_unit', 'total_discounts_currency') }} as total_discounts,
    total_discounts_currency,
    {{ loop_returns.in_whole_units('total_taxes_in_smallest_unit', 'total_taxes_currency') }} as total_taxes,
    total_taxes_currency
from source

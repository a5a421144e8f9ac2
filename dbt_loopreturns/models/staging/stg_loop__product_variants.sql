{{ config(enabled=var('loop_using_product_variants')) }}

with source as (

    {{ loop_returns.read('product_variants', [
        ('id', 'variant_id', 'text'),
        ('external_id', 'provider_variant_id', 'text'),
        ('sku', 'sku', 'text'),
        ('name', 'variant_name', 'text'),
        ('weight_grams', 'weight_grams', 'number'),
        ('barcode', 'barcode', 'text'),
        ('product.id', 'product_id', 'text'),
        ('product.external_id', 'provider_product_id', 'text'),
        ('price.amount', 'price_in_smallest_unit', 'integer'),
        ('price.currency_code', 'price_currency', 'text'),
    ]) }}

)

select
    source_relation,
    variant_id,
    provider_variant_id,
    sku,
    variant_name,
    weight_grams,
    barcode,
    product_id,
    provider_product_id,
    {{ loop_returns.in_whole_units('price_in_smallest_unit', 'price_currency') }} as price,
    price_currency
from source

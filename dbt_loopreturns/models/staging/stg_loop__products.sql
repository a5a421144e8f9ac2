{{ config(enabled=var('loop_using_products')) }}

with source as (

    {{ loop_returns.read('products', [
        ('id', 'product_id', 'text'),
        ('external_id', 'provider_product_id', 'text'),
        ('created_at', 'created_at', 'moment'),
        ('updated_at', 'updated_at', 'moment'),
        ('sku', 'sku', 'text'),
        ('name', 'product_name', 'text'),
        ('weight_grams', 'weight_grams', 'number'),
        ('barcode', 'barcode', 'text'),
        ('description', 'product_description', 'text'),
        ('type', 'product_type', 'text'),
        ('vendor', 'vendor', 'text'),
        ('price.amount', 'price_in_smallest_unit', 'integer'),
        ('price.currency_code', 'price_currency', 'text'),
        ('source', 'source', 'text'),
        ('default_variant_id', 'default_variant_id', 'text'),
    ]) }}

)

select
    source_relation,
    product_id,
    provider_product_id,
    created_at,
    updated_at,
    sku,
    product_name,
    weight_grams,
    barcode,
    product_description,
    product_type,
    vendor,
    {{ loop_returns.in_whole_units('price_in_smallest_unit', 'price_currency') }} as price,
    price_currency,
    source,
    default_variant_id
from source

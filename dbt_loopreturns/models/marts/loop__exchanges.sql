-- Loop does not say which returned unit an item replaces. A unit that names the item's variant as
-- its exchange_variant is taken first, then one of the same product; each unit once. Windows over
-- items and units together pair the two, since PostgreSQL plans joins of such parts badly.
{% set carried = [
    'exchange_type', 'sku', 'title', 'price_amount', 'discount_amount', 'tax_amount', 'total_amount',
    'is_out_of_stock',
] -%}
with pieces as (

    select
        source_relation,
        return_id,
        exchange_id,
        cast(null as text) as line_item_id,
        product_id,
        variant_id,
        variant_id as named_variant_id,
        cast(null as numeric(38, 9)) as unit_price,
        {{ carried | join(', ') }}
    from {{ ref('stg_loop__return_exchanges') }}
    union all
    select
        source_relation,
        return_id,
        null,
        line_item_id,
        product_id,
        variant_id,
        exchange_variant_id,
        cast(abs(coalesce(price_amount, 0)) as numeric(38, 9)),
        null, null, null, null, null, null, null, null
    from {{ ref('stg_loop__return_line_items') }}
    where (source_relation, return_id) in (
        select source_relation, return_id from {{ ref('stg_loop__return_exchanges') }}
    )

),

numbered as (

    select
        *,
        count(line_item_id) over (partition by source_relation, return_id, variant_id) as of_variant,
        count(line_item_id) over (partition by source_relation, return_id, product_id) as of_product,
        row_number() over (
            partition by source_relation, return_id, named_variant_id, exchange_id is null
            order by exchange_id, line_item_id
        ) as place
    from pieces

),

by_name as (

    select
        *,
        {% for name in ['exchange_id', 'line_item_id', 'unit_price'] -%}
        case when named_variant_id is not null then max({{ name }}) over (
            partition by source_relation, return_id, named_variant_id, place
        ) end as named_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from numbered

),

-- What is paired already stands aside, under a number of its own.
numbered_again as (

    select
        *,
        named_exchange_id is not null and named_line_item_id is not null as is_named,
        row_number() over (
            partition by
                source_relation, return_id, product_id, exchange_id is null,
                named_exchange_id is not null and named_line_item_id is not null
            order by exchange_id, line_item_id
        ) as place_again
    from by_name

),

paired as (

    select
        *,
        {% for name in ['line_item_id', 'unit_price'] -%}
        case
            when is_named then named_{{ name }}
            when product_id is not null then max({{ name }}) over (
                partition by source_relation, return_id, product_id, is_named, place_again
            )
        end as replaced_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from numbered_again

)

select
    paired.source_relation,
    paired.return_id,
    paired.exchange_id,
    parent.currency,
    parent.state,
    parent.is_counted,
    parent.date_day,
    paired.exchange_type,
    coalesce(paired.product_id, 'unknown') as product_id,
    paired.variant_id,
    paired.sku,
    paired.title,
    case
        when paired.variant_id is not null and paired.of_variant > 0 then 'same variant'
        when paired.product_id is not null and paired.of_product > 0 then 'same product'
        else 'another product'
    end as exchanged_for,
    paired.replaced_line_item_id,
    paired.price_amount,
    paired.discount_amount,
    paired.tax_amount,
    paired.total_amount,
    cast(paired.price_amount - paired.replaced_unit_price as numeric(38, 9)) as price_step_amount,
    coalesce(paired.is_out_of_stock, false) as is_out_of_stock
from paired
inner join {{ ref('loop__returns') }} as parent
    on parent.source_relation = paired.source_relation and parent.return_id = paired.return_id
where paired.exchange_id is not null

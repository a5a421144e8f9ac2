-- Loop does not say which returned unit an item replaces. A unit that names the item's variant as
-- its exchange_variant is taken first, then one of the same product; each unit once.
with items as (

    select
        *,
        row_number() over (
            partition by source_relation, return_id, variant_id order by exchange_id
        ) as of_variant
    from {{ ref('stg_loop__return_exchanges') }}

),

units as (

    select
        source_relation,
        return_id,
        line_item_id,
        product_id,
        variant_id,
        exchange_variant_id,
        cast(abs(coalesce(price_amount, 0)) as numeric(38, 9)) as unit_price,
        row_number() over (
            partition by source_relation, return_id, exchange_variant_id order by line_item_id
        ) as for_variant
    from {{ ref('stg_loop__return_line_items') }}

),

named as (

    select items.source_relation, items.return_id, items.exchange_id, units.line_item_id, units.unit_price
    from items
    inner join units
        on units.source_relation = items.source_relation
        and units.return_id = items.return_id
        and units.exchange_variant_id = items.variant_id
        and units.for_variant = items.of_variant

),

items_left as (

    select
        items.*,
        row_number() over (
            partition by items.source_relation, items.return_id, items.product_id
            order by items.exchange_id
        ) as of_product
    from items
    left join named
        on named.source_relation = items.source_relation
        and named.return_id = items.return_id
        and named.exchange_id = items.exchange_id
    where named.exchange_id is null

),

units_left as (

    select
        units.*,
        row_number() over (
            partition by units.source_relation, units.return_id, units.product_id
            order by units.line_item_id
        ) as for_product
    from units
    left join named
        on named.source_relation = units.source_relation
        and named.return_id = units.return_id
        and named.line_item_id = units.line_item_id
    where named.line_item_id is null

),

replaced as (

    select * from named
    union all
    select
        items_left.source_relation,
        items_left.return_id,
        items_left.exchange_id,
        units_left.line_item_id,
        units_left.unit_price
    from items_left
    inner join units_left
        on units_left.source_relation = items_left.source_relation
        and units_left.return_id = items_left.return_id
        and units_left.product_id = items_left.product_id
        and units_left.for_product = items_left.of_product

),

returned as (

    select
        items.source_relation,
        items.return_id,
        items.exchange_id,
        max(case when units.variant_id = items.variant_id then 1 else 0 end) as same_variant,
        max(case when units.product_id = items.product_id then 1 else 0 end) as same_product
    from items
    left join units
        on units.source_relation = items.source_relation and units.return_id = items.return_id
    group by items.source_relation, items.return_id, items.exchange_id

)

select
    items.source_relation,
    items.return_id,
    items.exchange_id,
    parent.currency,
    parent.state,
    parent.is_counted,
    parent.date_day,
    items.exchange_type,
    coalesce(items.product_id, 'unknown') as product_id,
    items.variant_id,
    items.sku,
    items.title,
    case
        when returned.same_variant = 1 then 'same variant'
        when returned.same_product = 1 then 'same product'
        else 'another product'
    end as exchanged_for,
    replaced.line_item_id as replaced_line_item_id,
    items.price_amount,
    items.discount_amount,
    items.tax_amount,
    items.total_amount,
    cast(items.price_amount - replaced.unit_price as numeric(38, 9)) as price_step_amount,
    coalesce(items.is_out_of_stock, false) as is_out_of_stock
from items
inner join {{ ref('loop__returns') }} as parent
    on parent.source_relation = items.source_relation and parent.return_id = items.return_id
inner join returned
    on returned.source_relation = items.source_relation
    and returned.return_id = items.return_id
    and returned.exchange_id = items.exchange_id
left join replaced
    on replaced.source_relation = items.source_relation
    and replaced.return_id = items.return_id
    and replaced.exchange_id = items.exchange_id

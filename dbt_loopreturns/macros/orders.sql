{#- Orders: Loop's own, or the shop's tables. -#}

{#- `gid://shopify/Order/123`, `123` and 123 are one order. -#}
{% macro plain_id(id) -%}
    {{ return("nullif(regexp_replace(cast(" ~ id ~ " as text), '^.*/', ''), '')") }}
{%- endmacro %}

{#- The shop's own table, from `loop_shop_orders` or a shop's entry of the same name.

    Raises a compilation error where it is not named, or not there. -#}
{% macro shop_table(name, shop) -%}
    {%- set said = shop.get(name) or var('loop_' ~ name) -%}
    {%- if not said -%}
        {{ exceptions.raise_compiler_error(
            "loop_returns: loop_orders is shop, so loop_" ~ name ~ " must name your table, such as "
            ~ "shopify.shopify__" ~ name.replace('shop_', '') ~ "."
        ) }}
    {%- endif -%}
    {%- set parts = said.split('.') -%}
    {%- set relation = adapter.get_relation(
        database=parts[-3] if parts | length > 2 else target.database,
        schema=loop_returns.as_stored(parts[-2] if parts | length > 1 else target.schema),
        identifier=loop_returns.as_stored(parts[-1]),
    ) -%}
    {%- if relation is none -%}
        {{ exceptions.raise_compiler_error(
            "loop_returns: there is no table " ~ said ~ ", which loop_" ~ name ~ " names."
        ) }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{#- A select of a shop's own table, by the names that this package uses.

    columns: (name here and in dbt's Shopify models, kind); `renamed` says what a table calls them. -#}
{% macro read_shop_table(name, columns, renamed) -%}
    {%- set named = [] -%}
    {%- for column, kind in columns -%}
        {%- do named.append((renamed.get(column, column), column, kind)) -%}
    {%- endfor -%}
    {%- if not execute -%}{{ return(loop_returns.no_rows(named)) }}{%- endif -%}
    {%- set selects = [] -%}
    {%- for shop in loop_returns.shops() -%}
        {#- Of several shops, those that name no table have no orders. -#}
        {%- if shop.get(name) or not var('loop_shops') -%}
            {%- do selects.append(loop_returns.read_one(loop_returns.shop_table(name, shop), shop, named)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(selects | join('\nunion all\n') or loop_returns.no_rows(named)) }}
{%- endmacro %}

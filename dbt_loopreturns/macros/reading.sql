{#- Reading the tap's tables, whatever target has made them. -#}

{% macro using(stream) -%}
    {{ return(var('loop_using_' ~ stream, true)) }}
{%- endmacro %}

{#- The shops, each with the name that `source_relation` holds, and where its tables are. -#}
{% macro shops() -%}
    {%- set schema = var('loop_schema') -%}
    {%- set single = [{'name': var('loop_shop_name') or schema, 'schema': schema}] -%}
    {{ return(var('loop_shops') or single) }}
{%- endmacro %}

{#- A stream's table of one shop.

    Raises a compilation error where the table is missing. -#}
{% macro table_of(stream, shop) -%}
    {%- set relation = adapter.get_relation(
        database=shop.get('database') or var('loop_database') or target.database,
        schema=loop_returns.as_stored(shop['schema']),
        identifier=loop_returns.as_stored(stream),
    ) -%}
    {%- if relation is none -%}
        {{ exceptions.raise_compiler_error(
            "loop_returns: there is no table " ~ shop['schema'] ~ "." ~ stream ~ ". Load the stream " ~ stream
            ~ ("" if stream in ('returns', 'return_line_items')
                else ", or set the variable loop_using_" ~ stream ~ " to false")
            ~ "; loop_schema and loop_shops say where tables are looked for."
        ) }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro as_stored(name) -%}
    {{ return(name.upper() if target.type == 'snowflake' else name) }}
{%- endmacro %}

{#- A select of a stream's rows of all shops, renamed and cast.

    columns: (name in the table, name here, kind) each; a name with dots reaches into a nested
    column. A column that the table lacks is null: it was not selected in the tap. -#}
{% macro read(stream, columns) -%}
    {%- if not loop_returns.using(stream) -%}
        {{ return(loop_returns.no_rows(columns)) }}
    {%- endif -%}
    {%- set lineage = source('loop', stream) -%}
    {%- if not execute -%}{{ return(loop_returns.no_rows(columns)) }}{%- endif -%}
    {%- set selects = [] -%}
    {%- for shop in loop_returns.shops() -%}
        {%- do selects.append(
            loop_returns.read_one(loop_returns.table_of(stream, shop), shop, columns)
        ) -%}
    {%- endfor -%}
    {{ return(selects | join('\nunion all\n')) }}
{%- endmacro %}

{% macro read_one(relation, shop, columns) -%}
    {%- set there = loop_returns.columns_of(relation) -%}
    {%- set selected = [loop_returns.shop_of(there, shop) ~ ' as source_relation'] -%}
    {%- for name, as_name, kind in columns -%}
        {%- do selected.append(loop_returns.cast_column(there, name, kind) ~ ' as ' ~ as_name) -%}
    {%- endfor -%}
    {{ return('select\n    ' ~ selected | join(',\n    ') ~ '\nfrom ' ~ relation) }}
{%- endmacro %}

{#- The columns of a relation, by their names in small letters. -#}
{% macro columns_of(relation) -%}
    {%- set found = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do found.update({column.name.lower(): column}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro shop_of(there, shop) -%}
    {%- set column = var('loop_shop_column') -%}
    {%- if column and column in there -%}
        {{ return('cast(' ~ adapter.quote(there[column].name) ~ ' as text)') }}
    {%- endif -%}
    {{ return("cast('" ~ shop['name'] ~ "' as text)") }}
{%- endmacro %}

{% macro cast_column(there, name, kind) -%}
    {%- set path = name.split('.') -%}
    {%- set column = there.get(path[0]) -%}
    {%- if column is none -%}
        {{ return('cast(null as ' ~ loop_returns.type_of(kind) ~ ')') }}
    {%- endif -%}
    {%- set value = adapter.quote(column.name) -%}
    {%- if path | length > 1 -%}
        {%- set value = loop_returns.nested_text(value, path[1:]) -%}
    {%- endif -%}
    {{ return(loop_returns.cast_value(value, kind)) }}
{%- endmacro %}

{#- Empty texts are null: some targets make no difference between the two. -#}
{% macro cast_value(value, kind) -%}
    {%- set made = 'cast(' ~ value ~ ' as ' ~ loop_returns.type_of(kind) ~ ')' -%}
    {{ return("nullif(" ~ made ~ ", '')" if kind == 'text' else made) }}
{%- endmacro %}

{#- No row at all, of the right types: for a stream that is switched off. -#}
{% macro no_rows(columns) -%}
    {%- set selected = ['cast(null as text) as source_relation'] -%}
    {%- for name, as_name, kind in columns -%}
        {%- do selected.append('cast(null as ' ~ loop_returns.type_of(kind) ~ ') as ' ~ as_name) -%}
    {%- endfor -%}
    {{ return('select\n    ' ~ selected | join(',\n    ') ~ '\nwhere 1 = 0') }}
{%- endmacro %}

{#- As `read`, with a row for each element of a nested list.

    columns: of the row that holds the list; within: of the element. -#}
{% macro read_elements(stream, list, columns, within) -%}
    {%- if not loop_returns.using(stream) -%}
        {{ return(loop_returns.no_rows(columns + within)) }}
    {%- endif -%}
    {%- set lineage = source('loop', stream) -%}
    {%- if not execute -%}{{ return(loop_returns.no_rows(columns + within)) }}{%- endif -%}
    {%- set selects = [] -%}
    {%- for shop in loop_returns.shops() -%}
        {%- set relation = loop_returns.table_of(stream, shop) -%}
        {%- set there = loop_returns.columns_of(relation) -%}
        {%- if list in there -%}
            {%- set column = there[list] -%}
            {%- set from = loop_returns.elements_of(adapter.quote(column.name), column.data_type) -%}
            {%- set selected = [loop_returns.shop_of(there, shop) ~ ' as source_relation'] -%}
            {%- for name, as_name, kind in columns -%}
                {%- do selected.append(loop_returns.cast_column(there, name, kind) ~ ' as ' ~ as_name) -%}
            {%- endfor -%}
            {%- for name, as_name, kind in within -%}
                {%- set value = loop_returns.nested_text('element', name.split('.')) -%}
                {%- do selected.append(loop_returns.cast_value(value, kind) ~ ' as ' ~ as_name) -%}
            {%- endfor -%}
            {%- do selects.append('select\n    ' ~ selected | join(',\n    ') ~ '\nfrom ' ~ relation ~ '\n' ~ from) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(selects | join('\nunion all\n') or loop_returns.no_rows(columns + within)) }}
{%- endmacro %}

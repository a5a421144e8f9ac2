{#- What targets and databases spell differently, in one place each. -#}

{% macro type_of(kind) -%}
    {{ return(adapter.dispatch('type_of', 'loop_returns')(kind)) }}
{%- endmacro %}

{% macro default__type_of(kind) -%}
    {%- set types = {
        'text': 'text',
        'money': 'numeric(38, 9)',
        'integer': 'bigint',
        'number': 'double precision',
        'boolean': 'boolean',
        'moment': 'timestamp',
    } -%}
    {{ return(types[kind]) }}
{%- endmacro %}

{% macro snowflake__type_of(kind) -%}
    {{ return('timestamp_ntz' if kind == 'moment' else loop_returns.default__type_of(kind)) }}
{%- endmacro %}

{#- A value within a nested column, as text. -#}
{% macro nested_text(column, path) -%}
    {{ return(adapter.dispatch('nested_text', 'loop_returns')(column, path)) }}
{%- endmacro %}

{% macro default__nested_text(column, path) -%}
    {{ return("(" ~ column ~ " #>> '{" ~ path | join(',') ~ "}')") }}
{%- endmacro %}

{% macro duckdb__nested_text(column, path) -%}
    {{ return("json_extract_string(" ~ column ~ ", '$." ~ path | join('.') ~ "')") }}
{%- endmacro %}

{% macro snowflake__nested_text(column, path) -%}
    {{ return("get_path(" ~ column ~ ", '" ~ path | join('.') ~ "')::text") }}
{%- endmacro %}

{#- A relation with a row for each element of a list; `element` is the element. -#}
{% macro elements_of(column, data_type) -%}
    {{ return(adapter.dispatch('elements_of', 'loop_returns')(column, data_type)) }}
{%- endmacro %}

{% macro default__elements_of(column, data_type) -%}
    {#- target-postgres makes jsonb[] of a list of objects, PipelineWise jsonb. -#}
    {%- if data_type.lower() in ('jsonb[]', 'array', '_jsonb') -%}
        {{ return("cross join lateral unnest(" ~ column ~ ") as listed(element)") }}
    {%- endif -%}
    {%- set list = "case when jsonb_typeof(" ~ column ~ ") = 'array' then " ~ column ~ " end" -%}
    {{ return("cross join lateral jsonb_array_elements(" ~ list ~ ") as listed(element)") }}
{%- endmacro %}

{% macro duckdb__elements_of(column, data_type) -%}
    {{ return("cross join unnest(cast(" ~ column ~ " as json[])) as listed(element)") }}
{%- endmacro %}

{% macro snowflake__elements_of(column, data_type) -%}
    {{ return("cross join lateral flatten(input => " ~ column ~ ") as listed(seq, key, path, index, element, this)") }}
{%- endmacro %}

{#- The present moment, in UTC and without a zone. -#}
{% macro now() -%}
    {%- if var('loop_as_of') -%}
        {{ return("cast('" ~ var('loop_as_of') ~ "' as " ~ loop_returns.type_of('moment') ~ ")") }}
    {%- endif -%}
    {{ return(adapter.dispatch('now_utc', 'loop_returns')()) }}
{%- endmacro %}

{% macro default__now_utc() -%}
    {{ return("cast(now() at time zone 'UTC' as timestamp)") }}
{%- endmacro %}

{% macro snowflake__now_utc() -%}
    {{ return("sysdate()") }}
{%- endmacro %}

{#- A moment in UTC, as the shop's clocks showed it. -#}
{% macro shop_time(moment) -%}
    {%- if var('loop_timezone') == 'UTC' -%}{{ return(moment) }}{%- endif -%}
    {{ return(adapter.dispatch('shop_time', 'loop_returns')(moment)) }}
{%- endmacro %}

{% macro default__shop_time(moment) -%}
    {{ return("((" ~ moment ~ " at time zone 'UTC') at time zone '" ~ var('loop_timezone') ~ "')") }}
{%- endmacro %}

{% macro snowflake__shop_time(moment) -%}
    {{ return("convert_timezone('UTC', '" ~ var('loop_timezone') ~ "', " ~ moment ~ ")") }}
{%- endmacro %}

{#- Whole seconds from one moment to another. -#}
{% macro seconds_between(first, last) -%}
    {{ return(adapter.dispatch('seconds_between', 'loop_returns')(first, last)) }}
{%- endmacro %}

{% macro default__seconds_between(first, last) -%}
    {{ return("cast(floor(extract(epoch from (" ~ last ~ ")) - extract(epoch from (" ~ first ~ "))) as bigint)") }}
{%- endmacro %}

{% macro snowflake__seconds_between(first, last) -%}
    {{ return("cast(datediff('second', " ~ first ~ ", " ~ last ~ ") as bigint)") }}
{%- endmacro %}

{% macro days_between(first, last) -%}
    {{ return("cast(" ~ loop_returns.seconds_between(first, last) ~ " as double precision) / 86400") }}
{%- endmacro %}

{#- The first day of a moment's or day's month. -#}
{% macro month_of(day) -%}
    {{ return("cast(date_trunc('month', " ~ day ~ ") as date)") }}
{%- endmacro %}

{% macro hashed(text) -%}
    {{ return(adapter.dispatch('hashed', 'loop_returns')(text)) }}
{%- endmacro %}

{% macro default__hashed(text) -%}
    {{ return("encode(sha256(convert_to(" ~ text ~ ", 'UTF8')), 'hex')") }}
{%- endmacro %}

{% macro duckdb__hashed(text) -%}
    {{ return("sha256(" ~ text ~ ")") }}
{%- endmacro %}

{% macro snowflake__hashed(text) -%}
    {{ return("sha2(" ~ text ~ ", 256)") }}
{%- endmacro %}

{#- So many days after a day. -#}
{% macro day_after(day, number) -%}
    {{ return(adapter.dispatch('day_after', 'loop_returns')(day, number)) }}
{%- endmacro %}

{% macro default__day_after(day, number) -%}
    {{ return("cast(" ~ day ~ " + cast(" ~ number ~ " as integer) as date)") }}
{%- endmacro %}

{% macro snowflake__day_after(day, number) -%}
    {{ return("cast(dateadd('day', " ~ number ~ ", " ~ day ~ ") as date)") }}
{%- endmacro %}

{#- An amount in the smallest unit of its currency, in whole units. -#}
{% macro in_whole_units(amount, currency) -%}
    {%- set whole = "', '".join(var('loop_zero_decimal_currencies')) -%}
    {{ return("case when " ~ currency ~ " in ('" ~ whole ~ "') then cast(" ~ amount ~ " as numeric(38, 9)) "
        ~ "else cast(cast(" ~ amount ~ " as numeric(24, 6)) * cast(0.01 as numeric(3, 2)) as numeric(38, 9)) end") }}
{%- endmacro %}

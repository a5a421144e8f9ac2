{#- The definitions that conflict in the field; DECISIONLOG.md says why each default is what it is. -#}

{#- What a choice is, if it is one of those known. -#}
{% macro chosen(name, known) -%}
    {%- set choice = var(name) -%}
    {%- if choice not in known -%}
        {{ exceptions.raise_compiler_error(
            "loop_returns: " ~ name ~ " is " ~ choice ~ "; it must be one of " ~ known | join(', ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(choice) }}
{%- endmacro %}

{#- The moment by which a return is dated. -#}
{% macro dated_by(created, processed, ordered) -%}
    {%- set basis = loop_returns.chosen('loop_date_basis', ['created', 'processed', 'ordered']) -%}
    {%- if basis == 'ordered' and var('loop_orders') == 'none' -%}
        {{ exceptions.raise_compiler_error(
            "loop_returns: loop_date_basis is ordered, which needs orders: set loop_orders to loop or shop."
        ) }}
    {%- endif -%}
    {{ return({'created': created, 'processed': processed, 'ordered': ordered}[basis]) }}
{%- endmacro %}

{#- What the shopper gets: the parts refund, exchange and credit, in one spelling. -#}
{% macro outcome_of(stated, exchange, credit, refund) -%}
    {%- if loop_returns.chosen('loop_outcome', ['stated', 'money']) == 'money' -%}
        {%- set parts = [
            ('exchange', 'coalesce(' ~ exchange ~ ', 0) > 0'),
            ('credit', 'coalesce(' ~ credit ~ ', 0) > 0'),
            ('refund', 'coalesce(' ~ refund ~ ', 0) > 0'),
        ] -%}
        {%- set otherwise = "'none'" -%}
    {%- else -%}
        {%- set parts = [
            ('exchange', stated ~ " like '%exchange%' or " ~ stated ~ " like '%upsell%'"),
            ('credit', stated ~ " like '%credit%' or " ~ stated ~ " like '%gift%'"),
            ('refund', stated ~ " like '%refund%'"),
        ] -%}
        {%- set otherwise = "coalesce(" ~ stated ~ ", 'none')" -%}
    {%- endif -%}
    {%- set spelled = [] -%}
    {%- for part, is_there in parts -%}
        {%- do spelled.append("case when " ~ is_there ~ " then '+" ~ part ~ "' else '' end") -%}
    {%- endfor -%}
    {{ return("coalesce(nullif(substr(" ~ spelled | join(' || ') ~ ", 2), ''), " ~ otherwise ~ ")") }}
{%- endmacro %}

{#- What of a return's value stayed with the shop. -#}
{% macro retained_amount(returned, refund, exchange, credit, upsell) -%}
    {%- set how = loop_returns.chosen(
        'loop_retained_revenue', ['without_upsell', 'with_upsell', 'not_refunded']
    ) -%}
    {%- set kept = "coalesce(" ~ exchange ~ ", 0) + coalesce(" ~ credit ~ ", 0)" -%}
    {{ return({
        'without_upsell': kept ~ " - coalesce(" ~ upsell ~ ", 0)",
        'with_upsell': kept,
        'not_refunded': "coalesce(" ~ returned ~ ", 0) - coalesce(" ~ refund ~ ", 0)",
    }[how]) }}
{%- endmacro %}

{#- Returned by sold, of units, value or orders; null where nothing is known to be sold. -#}
{% macro return_rate(units, value, orders) -%}
    {%- set how = loop_returns.chosen('loop_return_rate', ['units', 'value', 'orders']) -%}
    {%- set returned, sold = {'units': units, 'value': value, 'orders': orders}[how] -%}
    {{ return("cast(round(cast(cast(" ~ returned ~ " as double precision) / nullif(cast(" ~ sold
        ~ " as double precision), 0) as numeric(38, 12)), 6) as numeric(38, 9))") }}
{%- endmacro %}

{#- A reason without the quotation marks that Loop sometimes puts around it. -#}
{% macro reason_of(reason) -%}
    {%- set bare = "trim(" ~ reason ~ ")" -%}
    {%- set unquoted = "case when " ~ bare ~ " like '\"%\"' then substr(" ~ bare ~ ", 2, length(" ~ bare
        ~ ") - 2) else " ~ bare ~ " end" -%}
    {{ return("coalesce(nullif(trim(" ~ unquoted ~ "), ''), 'Not given')") }}
{%- endmacro %}

{#- Who a shopper is: the same key for the same address, from which the address cannot be read. -#}
{% macro customer_key(email) -%}
    {{ return(loop_returns.hashed(
        "'" ~ var('loop_customer_salt') | replace("'", "''") ~ "' || lower(trim(" ~ email ~ "))"
    ) ) }}
{%- endmacro %}

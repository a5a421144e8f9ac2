{#- The amounts that are summed by day. -#}
{% macro day_amounts() -%}
    {{ return([
        'product_amount', 'discount_amount', 'tax_amount', 'returned_amount', 'refund_amount',
        'credit_amount', 'exchange_amount', 'upsell_amount', 'retained_amount',
        'handling_fee_amount', 'label_cost_amount', 'net_shipping_amount',
    ]) }}
{%- endmacro %}

{#- The numbers from 0 to 9999: so many days are 27 years. -#}
{% macro numbers() -%}
    {%- set digits = [] -%}
    {%- for digit in range(10) -%}{%- do digits.append('select ' ~ digit ~ ' as digit') -%}{%- endfor -%}
    {%- set ten = '(' ~ digits | join(' union all ') ~ ')' -%}
    {{ return(
        "select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as number\n"
        ~ "from " ~ ten ~ " as ones\ncross join " ~ ten ~ " as tens\ncross join " ~ ten
        ~ " as hundreds\ncross join " ~ ten ~ " as thousands"
    ) }}
{%- endmacro %}

{#- The groups in which two relations do not have the same number of rows and the same sums.

    columns: pairs of what is summed, on the left and on the right; a text stands for both. -#}
{% macro same_sums(left, right, by, columns, left_where='1 = 1', right_where='1 = 1', count_rows=true) -%}
    {%- set sides = [(left, left_where, 0), (right, right_where, 1)] -%}
    with
    {%- for relation, where, side in sides %}
    side_{{ side }} as (
        select
            {{ by | join(', ') }}
            {%- if count_rows %}, count(*) as rows_found{% endif %}
            {%- for column in columns %},
            {%- set summed = column if column is string else column[side] %}
            coalesce(sum({{ summed }}), 0) as sum_{{ loop.index }}
            {%- endfor %}
        from {{ relation }}
        where {{ where }}
        group by {{ by | join(', ') }}
    ),
    {%- endfor %}
    differing as (
        (select * from side_0 except select * from side_1)
        union all
        (select * from side_1 except select * from side_0)
    )
    select * from differing
{%- endmacro %}

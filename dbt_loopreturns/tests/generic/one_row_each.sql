{#- No two rows with the same values in these columns; null is a value like another. -#}
{% test one_row_each(model, columns) %}
select {{ columns | join(', ') }}, count(*) as rows_found
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{% set names = [
    'loop_date_basis', 'loop_timezone', 'loop_excluded_states', 'loop_outcome',
    'loop_retained_revenue', 'loop_return_rate', 'loop_label_rate_unit', 'loop_repeat_window_days',
    'loop_repeat_returns', 'loop_stuck_days', 'loop_orders',
] -%}
{% for name in names -%}
{% set value = var(name) -%}
select
    cast('{{ name }}' as text) as definition,
    cast('{{ value if value is string or value is number else value | join(", ") }}' as text) as chosen
{% if not loop.last %}union all
{% endif -%}
{% endfor %}

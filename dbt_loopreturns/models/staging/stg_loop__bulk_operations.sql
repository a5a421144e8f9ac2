{{ config(enabled=var('loop_using_bulk_operations')) }}

{{ loop_returns.read('bulk_operations', [
    ('id', 'bulk_operation_id', 'text'),
    ('status', 'status', 'text'),
]) }}

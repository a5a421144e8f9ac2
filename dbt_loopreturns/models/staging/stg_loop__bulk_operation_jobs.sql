{{ config(enabled=var('loop_using_bulk_operation_jobs')) }}

{{ loop_returns.read('bulk_operation_jobs', [
    ('bulk_operation_id', 'bulk_operation_id', 'text'),
    ('id', 'bulk_operation_job_id', 'text'),
    ('status', 'status', 'text'),
]) }}

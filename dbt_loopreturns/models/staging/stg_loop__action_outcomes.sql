{{ config(enabled=var('loop_using_action_outcomes')) }}

{{ loop_returns.read('action_outcomes', [
    ('stream', 'action_stream', 'text'),
    ('action_id', 'action_id', 'text'),
    ('action', 'action_name', 'text'),
    ('outcome', 'action_outcome', 'text'),
    ('reason', 'outcome_reason', 'text'),
    ('code', 'refusal_code', 'text'),
    ('http_status', 'http_status', 'integer'),
    ('return_id', 'return_id', 'text'),
    ('return_state', 'return_state', 'text'),
    ('target_id', 'target_id', 'text'),
    ('attempts', 'attempts', 'integer'),
    ('requested_at', 'requested_at', 'moment'),
    ('settled_at', 'settled_at', 'moment'),
    ('line', 'input_line', 'integer'),
]) }}

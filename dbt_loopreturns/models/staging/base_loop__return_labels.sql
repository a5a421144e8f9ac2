{{ loop_returns.read('return_labels', [
    ('return_id', 'return_id', 'text'),
    ('position', 'label_position', 'integer'),
    ('return_updated_at', 'return_updated_at', 'moment'),
    ('return_created_at', 'return_created_at', 'moment'),
    ('return_state', 'return_state', 'text'),
    ('status', 'label_status', 'text'),
    ('updated_at', 'status_changed_at', 'moment'),
    ('url', 'label_url', 'text'),
    ('rate', 'rate_as_sent', 'money'),
    ('carrier', 'carrier', 'text'),
    ('tracking_number', 'tracking_number', 'text'),
]) }}

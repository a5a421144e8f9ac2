{{ loop_returns.read('loop_events', [
    ('id', 'event_id', 'text'),
    ('sequence', 'event_sequence', 'integer'),
    ('store', 'event_store', 'text'),
    ('shop', 'event_shop', 'text'),
    ('topic', 'event_topic', 'text'),
    ('trigger', 'event_trigger', 'text'),
    ('return_id', 'return_id', 'text'),
    ('return_state', 'state', 'text'),
    ('received_at', 'received_at', 'moment'),
    ('last_received_at', 'last_received_at', 'moment'),
    ('count', 'times_received', 'integer'),
    ('body_text', 'body_text', 'text'),
]) }}

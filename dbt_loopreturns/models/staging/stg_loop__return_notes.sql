{{ config(enabled=var('loop_using_return_notes')) }}

{{ loop_returns.read('return_notes', [
    ('return_id', 'return_id', 'text'),
    ('id', 'note_id', 'text'),
    ('content', 'note_text', 'text'),
    ('created_at', 'written_at', 'moment'),
    ('return_updated_at', 'return_updated_at', 'moment'),
]) }}

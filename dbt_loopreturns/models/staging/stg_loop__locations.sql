{{ config(enabled=var('loop_using_locations')) }}

{{ loop_returns.read('locations', [
    ('id', 'location_id', 'text'),
    ('external_id', 'provider_location_id', 'text'),
    ('status', 'status', 'text'),
    ('channel', 'channel', 'text'),
    ('name', 'location_name', 'text'),
]) }}
